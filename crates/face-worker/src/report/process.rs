//! A describing process, as the thread that keeps it sees it.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::protocol::{Reply, Request, Said};

/// Longest time until a process is ready: it takes under two seconds on an idle machine.
const START_TIME: Duration = Duration::from_secs(60);
/// Longest time for one picture: 16 megapixels take under two seconds on an idle machine.
const PICTURE_TIME: Duration = Duration::from_secs(60);
/// How often a wait looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(200);

/// What it takes to start a process.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// This program.
    pub(super) path: PathBuf,
    /// The folder of the model files.
    pub(super) models: PathBuf,
}

/// Why no process can be had.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The program cannot be run.
    #[error("{path}: {error}", path = path.display())]
    Program {
        /// The program.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The process says why it does not start.
    #[error("the face engine does not start: {0}")]
    Refused(String),
    /// The process ended, or said nothing in time.
    #[error("the face engine ended or hung before it was ready")]
    Silent,
    /// Nobody wants it any more.
    #[error("stopped")]
    Stopped,
}

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoReply {
    /// The process ended, took too long or talked nonsense.
    Lost,
    /// Nobody wants it any more.
    Stopped,
}

/// A process that is ready. It ends with this value.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    stream: UnixStream,
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where the process has ended and been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Starts a process and waits until it is ready. It asks the kernel to end it with this thread.
    pub(super) fn start(program: &Program, stop: &AtomicBool) -> Result<Self, StartError> {
        let failed = |error| StartError::Program { path: program.path.clone(), error };
        let (stream, theirs) = UnixStream::pair().map_err(failed)?;
        let theirs = OwnedFd::from(theirs);
        let mut command = Command::new(&program.path);
        command
            .arg("describe")
            .arg("--models")
            .arg(&program.models)
            .env_clear()
            // Else it starts a thread per core; there is a process per core already.
            .env("OPENBLAS_NUM_THREADS", "1")
            // Ctrl-C on the terminal is for the report alone, which then ends its processes.
            .process_group(0)
            .stdin(theirs.try_clone().map_err(failed)?)
            .stdout(theirs)
            .stderr(Stdio::null());
        let child = command.spawn().map_err(failed)?;
        // It holds copies of the other end; without them gone, that end would never be seen.
        drop(command);
        let mut process = Self { child, stream };
        match process.listen(Instant::now() + START_TIME, stop) {
            Ok(Said { reply: Reply::Ready, .. }) => Ok(process),
            Ok(Said { reply: Reply::CannotStart(reason), .. }) => Err(StartError::Refused(reason)),
            Ok(_) | Err(NoReply::Lost) => Err(StartError::Silent),
            Err(NoReply::Stopped) => Err(StartError::Stopped),
        }
    }

    /// Asks, and waits for the reply.
    pub(super) fn ask(&mut self, request: &Request, stop: &AtomicBool) -> Result<Said, NoReply> {
        let end = Instant::now() + PICTURE_TIME;
        request.write(&mut Waiting { stream: &self.stream, end, stop }).map_err(|error| no_reply(&error))?;
        self.listen(end, stop)
    }

    fn listen(&mut self, end: Instant, stop: &AtomicBool) -> Result<Said, NoReply> {
        Said::read(&mut Waiting { stream: &self.stream, end, stop }).map_err(|error| no_reply(&error))
    }
}

fn no_reply(error: &io::Error) -> NoReply {
    if error.kind() == io::ErrorKind::ConnectionAborted { NoReply::Stopped } else { NoReply::Lost }
}

/// A stream that waits until an instant, or until nobody wants the answer any more.
struct Waiting<'a> {
    stream: &'a UnixStream,
    end: Instant,
    stop: &'a AtomicBool,
}

impl Waiting<'_> {
    /// How long to wait before the next look.
    fn turn(&self) -> io::Result<Option<Duration>> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left.min(LOOK))) }
    }
}

fn is_early(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

impl Read for Waiting<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            self.stream.set_read_timeout(self.turn()?)?;
            match self.stream.read(into) {
                Err(error) if is_early(&error) => {}
                read => return read,
            }
        }
    }
}

impl Write for Waiting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            self.stream.set_write_timeout(self.turn()?)?;
            match self.stream.write(bytes) {
                Err(error) if is_early(&error) => {}
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
