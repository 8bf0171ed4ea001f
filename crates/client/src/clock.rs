//! The wall clock, read in one place so that everything else takes an instant.

use time::OffsetDateTime;

/// Where the present instant comes from.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> OffsetDateTime;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the Clock adapter")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}
