//! The one place where the wall clock is read; everything else is handed an instant.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use reservation::Timestamp;
use rustls::pki_types::UnixTime;
use time::OffsetDateTime;

/// Where the time comes from.
pub trait Clock: Debug + Send + Sync {
    /// The wall clock.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment; never runs backwards. Rate limits count by it.
    fn monotonic(&self) -> Duration;
}

/// The machine's own clock.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock that starts its monotonic count here.
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock adapter")]
        let now = OffsetDateTime::now_utc();
        from_date_time(now)
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A clock that a test moves by hand.
#[derive(Debug)]
pub struct ManualClock {
    millis: AtomicI64,
    started: i64,
}

impl ManualClock {
    /// A clock that stands at `start`.
    pub fn at(start: Timestamp) -> Arc<Self> {
        Arc::new(Self { millis: AtomicI64::new(start.unix_millis()), started: start.unix_millis() })
    }

    /// Moves the clock forward.
    pub fn advance(&self, span: Duration) {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        self.millis.fetch_add(span, Ordering::SeqCst);
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        self.millis.store(now.unix_millis(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.millis.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        let passed = self.millis.load(Ordering::SeqCst).saturating_sub(self.started);
        Duration::from_millis(u64::try_from(passed).unwrap_or(0))
    }
}

/// An instant of the rules as a date and time in UTC; saturates at the ends of the calendar.
pub fn to_date_time(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.unix_millis()) * 1_000_000).unwrap_or_else(|_| {
        if at.unix_millis() < 0 {
            OffsetDateTime::UNIX_EPOCH
        } else {
            time::macros::datetime!(9999-12-31 23:59:59 UTC)
        }
    })
}

/// A date and time as an instant of the rules, rounded down to milliseconds.
pub fn from_date_time(at: OffsetDateTime) -> Timestamp {
    let millis = at.unix_timestamp_nanos().div_euclid(1_000_000);
    Timestamp::from_unix_millis(i64::try_from(millis).expect("the calendar of `time` ends in the year 9999"))
}

/// Gives TLS the same time as everything else, so that a kiosk's certificate expires when the clock says so.
#[derive(Debug)]
pub(crate) struct TlsTime(pub(crate) Arc<dyn Clock>);

impl rustls::time_provider::TimeProvider for TlsTime {
    fn current_time(&self) -> Option<UnixTime> {
        let secs = u64::try_from(self.0.now().unix_secs()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(secs)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_survives_the_way_to_a_date_and_back() {
        for millis in [0, 1, 1_795_000_000_123, -1] {
            let at = Timestamp::from_unix_millis(millis);
            assert_eq!(from_date_time(to_date_time(at)), at);
        }
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::at(Timestamp::from_unix_secs(1000));
        assert_eq!(clock.now(), Timestamp::from_unix_secs(1000));
        clock.advance(Duration::from_secs(5));
        assert_eq!(clock.now(), Timestamp::from_unix_secs(1005));
        assert_eq!(clock.monotonic(), Duration::from_secs(5));
    }
}
