//! What a program said, and how it ended.

use std::fmt;

use client::exit::Exit;

/// A program that has ended.
#[derive(Clone, Debug)]
pub struct Said {
    /// Which.
    pub program: String,
    /// Its exit code; nothing if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// The same, if it succeeded.
    ///
    /// # Panics
    /// If it did not, with all that it said.
    #[track_caller]
    pub fn done(self) -> Self {
        self.ended(Exit::Done)
    }

    /// The same, if it ended like this.
    ///
    /// # Panics
    /// If it did not, with all that it said.
    #[track_caller]
    pub fn ended(self, exit: Exit) -> Self {
        assert_eq!(self.code, Some(i32::from(exit.code())), "{self}");
        self
    }

    /// The same, if it said this.
    ///
    /// # Panics
    /// If it did not, with all that it said.
    #[track_caller]
    pub fn saying(self, text: &str) -> Self {
        assert!(self.out.contains(text) || self.err.contains(text), "nothing of {text:?} in {self}");
        self
    }

    /// The same, if it did not say this.
    ///
    /// # Panics
    /// If it did, with all that it said.
    #[track_caller]
    pub fn not_saying(self, text: &str) -> Self {
        assert!(!self.out.contains(text) && !self.err.contains(text), "{text:?} in {self}");
        self
    }

    /// Whether it succeeded.
    pub fn is_done(&self) -> bool {
        self.code == Some(0)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { program, code, out, err } = self;
        write!(f, "{program} (exit {code:?})\n--- stdout\n{out}\n--- stderr\n{err}")
    }
}
