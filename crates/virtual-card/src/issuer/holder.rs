//! The synthetic person on a simulated card, and how long that person's certificates are valid.

use time::{Date, Month, OffsetDateTime, Time, UtcOffset, macros::date};

/// Born on 17 February 1980 unless told otherwise.
pub const DEFAULT_BIRTH_DATE: Date = date!(1980 - 02 - 17);

/// Japan Standard Time; no daylight saving.
const JST: UtcOffset = match UtcOffset::from_hms(9, 0, 0) {
    Ok(offset) => offset,
    Err(_) => unreachable!(),
};

/// Family name, full-width space, given name.
pub const DEFAULT_NAME: &str = "番号　花子";
/// In a prefecture that is not there.
pub const DEFAULT_ADDRESS: &str = "架空都見本区模擬町一丁目２番３号";

/// Of age on that birthday; a card of someone younger is valid for five years, not ten (card facts §5.3).
const ADULT: i32 = 18;

/// The last day of a card's validity, a birthday as that of its certificates is.
pub(crate) fn card_expires(issued: Date, birth_date: Date) -> Date {
    let adult = birthday_in(birth_date, birth_date.year() + ADULT) <= issued;
    birthday_after(issued, birth_date, if adult { 10 } else { 5 })
}

/// The day in that year on which a card expires.
pub(crate) fn expires_in(year: u16, birth_date: Date) -> Date {
    birthday_in(birth_date, i32::from(year))
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
        Self::between(issued, birthday_after(issued, birth_date, 5))
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

/// The so-manieth birthday after a day.
fn birthday_after(day: Date, birth_date: Date, count: i32) -> Date {
    let first_year = if birthday_in(birth_date, day.year()) > day { day.year() } else { day.year() + 1 };
    birthday_in(birth_date, first_year + count - 1)
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
    fn a_card_ends_on_the_tenth_birthday_after_issue_and_a_childs_on_the_fifth() {
        let issued = date!(2026 - 11 - 21);
        assert_eq!(card_expires(issued, date!(1980 - 02 - 17)), date!(2036 - 02 - 17));
        assert_eq!(card_expires(issued, date!(2008 - 11 - 21)), date!(2036 - 11 - 21));
        assert_eq!(card_expires(issued, date!(2008 - 11 - 22)), date!(2030 - 11 - 22));
        assert_eq!(expires_in(2035, date!(1996 - 02 - 29)), date!(2035 - 02 - 28));
    }
}
