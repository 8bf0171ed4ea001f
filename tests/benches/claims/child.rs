//! This program once more, as a process of its own that speaks in lines.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::Duration;

use end_to_end::programs::bound;

use crate::cpu;

/// A running child; killed when dropped, and when the thread that started it ends.
pub(crate) struct Own {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Own {
    /// Starts it; what it logs goes to a file.
    pub(crate) fn start(arguments: &[&str], log: &Path) -> Self {
        let mut process = bound(std::env::current_exe().unwrap())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(log).unwrap())
            .spawn()
            .unwrap();
        let input = process.stdin.take().expect("it was piped");
        let output = BufReader::new(process.stdout.take().expect("it was piped"));
        Self { process, input, output }
    }

    /// Tells it something.
    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    /// Waits for a line that begins like this; the rest of it.
    pub(crate) fn hear(&mut self, begin: &str) -> String {
        loop {
            let mut line = String::new();
            let length = self.output.read_line(&mut line).unwrap();
            assert!(length > 0, "the process ended before it said {begin:?}");
            if let Some(rest) = line.trim_end().strip_prefix(begin) {
                return rest.trim().to_owned();
            }
        }
    }

    /// CPU time so far.
    pub(crate) fn cpu(&self) -> Duration {
        cpu::of(self.process.id())
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // One that has ended already is as dead.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
