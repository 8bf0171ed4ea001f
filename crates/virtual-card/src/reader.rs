//! Private readers: a pcscd of one's own with two virtual readers (vpcd), as an ordinary user, beside the machine's own.
//!
//! Tests and demonstrations use it so that they neither need nor disturb the machine's smart card service. Clients find
//! it by the environment variable [`SOCKET_VARIABLE`]. How it works: card facts §9.1.

mod port;

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, PipeWriter};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub use port::PortPair;

/// Tells PC/SC clients which socket to use. It is read once per process.
pub const SOCKET_VARIABLE: &str = "PCSCLITE_CSOCK_NAME";

const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
/// pcscd insists that it exists, and never writes there as an ordinary user.
const RUN_FOLDER: &str = "/run/pcscd";
const SCRIPT: &str = include_str!("reader/script.sh");
/// `nobody` and `nogroup`.
const NOBODY: u32 = 65_534;
const START_LIMIT: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Why there are no private readers.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    /// A Debian package is missing: install it.
    #[error("{0} is missing: apt-get install pcscd vsmartcard-vpcd")]
    NotInstalled(&'static str),
    /// Has to be made once per boot, by root.
    #[error("{RUN_FOLDER} is missing: run `sudo mkdir {RUN_FOLDER}` once")]
    NoRunFolder,
    /// The ports are taken: choose others.
    #[error("ports {0} and {next} are in use", next = .0.saturating_add(1))]
    PortsInUse(u16),
    /// No two neighbouring ports are free.
    #[error("no free ports for a virtual reader")]
    NoPorts,
    /// pcscd ended or did not open its readers.
    #[error("pcscd did not start: {0}")]
    NotStarted(String),
    /// The system refused.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

fn io_error(what: &'static str) -> impl FnOnce(io::Error) -> ReaderError {
    move |source| ReaderError::Io { what, source }
}

/// A running pcscd with the readers `Virtual PCD 00 00` and `Virtual PCD 00 01`. Ends when dropped, and with this
/// process however that ends.
pub struct PrivateReaders {
    socket: PathBuf,
    ports: PortPair,
    process: Child,
    /// Closing it ends pcscd.
    lifeline: Option<PipeWriter>,
    /// Reader file, log and, where the caller names no other, the socket.
    folder: tempfile::TempDir,
}

impl PrivateReaders {
    /// The first reader's name.
    pub const FIRST: &'static str = "Virtual PCD 00 00";
    /// The second reader's name.
    pub const SECOND: &'static str = "Virtual PCD 00 01";

    /// Starts pcscd on these ports with its client socket at `socket`, or in a folder of its own, and returns when both
    /// readers wait for a card.
    ///
    /// # Errors
    /// [`ReaderError`].
    pub fn start(ports: PortPair, socket: Option<&Path>) -> Result<Self, ReaderError> {
        check_installed()?;
        let folder = tempfile::Builder::new()
            .prefix("virtual-readers-")
            .tempdir()
            .map_err(io_error("a folder for the readers"))?;
        let user = own_user()?;
        let config = write_config(folder.path(), ports.first())?;
        let script = folder.path().join("run.sh");
        fs::write(&script, SCRIPT).map_err(io_error("the script that runs pcscd"))?;
        let socket = socket.map_or_else(|| folder.path().join("pcscd.comm"), Path::to_owned);
        let listener = listen(&socket)?;
        let log = fs::File::create(folder.path().join("pcscd.log")).map_err(io_error("pcscd's log"))?;
        let (end, lifeline) = io::pipe().map_err(io_error("the lifeline of pcscd"))?;
        let process = unprivileged(user)
            .arg("sh")
            .arg(&script)
            .arg(&config)
            .stdin(OwnedFd::from(listener))
            .stdout(end)
            .stderr(log)
            .spawn()
            .map_err(io_error("starting pcscd"))?;
        let mut readers = Self { socket, ports, process, lifeline: Some(lifeline), folder };
        readers.wait_until_listening()?;
        Ok(readers)
    }

    /// Starts them on any free ports, for tests that run in parallel.
    ///
    /// # Errors
    /// [`ReaderError`].
    pub fn start_anywhere() -> Result<Self, ReaderError> {
        Self::start(PortPair::any()?, None)
    }

    /// The client socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Where the first reader waits for a card, as `HOST:PORT`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.ports.first())
    }

    /// Where the second reader does.
    pub fn second_address(&self) -> String {
        format!("127.0.0.1:{}", self.ports.second())
    }

    /// A command that uses these readers and is ended after `limit`: the stack itself knows no time limit.
    pub fn client(&self, program: impl AsRef<OsStr>, limit: Duration) -> Command {
        let mut command = Command::new("timeout");
        command.arg("--kill-after=5").arg(format!("{}s", limit.as_secs().max(1))).arg(program);
        command.env(SOCKET_VARIABLE, &self.socket).stdin(Stdio::null());
        command
    }

    /// Whether pcscd has ended by itself.
    ///
    /// # Errors
    /// [`ReaderError::Io`].
    pub fn have_ended(&mut self) -> Result<bool, ReaderError> {
        Ok(self.process.try_wait().map_err(io_error("watching pcscd"))?.is_some())
    }

    fn wait_until_listening(&mut self) -> Result<(), ReaderError> {
        let begun = Instant::now();
        while !self.ports.are_listening() {
            if self.have_ended()? || begun.elapsed() > START_LIMIT {
                let log = fs::read_to_string(self.folder.path().join("pcscd.log")).unwrap_or_default();
                return Err(ReaderError::NotStarted(log.trim().to_owned()));
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }
}

impl Drop for PrivateReaders {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // The script ends pcscd and then itself; there is nobody to tell if it cannot.
        let _ = self.process.wait();
        let _ = fs::remove_file(&self.socket);
    }
}

fn check_installed() -> Result<(), ReaderError> {
    if !Path::new(DRIVER).exists() {
        return Err(ReaderError::NotInstalled("vsmartcard-vpcd"));
    }
    if !Path::new("/usr/sbin/pcscd").exists() {
        return Err(ReaderError::NotInstalled("pcscd"));
    }
    // Root may make it here; anyone else is told.
    fs::create_dir_all(RUN_FOLDER).map_err(|_| ReaderError::NoRunFolder)
}

/// The user of this process.
fn own_user() -> Result<u32, ReaderError> {
    fs::metadata("/proc/self").map(|process| process.uid()).map_err(io_error("/proc/self"))
}

/// As root, pcscd would overwrite and later delete the machine's own pid file (card facts §9.1).
fn unprivileged(user: u32) -> Command {
    if user != 0 {
        return Command::new("env");
    }
    let mut command = Command::new("setpriv");
    let nobody = NOBODY.to_string();
    command.args(["--reuid", &nobody, "--regid", &nobody, "--clear-groups", "--no-new-privs", "--"]);
    command
}

/// Writes the reader file; its folder is readable by whoever pcscd runs as.
fn write_config(folder: &Path, port: u16) -> Result<PathBuf, ReaderError> {
    let config = folder.join("readers");
    let text = format!(
        "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:{port}\nLIBPATH {DRIVER}\nCHANNELID {port}\n"
    );
    let open_to_all = |path: &Path| fs::set_permissions(path, Permissions::from_mode(0o755));
    fs::create_dir(&config)
        .and_then(|()| fs::write(config.join("reader.conf"), text))
        .and_then(|()| open_to_all(&config))
        .and_then(|()| open_to_all(folder))
        .map_err(io_error("the reader file"))?;
    Ok(config)
}

/// Only the user who starts the readers, and root, may use them.
fn listen(socket: &Path) -> Result<UnixListener, ReaderError> {
    if let Some(folder) = socket.parent() {
        fs::create_dir_all(folder).map_err(io_error("the folder of the client socket"))?;
    }
    match fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(ReaderError::Io { what: "an old client socket", source: error });
        }
        _ => {}
    }
    let listener = UnixListener::bind(socket).map_err(io_error("the client socket"))?;
    fs::set_permissions(socket, Permissions::from_mode(0o600)).map_err(io_error("the client socket"))?;
    Ok(listener)
}
