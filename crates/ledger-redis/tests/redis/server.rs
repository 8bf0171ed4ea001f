//! A private Redis server: own directory, own unix socket, ended with the test.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ledger_redis::{RedisLedger, Settings, StartError};
use tempfile::TempDir;

/// The settings a ledger demands.
pub(crate) const SAFE: [&str; 6] =
    ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"];

pub(crate) struct Server {
    directory: TempDir,
    arguments: Vec<String>,
    process: Option<Child>,
}

impl Server {
    /// Starts with the settings a ledger demands.
    pub(crate) async fn safe() -> Self {
        Self::with(&[]).await
    }

    /// Starts with safe settings and these besides; the last one of a name counts.
    pub(crate) async fn with(arguments: &[&str]) -> Self {
        let mut server = Self::prepared(arguments);
        server.start().await;
        server
    }

    /// Not started yet.
    pub(crate) fn prepared(arguments: &[&str]) -> Self {
        let arguments = SAFE.iter().chain(arguments).map(|&argument| argument.to_owned()).collect();
        Self { directory: TempDir::new().unwrap(), arguments, process: None }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.path().join("redis.sock")
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    /// The settings for a client, with short waits.
    pub(crate) fn settings(&self) -> Settings {
        impatient(Settings::at(format!("unix://{}", self.socket().display())))
    }

    pub(crate) async fn ledger(&self) -> RedisLedger {
        RedisLedger::start(&self.settings()).await.unwrap()
    }

    pub(crate) async fn refusal(&self) -> StartError {
        match RedisLedger::start(&self.settings()).await {
            Ok(_) => panic!("the start should have been refused"),
            Err(error) => error,
        }
    }

    pub(crate) fn set_arguments(&mut self, arguments: &[&str]) {
        self.arguments = SAFE.iter().chain(arguments).map(|&argument| argument.to_owned()).collect();
    }

    /// Starts the process and waits until it answers.
    pub(crate) async fn start(&mut self) {
        assert!(self.try_start().await, "{}", self.log());
    }

    /// Starts the process; tells whether it came to answer or ended itself.
    pub(crate) async fn try_start(&mut self) -> bool {
        assert!(self.process.is_none(), "already running");
        let _ = std::fs::remove_file(self.socket());
        let process = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--daemonize", "no", "--logfile", "log", "--dir"])
            .arg(self.directory.path())
            .arg("--unixsocket")
            .arg(self.socket())
            .args(&self.arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server is installed (Debian: redis-server)");
        let process = self.process.insert(process);
        for _ in 0..1000 {
            if process.try_wait().unwrap().is_some() {
                self.process = None;
                return false;
            }
            let answer = Command::new("redis-cli")
                .arg("-s")
                .arg(self.directory.path().join("redis.sock"))
                .arg("PING")
                .output();
            let answer = answer.expect("redis-cli is installed (Debian: redis-tools)").stdout;
            if answer.starts_with(b"PONG") || answer.starts_with(b"NOAUTH") {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("redis-server does not answer: {}", self.log());
    }

    /// SIGKILL: nothing more is written, nobody is told.
    pub(crate) fn kill(&mut self) {
        let mut process = self.process.take().expect("it runs");
        process.kill().unwrap();
        process.wait().unwrap();
    }

    pub(crate) fn signal(&self, signal: &str) {
        let process = self.process.as_ref().expect("it runs").id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
    }

    /// One command as the all-powerful user; its output.
    pub(crate) fn cli(&self, arguments: &[&str]) -> String {
        let output = Command::new("redis-cli").arg("-s").arg(self.socket()).args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        assert!(!text.starts_with("ERR") && !text.starts_with("NOPERM"), "{arguments:?}: {text}");
        text
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Waits that a test can afford; long enough for a busy machine's ordinary answers.
pub(crate) fn impatient(mut settings: Settings) -> Settings {
    settings.connect_timeout = Duration::from_millis(1000);
    settings.command_timeout = Duration::from_millis(1000);
    settings
}
