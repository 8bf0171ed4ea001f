//! Commands as the card reads them: the four short cases of ISO/IEC 7816-4 §5.1.

use core::fmt;

use crate::command::Le;
use crate::header::Header;

/// Why bytes are no short command. A card answers both with `6700`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedCommand {
    /// Fewer than the header's four bytes.
    #[error("a command has at least four bytes, not {found}")]
    NoHeader {
        /// How many there were.
        found: usize,
    },
    /// What follows the header is no short case: its length contradicts Lc, or it is of extended form.
    #[error("what follows the header is no short Lc, data and Le")]
    Body,
}

/// A command, borrowed from the bytes it came in. `Debug` shows header, Lc and Le only: the data may be a PIN.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CommandApdu<'a> {
    /// What is asked.
    pub header: Header,
    /// The data; empty where there is no Lc.
    pub data: &'a [u8],
    /// How many bytes of answer are asked for.
    pub le: Option<Le>,
}

impl<'a> CommandApdu<'a> {
    /// Reads one command: header alone (case 1: a VERIFY of these four bytes asks for the counter), with Le
    /// (case 2), with Lc and data (case 3), or with all three (case 4).
    ///
    /// # Errors
    /// [`MalformedCommand`] for anything else, extended lengths included.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, MalformedCommand> {
        let (header, body) =
            bytes.split_first_chunk::<4>().ok_or(MalformedCommand::NoHeader { found: bytes.len() })?;
        let header = Header::from(*header);
        let (data, le) = match *body {
            [] => (&body[..0], None),
            [le] => (&body[..0], Some(Le::from_byte(le))),
            // Lc 00 before more bytes announces an extended length.
            [0, ..] => return Err(MalformedCommand::Body),
            [lc, ref rest @ ..] => match rest.split_at_checked(usize::from(lc)) {
                Some((data, [])) => (data, None),
                Some((data, [le])) => (data, Some(Le::from_byte(*le))),
                _ => return Err(MalformedCommand::Body),
            },
        };
        Ok(Self { header, data, le })
    }
}

impl fmt::Debug for CommandApdu<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommandApdu({} Lc {:02X} Le {:?})", self.header, self.data.len(), self.le.map(Le::get))
    }
}
