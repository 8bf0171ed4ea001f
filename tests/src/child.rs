//! A program that runs: its output in files, killed at any moment from anywhere, ended when dropped.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::said::Said;

/// Where a program's temporary files are, in the folder of what it says.
pub const TEMPORARY: &str = "tmp";

const LOOK_EVERY: Duration = Duration::from_millis(10);
/// For a program that was asked to end; the server gives requests in progress ten seconds.
const STOP_LIMIT: Duration = Duration::from_secs(15);

/// A running program.
pub struct Child {
    name: String,
    process: Shared,
    out: PathBuf,
    err: PathBuf,
}

type Shared = Arc<Mutex<process::Child>>;

/// Kills one program, from any thread.
#[derive(Clone)]
pub struct Killer(Shared);

impl Killer {
    /// SIGKILL: nothing more is written, nobody is told. Returns when the system has taken everything back.
    pub fn kill(&self) {
        let mut process = lock(&self.0);
        // One that has ended already is as dead.
        let _ = process.kill();
        let _ = process.wait();
    }
}

impl Child {
    /// Starts a program with these lines on its standard input. What it says goes to files in `folder`.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start(name: &str, command: &mut Command, lines: &[&str], folder: &Path) -> Self {
        let file = |ending: &str| {
            (0..).map(|number| folder.join(format!("{name}.{number}.{ending}"))).find(|path| !path.exists())
        };
        let (out, err) = (file("out").unwrap(), file("err").unwrap());
        // What it leaves behind of temporary files is found beside what it said.
        let temporary = folder.join(TEMPORARY);
        fs::create_dir_all(&temporary).unwrap();
        command.env("TMPDIR", temporary);
        command.stdin(Stdio::piped());
        command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
        let mut process = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut stdin = process.stdin.take().expect("it was piped");
        let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
        match stdin.write_all(text.as_bytes()) {
            // It has ended without reading; how, its exit code says.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            written => written.unwrap(),
        }
        Self { name: name.to_owned(), process: Arc::new(Mutex::new(process)), out, err }
    }

    /// For killing it from another thread.
    pub fn killer(&self) -> Killer {
        Killer(self.process.clone())
    }

    /// SIGKILL.
    pub fn kill(&self) {
        self.killer().kill();
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        lock(&self.process).id()
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.status().is_some()
    }

    fn status(&self) -> Option<ExitStatus> {
        lock(&self.process).try_wait().unwrap()
    }

    /// Asks it to end (SIGTERM) and waits for that.
    ///
    /// # Panics
    /// If it does not end.
    pub fn stop(self) -> Said {
        let asked = Command::new("kill").arg(self.id().to_string()).stderr(Stdio::null()).status();
        assert!(asked.is_ok(), "no kill(1)");
        self.finish(STOP_LIMIT)
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it takes longer than `limit`.
    pub fn finish(self, limit: Duration) -> Said {
        let begun = Instant::now();
        let status = loop {
            match self.status() {
                Some(status) => break status,
                None if begun.elapsed() < limit => thread::sleep(LOOK_EVERY),
                None => panic!("{} still runs after {limit:?}:\n{}", self.name, self.said()),
            }
        };
        Said { program: self.name.clone(), code: status.code(), out: read(&self.out), err: read(&self.err) }
    }

    /// All that it has said so far.
    pub fn said(&self) -> String {
        format!("{}{}", read(&self.out), read(&self.err))
    }

    /// What it has said on standard error so far.
    pub fn log(&self) -> String {
        read(&self.err)
    }

    /// Waits until `ready` says so.
    ///
    /// # Panics
    /// If the program ends before, or it takes longer than `limit`.
    pub fn wait_until(&self, what: &str, limit: Duration, ready: impl FnMut() -> bool) {
        assert!(self.waits(limit, ready), "{}: no {what} within {limit:?}:\n{}", self.name, self.said());
    }

    /// Waits until `ready` says so; whether it did within `limit`.
    ///
    /// # Panics
    /// If the program ends before.
    pub fn waits(&self, limit: Duration, mut ready: impl FnMut() -> bool) -> bool {
        let begun = Instant::now();
        while !ready() {
            assert!(!self.has_ended(), "{} has ended:\n{}", self.name, self.said());
            if begun.elapsed() > limit {
                return false;
            }
            thread::sleep(LOOK_EVERY);
        }
        true
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Every child of a process that runs this program, as the system's table of processes has them.
///
/// # Panics
/// If there is no such table.
pub fn children(parent: u32, program: &str) -> Vec<u32> {
    let ids = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let id: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        // `id (name) state parent …`; one that ended meanwhile has no such file.
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
        let of: u32 = rest.split(' ').nth(1)?.parse().ok()?;
        (of == parent && name == program).then_some(id)
    });
    ids.collect()
}

/// Kills (SIGKILL) them.
///
/// # Panics
/// If there is none.
pub fn kill_children(parent: u32, program: &str) {
    let ids: Vec<String> = children(parent, program).iter().map(u32::to_string).collect();
    assert!(!ids.is_empty(), "{parent} runs no {program}");
    let killed = Command::new("kill").arg("-KILL").args(&ids).stderr(Stdio::null()).status();
    assert!(killed.is_ok(), "no kill(1)");
}

fn lock(process: &Shared) -> MutexGuard<'_, process::Child> {
    process.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}
