//! An instant as the rules see it: whole milliseconds since 1970-01-01T00:00:00Z, handed in by the caller.

use core::time::Duration;

/// Seconds by which Japan Standard Time leads UTC. No daylight saving since 1952.
pub const JST_OFFSET_SECS: i64 = 9 * 3600;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// Milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since the Unix epoch; saturates at the ends of the range.
    pub const fn from_unix_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn unix_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant plus `span`; saturates.
    #[must_use]
    pub const fn after(self, span: Duration) -> Self {
        let millis = span.as_millis();
        let millis = if millis > i64::MAX as u128 { i64::MAX } else { millis as i64 };
        Self(self.0.saturating_add(millis))
    }

    /// This instant minus `span`; saturates.
    #[must_use]
    pub const fn before(self, span: Duration) -> Self {
        let millis = span.as_millis();
        let millis = if millis > i64::MAX as u128 { i64::MAX } else { millis as i64 };
        Self(self.0.saturating_sub(millis))
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    pub const fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(if millis < 0 { 0 } else { millis as u64 })
    }

    /// The calendar day in Japan, as days since 1970-01-01.
    pub const fn jst_day(self) -> i64 {
        self.0.saturating_add(JST_OFFSET_SECS * 1000).div_euclid(MILLIS_PER_DAY)
    }

    /// Milliseconds since midnight in Japan.
    pub const fn jst_millis_of_day(self) -> i64 {
        self.0.saturating_add(JST_OFFSET_SECS * 1000).rem_euclid(MILLIS_PER_DAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_in_japan_is_three_in_the_afternoon_utc() {
        let utc_15_00 = Timestamp::from_unix_secs(15 * 3600);
        assert_eq!(utc_15_00.jst_millis_of_day(), 0);
        assert_eq!(Timestamp::from_unix_millis(15 * 3_600_000 - 1).jst_millis_of_day(), MILLIS_PER_DAY - 1);
    }

    #[test]
    fn arithmetic_saturates_instead_of_wrapping() {
        let end = Timestamp::from_unix_millis(i64::MAX);
        assert_eq!(end.after(Duration::MAX), end);
        assert_eq!(Timestamp::from_unix_millis(5).since(end), Duration::ZERO);
    }
}
