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
