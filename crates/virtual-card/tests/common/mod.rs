//! What several test programs here share.
#![allow(dead_code, unreachable_pub, missing_docs)]

pub mod myna;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use time::OffsetDateTime;
use time::macros::datetime;

/// The moment of every test: 16:30 in Japan.
pub const NOW: OffsetDateTime = datetime!(2026-11-21 07:30 UTC);

/// What a program said.
pub struct Said {
    pub ok: bool,
    pub out: String,
    pub err: String,
    pub bytes: Vec<u8>,
}

impl Said {
    /// Both streams, for searching.
    pub fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// Fails the test with all that was said, unless the program succeeded.
    #[track_caller]
    pub fn expect_ok(self, what: &str) -> Self {
        assert!(self.ok, "{what}\n{}", self.all());
        self
    }

    /// Fails the test unless the program failed.
    #[track_caller]
    pub fn expect_failure(self, what: &str) -> Self {
        assert!(!self.ok, "{what}\n{}", self.all());
        self
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            ok: output.status.success(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            bytes: output.stdout,
        }
    }
}

/// Runs a program to its end.
pub fn say(command: &mut Command) -> Said {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}")).into()
}

/// Runs openssl with this standard input.
pub fn openssl(arguments: &[&str], input: &[u8]) -> Said {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl is installed");
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap().into()
}
