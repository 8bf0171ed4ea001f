//! The clock a store in this process goes by. Servers of their own, such as Redis, have their own.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reservation::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The wall clock as it stood when the program began, carried on by the monotonic clock: a wall clock that is
/// moved later shows as a difference, and the store refuses what lies ahead.
///
/// The monotonic clock stands still while a machine is suspended; after that the store refuses commits until
/// the program is restarted.
#[derive(Debug)]
pub struct SteadyClock {
    began_at: Timestamp,
    began: Instant,
}

impl SteadyClock {
    /// Reads the wall clock once.
    pub fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the adapter of the wall clock")]
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = i64::try_from(wall.as_millis()).unwrap_or(i64::MAX);
        Self { began_at: Timestamp::from_unix_millis(millis), began: Instant::now() }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        self.began_at.after(self.began.elapsed())
    }
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
