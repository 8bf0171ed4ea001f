//! Time that passes: never the wall clock, which may jump.

use std::time::{Duration, Instant};

/// A clock that only runs forward, and a way to wait.
pub trait Timer {
    /// Time since the timer was made.
    fn elapsed(&self) -> Duration;

    /// Waits.
    fn sleep(&self, time: Duration);
}

/// The machine's.
#[derive(Clone, Copy, Debug)]
pub struct SystemTimer(Instant);

impl SystemTimer {
    /// Begins at zero.
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Timer for SystemTimer {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}
