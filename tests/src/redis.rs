//! A private Redis, set up as the ledger asks: every acknowledged write is on disk.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::child::{Child, Killer};
use crate::programs::bound;

/// A Redis of this test's own, on a unix socket in its folder.
pub struct Redis {
    folder: PathBuf,
    process: Child,
}

const START_LIMIT: Duration = Duration::from_secs(20);

impl Redis {
    /// Starts one that keeps its files in `folder`, with what an earlier one left there.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let mut command = bound("redis-server");
        command.args(["--port", "0", "--unixsocketperm", "700", "--save", "", "--appendonly", "yes"]);
        command.args(["--appendfsync", "always", "--maxmemory-policy", "noeviction"]);
        command.arg("--dir").arg(folder).arg("--unixsocket").arg(folder.join("redis.sock"));
        let process = Child::start("redis", &mut command, &[], folder);
        let redis = Self { folder: folder.to_owned(), process };
        redis.process.wait_until("answer", START_LIMIT, || redis.answers());
        redis
    }

    fn answers(&self) -> bool {
        let answer = Command::new("redis-cli").arg("-s").arg(self.socket()).arg("PING").output();
        answer.expect("redis-cli is installed").stdout.starts_with(b"PONG")
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("redis.sock")
    }

    /// For killing it from another thread.
    pub fn killer(&self) -> Killer {
        self.process.killer()
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Starts it again in the same folder, after a kill.
    pub fn restart(&mut self) {
        self.process.kill();
        *self = Self::start(&self.folder.clone());
    }
}
