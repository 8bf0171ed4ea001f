//! The synthetic person on a simulated card, and how long that person's certificates are valid.

use time::{Date, Month, OffsetDateTime, Time, UtcOffset, macros::date};

/// Born on 17 February 1980 unless told otherwise.
pub const DEFAULT_BIRTH_DATE: Date = date!(1980 - 02 - 17);

/// Japan Standard Time; no daylight saving.
const JST: UtcOffset = match UtcOffset::from_hms(9, 0, 0) {
    Ok(offset) => offset,
    Err(_) => unreachable!(),
};

/// The person, as a signature certificate tells it.
#[derive(Clone, Debug)]
pub(crate) struct Holder {
    pub(crate) birth_date: Date,
}

impl Holder {
    /// Family name, full-width space, given name.
    pub(crate) const NAME: &'static str = "見本　花子";
    pub(crate) const ADDRESS: &'static str = "架空都見本区模擬町一丁目２番３号";
    /// Female.
    pub(crate) const SEX: &'static str = "2";

    /// One flag per character: `0` = not substituted.
    pub(crate) fn substitutions(text: &str) -> String {
        "0".repeat(text.chars().count())
    }

    /// `EYYYYMMDD`: era, then the Gregorian date (card facts §5.2).
    pub(crate) fn birth_date_with_era(&self) -> String {
        let era = if self.birth_date >= date!(2019 - 05 - 01) {
            5
        } else if self.birth_date >= date!(1989 - 01 - 08) {
            4
        } else if self.birth_date >= date!(1926 - 12 - 25) {
            3
        } else if self.birth_date >= date!(1912 - 07 - 30) {
            2
        } else {
            1
        };
        format!(
            "{era}{:04}{:02}{:02}",
            self.birth_date.year(),
            u8::from(self.birth_date.month()),
            self.birth_date.day()
        )
    }
}

/// First and last second of validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) not_before: OffsetDateTime,
    pub(crate) not_after: OffsetDateTime,
}

impl Validity {
    /// From 00:00:00 JST of the day of issue to 23:59:59 JST of the fifth birthday after it. A birthday on the day of
    /// issue is not *after* it, and whoever was born on 29 February has the birthday on the 28th in common years:
    /// on both the public texts are silent.
    pub(crate) fn of_card(issued: Date, birth_date: Date) -> Self {
        let first_year =
            if birthday_in(birth_date, issued.year()) > issued { issued.year() } else { issued.year() + 1 };
        Self::between(issued, birthday_in(birth_date, first_year + 4))
    }

    /// Whole days in Japan, both included.
    pub(crate) fn between(first: Date, last: Date) -> Self {
        let last_second = Time::MIDNIGHT - time::Duration::SECOND;
        Self {
            not_before: first.with_time(Time::MIDNIGHT).assume_offset(JST).to_offset(UtcOffset::UTC),
            not_after: last.with_time(last_second).assume_offset(JST).to_offset(UtcOffset::UTC),
        }
    }
}

/// The day in Japan at `now`.
pub(crate) fn day_in_japan(now: OffsetDateTime) -> Date {
    now.to_offset(JST).date()
}

fn birthday_in(birth_date: Date, year: i32) -> Date {
    Date::from_calendar_date(year, birth_date.month(), birth_date.day()).unwrap_or_else(|_| {
        Date::from_calendar_date(year, Month::February, 28).expect("every year has a 28 February")
    })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn last_second(issued: Date, birth_date: Date) -> OffsetDateTime {
        Validity::of_card(issued, birth_date).not_after
    }

    #[test]
    fn a_certificate_ends_on_the_fifth_birthday_after_issue_at_the_last_second_in_japan() {
        let birth = date!(1980 - 02 - 17);
        assert_eq!(last_second(date!(2026 - 11 - 21), birth), datetime!(2031-02-17 14:59:59 UTC));
        assert_eq!(last_second(date!(2026 - 02 - 16), birth), datetime!(2030-02-17 14:59:59 UTC));
    }

    #[test]
    fn a_birthday_on_the_day_of_issue_does_not_count() {
        assert_eq!(
            last_second(date!(2026 - 02 - 17), date!(1980 - 02 - 17)),
            datetime!(2031-02-17 14:59:59 UTC)
        );
    }

    #[test]
    fn a_leap_day_birthday_is_the_28th_in_common_years() {
        let birth = date!(1996 - 02 - 29);
        assert_eq!(last_second(date!(2026 - 11 - 21), birth), datetime!(2031-02-28 14:59:59 UTC));
        assert_eq!(last_second(date!(2027 - 11 - 21), birth), datetime!(2032-02-29 14:59:59 UTC));
    }

    #[test]
    fn validity_begins_at_midnight_in_japan() {
        let validity = Validity::of_card(date!(2026 - 11 - 22), date!(1980 - 02 - 17));
        assert_eq!(validity.not_before, datetime!(2026-11-21 15:00 UTC));
        assert_eq!(day_in_japan(datetime!(2026-11-21 15:00 UTC)), date!(2026 - 11 - 22));
    }

    #[test]
    fn each_era_has_its_digit_from_its_first_day() {
        let of = |birth_date| Holder { birth_date }.birth_date_with_era();
        assert_eq!(of(date!(1912 - 07 - 29)), "119120729");
        assert_eq!(of(date!(1926 - 12 - 24)), "219261224");
        assert_eq!(of(date!(1989 - 01 - 07)), "319890107");
        assert_eq!(of(date!(1989 - 01 - 08)), "419890108");
        assert_eq!(of(date!(2019 - 04 - 30)), "420190430");
        assert_eq!(of(date!(2019 - 05 - 01)), "520190501");
    }
}
