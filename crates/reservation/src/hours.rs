//! When kiosks may begin a reset: daily hours in Japan, all days alike (service facts §2.3).
//!
//! A reset that has begun may finish: the hours are asked when a claim is made, and never again.

use core::fmt;
use core::time::Duration;

use crate::Timestamp;

const MINUTES_PER_DAY: u16 = 24 * 60;
const MILLIS_PER_MINUTE: i64 = 60_000;
const MILLIS_PER_DAY: i64 = MINUTES_PER_DAY as i64 * MILLIS_PER_MINUTE;

/// Daily hours, in minutes after midnight in Japan; open from the first up to, not including, the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    opens: u16,
    closes: u16,
}

/// Hours that do not open before they close on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadHours;

impl fmt::Display for BadHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hours must open before they close, between 00:00 and 24:00 of one day")
    }
}

impl core::error::Error for BadHours {}

impl Default for Hours {
    /// 06:30 to 23:00.
    fn default() -> Self {
        Self { opens: 6 * 60 + 30, closes: 23 * 60 }
    }
}

impl Hours {
    /// Around the clock.
    pub const ALL_DAY: Self = Self { opens: 0, closes: MINUTES_PER_DAY };

    /// Hours from `opens` to `closes`, both in minutes after midnight in Japan; `closes` up to 1440.
    ///
    /// # Errors
    /// [`BadHours`] unless `opens < closes <= 1440`: hours across midnight are not foreseen.
    pub const fn new(opens: u16, closes: u16) -> Result<Self, BadHours> {
        if opens < closes && closes <= MINUTES_PER_DAY { Ok(Self { opens, closes }) } else { Err(BadHours) }
    }

    /// Minutes after midnight at which kiosks open.
    pub const fn opens(self) -> u16 {
        self.opens
    }

    /// Minutes after midnight at which kiosks close; 1440 is the end of the day.
    pub const fn closes(self) -> u16 {
        self.closes
    }

    fn opens_millis(self) -> i64 {
        i64::from(self.opens) * MILLIS_PER_MINUTE
    }

    fn closes_millis(self) -> i64 {
        i64::from(self.closes) * MILLIS_PER_MINUTE
    }

    /// Whether a reset may begin at this instant.
    pub fn is_open(self, now: Timestamp) -> bool {
        (self.opens_millis()..self.closes_millis()).contains(&now.jst_millis_of_day())
    }

    /// The first instant from `now` on at which a reset may begin: `now` itself while open.
    pub fn next_opening(self, now: Timestamp) -> Timestamp {
        let time = now.jst_millis_of_day();
        let wait = if time < self.opens_millis() {
            self.opens_millis() - time
        } else if time < self.closes_millis() {
            0
        } else {
            MILLIS_PER_DAY - time + self.opens_millis()
        };
        now.after(Duration::from_millis(wait.unsigned_abs()))
    }

    /// The end of the last stretch in which a reset may begin before `expires_at`: that instant itself while
    /// kiosks are open, else the closing time before it. Like both, it is the first instant that is too late.
    pub fn last_arrival(self, expires_at: Timestamp) -> Timestamp {
        let time = expires_at.jst_millis_of_day();
        let back = if time > self.closes_millis() {
            time - self.closes_millis()
        } else if time > self.opens_millis() {
            0
        } else {
            // Midnight to opening, and the opening itself: yesterday's closing time.
            time + MILLIS_PER_DAY - self.closes_millis()
        };
        expires_at.before(Duration::from_millis(back.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A time of one day in Japan.
    fn japan(hour: i64, minute: i64) -> Timestamp {
        Timestamp::from_unix_secs(20_000 * 86_400 + (hour - 9) * 3600 + minute * 60)
    }

    #[test]
    fn kiosks_open_at_half_past_six_and_close_at_eleven_by_default() {
        let hours = Hours::default();
        for (hour, minute, open) in
            [(6, 29, false), (6, 30, true), (22, 59, true), (23, 0, false), (0, 0, false)]
        {
            assert_eq!(hours.is_open(japan(hour, minute)), open, "{hour}:{minute}");
        }
    }

    #[test]
    fn the_next_opening_is_now_today_or_tomorrow() {
        let hours = Hours::default();
        assert_eq!(hours.next_opening(japan(3, 0)), japan(6, 30));
        assert_eq!(hours.next_opening(japan(12, 0)), japan(12, 0));
        assert_eq!(hours.next_opening(japan(23, 0)), japan(24 + 6, 30));
    }

    #[test]
    fn a_booking_of_half_past_ten_at_night_can_be_used_until_half_past_ten() {
        assert_eq!(Hours::default().last_arrival(japan(22, 30)), japan(22, 30));
    }

    #[test]
    fn a_reservation_that_ends_at_night_must_be_used_before_closing_time() {
        let hours = Hours::default();
        assert_eq!(hours.last_arrival(japan(23, 0)), japan(23, 0));
        assert_eq!(hours.last_arrival(japan(23, 30)), japan(23, 0));
        assert_eq!(hours.last_arrival(japan(24 + 3, 0)), japan(23, 0));
        assert_eq!(hours.last_arrival(japan(24 + 6, 30)), japan(23, 0));
        assert_eq!(hours.last_arrival(japan(24 + 6, 31)), japan(24 + 6, 31));
    }

    #[test]
    fn around_the_clock_nothing_is_too_early_or_too_late() {
        for hour in 0..24 {
            assert!(Hours::ALL_DAY.is_open(japan(hour, 0)));
            assert_eq!(Hours::ALL_DAY.last_arrival(japan(hour, 0)), japan(hour, 0));
        }
    }

    #[test]
    fn hours_open_before_they_close_on_one_day() {
        assert_eq!(Hours::new(0, 1440), Ok(Hours::ALL_DAY));
        assert_eq!(Hours::new(390, 1380), Ok(Hours::default()));
        for (opens, closes) in [(60, 60), (1380, 390), (0, 1441)] {
            assert_eq!(Hours::new(opens, closes), Err(BadHours));
        }
    }

    proptest! {
        #[test]
        fn the_last_arrival_is_the_first_instant_after_which_nothing_can_begin(
            opens in 0u16..1440, length in 1u16..=1440, millis in 0i64..4_000_000_000_000,
        ) {
            let closes = opens.saturating_add(length).min(1440);
            let hours = Hours::new(opens, closes).unwrap();
            let expires_at = Timestamp::from_unix_millis(millis);
            let last = hours.last_arrival(expires_at);
            prop_assert!(last <= expires_at);
            prop_assert!(hours.is_open(last.before(Duration::from_millis(1))));
            // From there to the end, kiosks are closed.
            prop_assert!(last == expires_at || hours.next_opening(last) >= expires_at);
        }

        #[test]
        fn at_the_next_opening_kiosks_are_open_and_never_a_day_away(
            opens in 0u16..1440, length in 1u16..=1440, millis in 0i64..4_000_000_000_000,
        ) {
            let hours = Hours::new(opens, opens.saturating_add(length).min(1440)).unwrap();
            let now = Timestamp::from_unix_millis(millis);
            let next = hours.next_opening(now);
            prop_assert!(hours.is_open(next));
            prop_assert!(now <= next && next.since(now) < Duration::from_secs(86_400));
            prop_assert_eq!(next == now, hours.is_open(now));
        }
    }
}
