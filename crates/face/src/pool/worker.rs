//! One worker process, as the thread that keeps it sees it.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Settings;
use crate::protocol::{Protections, ProtocolError, Reply, Request, Said};

/// Of what a worker that does not start writes to its standard error, this much is told.
const COMPLAINT_MAX_BYTES: u64 = 1024;

/// Why there is no worker.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The program cannot be run.
    #[error("{program}: {error}", program = program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The worker says why it does not start.
    #[error("the face engine does not start: {0}")]
    Refused(String),
    /// The worker ended, or said nothing in time; with what it wrote to its standard error.
    #[error("the face engine ended or hung before it was ready: {0}")]
    Silent(String),
}

/// A worker process that is ready.
#[derive(Debug)]
pub(super) struct Worker {
    child: Process,
    stream: UnixStream,
    protections: Protections,
}

/// A child process that does not outlive this value.
#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where the process has ended and been waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The stream until an instant: then reads and writes fail.
struct Until<'a> {
    stream: &'a UnixStream,
    end: Instant,
}

impl Until<'_> {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Until<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(into)
    }
}

impl Write for Until<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl Worker {
    /// Starts a worker and waits until it is ready. Call it on a thread that lives as long as the pool: the worker asks
    /// the kernel to end it with that thread.
    pub(super) fn start(settings: &Settings) -> Result<Self, StartError> {
        let failed = |error| StartError::Program { program: settings.program.clone(), error };
        let (stream, theirs) = UnixStream::pair().map_err(failed)?;
        let theirs = OwnedFd::from(theirs);
        let input = theirs.try_clone().map_err(failed)?;
        let mut command = Command::new(&settings.program);
        command
            .arg("worker")
            .arg("--models")
            .arg(&settings.models)
            .args(["--accept", &settings.accept.to_string(), "--refuse", &settings.refuse.to_string()])
            .args(["--processor-seconds", &settings.processor_time.as_secs().to_string()])
            .env_clear()
            // Else it starts a thread per core; the pool already has a process per core.
            .env("OPENBLAS_NUM_THREADS", "1")
            .stdin(input)
            .stdout(theirs)
            .stderr(Stdio::piped());
        let mut child = Process(command.spawn().map_err(failed)?);
        // It holds copies of the worker's end; without them gone, the worker's end would never be seen.
        drop(command);

        let end = Instant::now() + settings.start_time;
        match Said::read(&mut Until { stream: &stream, end }) {
            Ok(Said { reply: Reply::Ready(protections), .. }) => Ok(Self { child, stream, protections }),
            Ok(Said { reply: Reply::CannotStart(reason), .. }) => Err(StartError::Refused(reason)),
            Ok(_) | Err(_) => Err(StartError::Silent(child.complaint())),
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.0.id()
    }

    pub(super) fn protections(&self) -> Protections {
        self.protections
    }

    /// Whether the process has ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.child.0.try_wait(), Ok(None))
    }

    /// Asks, and waits for the answer at most so long. After an error the worker is good for nothing.
    pub(super) fn ask(&mut self, request: &Request, time: Duration) -> Result<Said, ProtocolError> {
        let mut stream = Until { stream: &self.stream, end: Instant::now() + time };
        request.write(&mut stream)?;
        Said::read(&mut stream)
    }
}

impl Process {
    /// Ends the process and tells what it wrote to its standard error.
    fn complaint(&mut self) -> String {
        let _ = self.0.kill();
        let status = self.0.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        let mut text = Vec::new();
        if let Some(stderr) = self.0.stderr.take() {
            let _ = stderr.take(COMPLAINT_MAX_BYTES).read_to_end(&mut text);
        }
        let text: String = String::from_utf8_lossy(&text).chars().filter(|c| !c.is_control()).collect();
        if text.is_empty() { status } else { format!("{status}: {text}") }
    }
}
