//! A line typed without echo, which ends when nobody types.
//!
//! rpassword edits the line and wipes what was typed; it knows no end but Enter. So it is given a reader that waits
//! only so long for each key, and the terminal is made quiet and loud again here.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// Reads from the terminal that the program was started from.
pub(crate) fn line(limit: Duration) -> io::Result<String> {
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    line_at(&terminal, limit)
}

/// The same at this terminal.
fn line_at(terminal: &File, limit: Duration) -> io::Result<String> {
    let quiet = Quiet::begin(terminal.try_clone()?)?;
    let keys = Patient { input: terminal.try_clone()?, limit: Some(limit) };
    let config = rpassword::ConfigBuilder::new().input_reader(keys).output_discard().build();
    let typed = rpassword::read_password_with_config(config);
    drop(quiet);
    // Enter was not echoed either.
    io::Write::write_all(&mut &*terminal, b"\n")?;
    typed
}

/// Input that is waited for only so long; without a limit, for ever.
pub(crate) struct Patient {
    pub(crate) input: File,
    pub(crate) limit: Option<Duration>,
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(limit) = self.limit else { return self.input.read(buffer) };
        let limit = Timespec::try_from(limit).map_err(|_| io::ErrorKind::InvalidInput)?;
        // A signal begins the wait anew: it is another key's wait, no shorter than was promised.
        let ready =
            rustix::io::retry_on_intr(|| poll(&mut [PollFd::new(&self.input, PollFlags::IN)], Some(&limit)))?;
        if ready == 0 { Err(io::ErrorKind::TimedOut.into()) } else { self.input.read(buffer) }
    }
}

/// A terminal that shows no keys and hands over each at once, until this is dropped.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    fn begin(terminal: File) -> io::Result<Self> {
        let before = tcgetattr(&terminal)?;
        let mut quiet = before.clone();
        // As rpassword does where it has the terminal to itself: Ctrl-C comes as a character, so that nothing ends
        // the program while the terminal is quiet.
        quiet
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(&terminal, OptionalActions::Now, &quiet)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that has gone away needs no echo.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::fd::OwnedFd;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;

    /// A terminal, and the side on which its keys are pressed.
    fn terminal() -> (File, File) {
        let keyboard: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let path = ptsname(&keyboard, Vec::new()).unwrap();
        let terminal = OpenOptions::new().read(true).write(true).open(path.to_str().unwrap()).unwrap();
        (terminal, File::from(keyboard))
    }

    fn is_loud(terminal: &File) -> bool {
        tcgetattr(terminal).unwrap().local_modes.contains(LocalModes::ECHO | LocalModes::ICANON)
    }

    const PATIENT: Duration = Duration::from_secs(20);

    #[test]
    fn a_line_is_read_and_the_terminal_is_as_it_was() {
        let (terminal, mut keyboard) = terminal();
        assert!(is_loud(&terminal));
        keyboard.write_all(b"12x\x7f34\r").unwrap();
        assert_eq!(line_at(&terminal, PATIENT).unwrap(), "1234");
        assert!(is_loud(&terminal));
    }

    #[test]
    fn an_entry_that_nobody_ends_ends_by_itself_and_the_terminal_is_as_it_was() {
        let (terminal, mut keyboard) = terminal();
        for typed in ["", "12"] {
            keyboard.write_all(typed.as_bytes()).unwrap();
            let error = line_at(&terminal, Duration::ZERO).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "after {typed:?}");
            assert!(is_loud(&terminal));
        }
    }

    #[test]
    fn nothing_that_is_typed_is_shown() {
        let (terminal, keyboard) = terminal();
        let quiet = Quiet::begin(terminal.try_clone().unwrap()).unwrap();
        (&keyboard).write_all(b"1234").unwrap();
        let mut typed = [0; 4];
        Patient { input: terminal, limit: Some(PATIENT) }.read_exact(&mut typed).unwrap();
        assert_eq!(&typed, b"1234");
        let error = Patient { input: keyboard, limit: Some(Duration::ZERO) }.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut, "no echo came back");
        drop(quiet);
    }
}
