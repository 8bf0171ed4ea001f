//! What whoever took a worker over would try. A process that is locked down like a worker tries it, and the kernel must
//! end it: so `jpki-face check` shows by experiment what holds on this machine.

use std::fs::File;
use std::net::UdpSocket;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Stdio};

use clap::ValueEnum;

use crate::lockdown::{LockdownError, lock_down};

/// A way out of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Escape {
    /// Read a file.
    Open,
    /// Reach the network.
    Socket,
    /// Become two processes.
    Fork,
    /// Become another program.
    Execute,
}

/// The word for the command of [`Escape`]s; the way out is the word after it.
pub const COMMAND: &str = "escape";

impl Escape {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Socket, Self::Fork, Self::Execute];

    /// Its word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Socket => "socket",
            Self::Fork => "fork",
            Self::Execute => "execute",
        }
    }

    /// Locks this process down for good and tries it. Whoever reads the answer has seen the lock fail: the kernel ends
    /// the process at the attempt.
    ///
    /// # Errors
    /// It cannot be locked down.
    pub fn attempt(self) -> Result<(), String> {
        // Made before: what is tried is the call itself, not what prepares it.
        let mut program = Command::new("/bin/true");
        lock_down().map_err(|error: LockdownError| error.to_string())?;
        match self {
            Self::Open => drop(File::open("/etc/passwd")),
            Self::Socket => drop(UdpSocket::bind("127.0.0.1:0")),
            Self::Fork => drop(program.status()),
            Self::Execute => drop(program.exec()),
        }
        Ok(())
    }

    /// Whether the kernel ends a process of this program that tries it, for the forbidden call.
    pub fn is_stopped(self, program: &Path) -> bool {
        let mut command = Command::new(program);
        command.args([COMMAND, self.word()]).env_clear().stdin(Stdio::null()).stdout(Stdio::null());
        let status = command.stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.signal() == Some(libc::SIGSYS))
    }
}
