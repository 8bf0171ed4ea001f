//! How far a long run is: a line that changes on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often the line on a terminal changes.
const ON_A_TERMINAL: Duration = Duration::from_millis(200);
/// How often a line is written elsewhere.
const ELSEWHERE: Duration = Duration::from_secs(15);

/// Where progress is told.
pub(super) struct Progress {
    told: Mutex<Told>,
    total: usize,
    terminal: bool,
    started: Instant,
}

struct Told {
    to: Box<dyn Write + Send>,
    done: usize,
    last: Instant,
    /// Whether a line stands on the terminal that has to go.
    stands: bool,
}

impl Progress {
    /// Of so many pictures, on standard error.
    pub(super) fn on_standard_error(total: usize) -> Self {
        let stderr = std::io::stderr();
        let terminal = stderr.is_terminal();
        Self::new(total, terminal, Box::new(stderr), Instant::now())
    }

    fn new(total: usize, terminal: bool, to: Box<dyn Write + Send>, now: Instant) -> Self {
        Self {
            told: Mutex::new(Told { to, done: 0, last: now, stands: false }),
            total,
            terminal,
            started: now,
        }
    }

    /// One more is done.
    pub(super) fn one_more(&self) {
        self.one_more_at(Instant::now());
    }

    fn one_more_at(&self, now: Instant) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.done += 1;
        let every = if self.terminal { ON_A_TERMINAL } else { ELSEWHERE };
        if now.saturating_duration_since(told.last) < every {
            return;
        }
        told.last = now;
        let line = line(told.done, self.total, now.saturating_duration_since(self.started));
        // Nobody reads it: no reason to stop.
        let _ = if self.terminal { write!(told.to, "\r\x1b[K{line}") } else { writeln!(told.to, "{line}") };
        let _ = told.to.flush();
        told.stands = self.terminal;
    }

    /// Takes the line off the terminal.
    pub(super) fn end(&self) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if core::mem::take(&mut told.stands) {
            let _ = write!(told.to, "\r\x1b[K");
            let _ = told.to.flush();
        }
    }
}

fn line(done: usize, total: usize, taken: Duration) -> String {
    let left = taken.as_secs_f64() / done.max(1) as f64 * total.saturating_sub(done) as f64;
    let left = left.round() as u64;
    let left = if left < 100 { format!("{left} s") } else { format!("{} min", left.div_ceil(60)) };
    format!("pictures: {done} of {total}, about {left} left")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is written when a picture is done every `every`.
    fn written(terminal: bool, pictures: u32, every: Duration) -> String {
        let paper = Paper::default();
        let start = Instant::now();
        let progress = Progress::new(400, terminal, Box::new(paper.clone()), start);
        for picture in 1..=pictures {
            progress.one_more_at(start + every * picture);
        }
        progress.end();
        let written = paper.0.lock().unwrap().clone();
        String::from_utf8(written).unwrap()
    }

    #[test]
    fn a_terminal_has_one_line_that_changes_and_goes() {
        let text = written(true, 3, Duration::from_millis(500));
        let expected = [
            "\r\x1b[Kpictures: 1 of 400, about 4 min left",
            "\r\x1b[Kpictures: 2 of 400, about 4 min left",
            "\r\x1b[Kpictures: 3 of 400, about 4 min left",
            "\r\x1b[K",
        ];
        assert_eq!(text, expected.concat());
    }

    #[test]
    fn a_file_has_a_line_now_and_then_and_nothing_of_a_short_run() {
        assert_eq!(written(false, 9, Duration::from_secs(1)), "");
        let text = written(false, 40, Duration::from_secs(1));
        assert_eq!(text, "pictures: 15 of 400, about 7 min left\npictures: 30 of 400, about 7 min left\n");
    }
}
