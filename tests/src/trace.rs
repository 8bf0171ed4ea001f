//! What a card was asked and how it answered: header, length and status word of every command, as `virtual-card run
//! --trace` shows them.

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// CLA, INS, P1 and P2 in hexadecimal, such as `00200080`.
    pub header: String,
    /// How much data it had.
    pub length: usize,
    /// The status word of the answer in hexadecimal.
    pub status: String,
}

/// All commands of one insertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace(Vec<Command>);

impl Trace {
    /// From a card's log: `… command header=00 20 00 80 lc=06 sw=9000`.
    pub fn parse(log: &str) -> Self {
        let parse = |line: &str| {
            let (_, rest) = line.split_once(" command header=")?;
            let (header, rest) = rest.split_once(" lc=")?;
            let (length, status) = rest.split_once(" sw=")?;
            Some(Command {
                header: header.replace(' ', ""),
                length: usize::from_str_radix(length, 16).ok()?,
                status: status.trim().to_owned(),
            })
        };
        Self(log.lines().filter_map(parse).collect())
    }

    /// The answers to VERIFY with a PIN in it: counter queries have none.
    pub fn pins_presented(&self) -> Vec<&str> {
        let verify = |command: &&Command| command.header.starts_with("0020") && command.length > 0;
        self.0.iter().filter(verify).map(|command| command.status.as_str()).collect()
    }

    /// How many commands there were that may change a PIN: EXTERNAL AUTHENTICATE, RESET RETRY COUNTER.
    pub fn resets(&self) -> usize {
        let reset =
            |command: &&Command| command.header.starts_with("0082") || command.header.starts_with("002C");
        self.0.iter().filter(reset).count()
    }

    /// Whether the card was asked anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_that_is_presented_is_told_from_a_counter_that_is_asked() {
        let log = "2026 DEBUG command header=00 20 00 80 lc=00 sw=63C3\n\
            2026 DEBUG command header=00 20 00 80 lc=06 sw=9000\n\
            2026 DEBUG malformed command bytes=1 sw=6700\n\
            2026 DEBUG command header=00 2C 02 80 lc=04 sw=9000\n";
        let trace = Trace::parse(log);
        assert_eq!(trace.pins_presented(), ["9000"]);
        assert_eq!(trace.resets(), 1);
    }
}
