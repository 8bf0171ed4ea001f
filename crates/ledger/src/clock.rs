//! The clock a store in this process goes by. Servers of their own, such as Redis, have their own.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reservation::Timestamp;
use rustix::time::{ClockId, clock_gettime};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The wall clock as it stood when the program began, carried on by a clock that nobody sets and that also counts
/// while the machine sleeps: a wall clock that is moved later shows as a difference, and the store refuses what
/// lies ahead.
#[derive(Debug)]
pub struct SteadyClock {
    /// Unix milliseconds at which the steady clock stood at zero.
    zero: i64,
}

impl SteadyClock {
    /// Reads the wall clock, once.
    pub fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the adapter of the wall clock")]
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wall = i64::try_from(wall.as_millis()).unwrap_or(i64::MAX);
        Self { zero: wall.saturating_sub(steady_millis()) }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.zero.saturating_add(steady_millis()))
    }
}

fn steady_millis() -> i64 {
    let time = clock_gettime(ClockId::Boottime);
    time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// A clock that stands until it is moved, for tests.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Stands at `at`.
    pub fn at(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.unix_millis()))
    }

    /// Moves forward.
    pub fn advance(&self, by: Duration) {
        let later = self.now().after(by);
        self.set(later);
    }

    /// Moves to `at`, backwards too.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.unix_millis(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steady_clock_begins_with_the_wall_clock_and_never_falls_back() {
        #[expect(clippy::disallowed_methods, reason = "what the clock is measured against")]
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let clock = SteadyClock::start();
        let first = clock.now();
        assert!((first.unix_millis() - i64::try_from(wall).unwrap()).abs() < 5_000);
        let mut last = first;
        for _ in 0..10_000 {
            let now = clock.now();
            assert!(now >= last);
            last = now;
        }
    }
}
