//! What a person types: lines, and PINs without echo. From a pipe, each is one line of standard input.
//!
//! Standard input is read byte by byte, past the library's buffer: what is left in that buffer could not be wiped.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::os::fd::AsFd as _;
use std::time::Duration;

use zeroize::Zeroize as _;

use crate::hidden::{self, Patient};
use crate::interrupt;

/// Longest line, in bytes; a longer one is read to its end and refused.
const LINE_MAX_BYTES: usize = 256;

enum Source {
    Terminal(File),
    Pipe(File),
    Lines { lines: Box<dyn Read + Send>, person: bool },
}

/// Where entries come from.
pub struct Entry {
    source: Source,
}

impl Entry {
    /// Standard input: a terminal, whose Ctrl-C is caught from now on, or else a pipe.
    ///
    /// # Errors
    /// The operating system's, if standard input is closed.
    pub fn from_stdin() -> io::Result<Self> {
        let stdin = io::stdin();
        let file = File::from(stdin.as_fd().try_clone_to_owned()?);
        let source = if stdin.is_terminal() {
            interrupt::catch()?;
            Source::Terminal(file)
        } else {
            Source::Pipe(file)
        };
        Ok(Self { source })
    }

    /// Lines from anywhere, as from a pipe.
    pub fn from_lines(lines: impl Read + Send + 'static) -> Self {
        Self { source: Source::Lines { lines: Box::new(lines), person: false } }
    }

    /// Lines as a person types them, who can be asked again: for tests of what is asked.
    pub fn typed(lines: impl Read + Send + 'static) -> Self {
        Self { source: Source::Lines { lines: Box::new(lines), person: true } }
    }

    /// Whether a person sits there and can be asked again. From a pipe nothing is asked twice: the next line
    /// was meant as the answer to the next question, and a PIN must not be tried in another one's place.
    pub fn is_interactive(&self) -> bool {
        matches!(self.source, Source::Terminal(_) | Source::Lines { person: true, .. })
    }

    /// One line; nothing at the end of the input.
    ///
    /// # Errors
    /// The operating system's; [`io::ErrorKind::InvalidData`] for a line that is too long.
    pub fn line(&mut self) -> io::Result<Option<String>> {
        match &mut self.source {
            Source::Terminal(file) | Source::Pipe(file) => read_line(file),
            Source::Lines { lines, .. } => read_line(lines),
        }
    }

    /// One line without echo; nothing at the end of the input or after Ctrl-C. Hand the string straight to the PIN type, which
    /// wipes it.
    ///
    /// # Errors
    /// As [`Self::line`].
    pub fn hidden_line(&mut self) -> io::Result<Option<String>> {
        match &mut self.source {
            Source::Terminal(_) => interrupt::entry(rpassword::read_password),
            Source::Pipe(file) => read_line(file),
            Source::Lines { lines, .. } => read_line(lines),
        }
    }

    /// The same, but for each key no longer is waited than `limit`, so that nobody's card is left waiting. Lines from
    /// anywhere come as they come.
    ///
    /// # Errors
    /// As [`Self::line`]; [`io::ErrorKind::TimedOut`] if nobody typed for so long.
    pub fn hidden_line_within(&mut self, limit: Duration) -> io::Result<Option<String>> {
        match &mut self.source {
            Source::Terminal(_) => interrupt::entry(|| hidden::line(limit)),
            Source::Pipe(file) => read_line(&mut Patient { input: file.try_clone()?, limit: Some(limit) }),
            Source::Lines { lines, .. } => read_line(lines),
        }
    }
}

fn read_line(reader: &mut impl Read) -> io::Result<Option<String>> {
    // Never grows, so no copy of a PIN is left behind by a reallocation.
    let mut line = Vec::with_capacity(LINE_MAX_BYTES);
    let mut too_long = false;
    let mut byte = [0];
    loop {
        match reader.read(&mut byte) {
            Ok(0) if line.is_empty() => return Ok(None),
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) if line.len() == LINE_MAX_BYTES => too_long = true,
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                line.zeroize();
                return Err(error);
            }
        }
    }
    byte.zeroize();
    if too_long {
        line.zeroize();
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the line is too long"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    match String::from_utf8(line) {
        Ok(text) => Ok(Some(text)),
        // What is no text is no PIN either: it is refused by its characters, not taken for the end.
        Err(error) => {
            error.into_bytes().zeroize();
            Ok(Some(char::REPLACEMENT_CHARACTER.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_one_entry_and_then_it_ends() {
        let mut entry = Entry::from_lines(&b"1234\r\nABC123\n\nlast"[..]);
        assert!(!entry.is_interactive());
        assert_eq!(entry.hidden_line().unwrap().as_deref(), Some("1234"));
        assert_eq!(entry.line().unwrap().as_deref(), Some("ABC123"));
        assert_eq!(entry.hidden_line().unwrap().as_deref(), Some(""));
        assert_eq!(entry.hidden_line().unwrap().as_deref(), Some("last"));
        assert_eq!(entry.hidden_line().unwrap(), None);
    }

    #[test]
    fn an_endless_line_is_refused_and_the_next_one_read() {
        let mut input = vec![b'1'; 5000];
        input.extend_from_slice(b"\n1234\n");
        let mut entry = Entry::from_lines(io::Cursor::new(input));
        assert_eq!(entry.hidden_line().unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(entry.hidden_line().unwrap().as_deref(), Some("1234"));
    }

    #[test]
    fn bytes_that_are_no_text_are_an_entry_that_no_pin_accepts() {
        let mut entry = Entry::from_lines(&b"\xff\xfe\n"[..]);
        assert_eq!(entry.hidden_line().unwrap().as_deref(), Some("\u{fffd}"));
    }
}
