//! Instants as a person in Japan reads them: Japan Standard Time, with the day of the week.

use time::{OffsetDateTime, UtcOffset, Weekday};

use crate::language::Language;

/// UTC+9 all year: Japan has had no daylight saving time since 1952.
fn in_japan(at: OffsetDateTime) -> OffsetDateTime {
    at.to_offset(UtcOffset::from_hms(9, 0, 0).expect("nine hours are a valid offset"))
}

fn weekday(day: Weekday, language: Language) -> &'static str {
    let (ja, en) = match day {
        Weekday::Monday => ("月", "Mon"),
        Weekday::Tuesday => ("火", "Tue"),
        Weekday::Wednesday => ("水", "Wed"),
        Weekday::Thursday => ("木", "Thu"),
        Weekday::Friday => ("金", "Fri"),
        Weekday::Saturday => ("土", "Sat"),
        Weekday::Sunday => ("日", "Sun"),
    };
    language.pick(ja, en)
}

/// Day and time to the second, such as `2026年11月22日(日) 17:03:12` or `Sun 2026-11-22 17:03:12 JST`.
pub fn to_the_second(at: OffsetDateTime, language: Language) -> String {
    let at = in_japan(at);
    let (date, day) = (at.date(), weekday(at.weekday(), language));
    let (hour, minute, second) = at.to_hms();
    match language {
        Language::Ja => format!(
            "{}年{}月{}日({day}) {hour:02}:{minute:02}:{second:02}",
            date.year(),
            u8::from(date.month()),
            date.day()
        ),
        Language::En => format!("{day} {date} {hour:02}:{minute:02}:{second:02} JST"),
    }
}

/// The time of day to the second, such as `17:03:12`.
pub fn time_of_day(at: OffsetDateTime) -> String {
    let (hour, minute, second) = in_japan(at).to_hms();
    format!("{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn an_evening_in_utc_is_the_next_morning_in_japan() {
        let at = datetime!(2026-11-21 21:03:07.9 UTC);
        assert_eq!(to_the_second(at, Language::Ja), "2026年11月22日(日) 06:03:07");
        assert_eq!(to_the_second(at, Language::En), "Sun 2026-11-22 06:03:07 JST");
        assert_eq!(time_of_day(at), "06:03:07");
    }
}
