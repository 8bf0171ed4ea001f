//! What a person reads: steps with their numbers, sentences in one language, on standard output or anywhere.

use std::io::{self, Write};

use wire::problem::Sentence;

use crate::entry::Entry;
use crate::language::Language;

/// Where a person reads.
pub struct Screen {
    language: Language,
    out: Box<dyn Write + Send>,
}

impl Screen {
    /// Standard output.
    pub fn stdout(language: Language) -> Self {
        Self::to(language, io::stdout())
    }

    /// Standard error, for how a program failed.
    pub fn stderr(language: Language) -> Self {
        Self::to(language, io::stderr())
    }

    /// Anywhere.
    pub fn to(language: Language, out: impl Write + Send + 'static) -> Self {
        Self { language, out: Box::new(out) }
    }

    /// The language spoken here.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// A line, in the language spoken here.
    pub fn say(&mut self, ja: &str, en: &str) {
        let text = self.language.pick(ja, en);
        self.line(text);
    }

    /// A sentence on its own line.
    pub fn sentence(&mut self, sentence: &Sentence) {
        let text = self.language.of(sentence);
        self.line(text);
    }

    /// The heading of a step.
    pub fn step(&mut self, number: usize, of: usize, ja: &str, en: &str) {
        let text = format!("\n[{number}/{of}] {}", self.language.pick(ja, en));
        self.line(&text);
    }

    /// A question; the answer is typed behind it.
    pub fn ask(&mut self, ja: &str, en: &str) {
        self.write(&format!("{} ", self.language.pick(ja, en)));
    }

    /// Ends a question's line where nobody pressed Enter on this screen.
    pub fn after_entry(&mut self, entry: &Entry) {
        if !entry.is_interactive() {
            self.write("\n");
        }
    }

    /// A line as it is.
    pub fn line(&mut self, text: &str) {
        self.write(&format!("{text}\n"));
    }

    fn write(&mut self, text: &str) {
        // Nobody reads any more, say because the pipe was closed: the work goes on, its result is in the exit code.
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}
