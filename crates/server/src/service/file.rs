//! `service.toml` as it is written, and the way from there to checked data.

use std::collections::HashSet;
use std::path::Path;

use reservation::offer::{Day, Offer, Offers};
use reservation::{Hours, KioskId, OperatorId, Timestamp};
use serde::Deserialize;
use time::{Date, OffsetDateTime};
use wire::app::{Place, Terms};

use super::{Closure, Closures, Operator, ServiceData};
use crate::clock::from_date_time;

/// Why the service data were refused.
#[derive(Debug, thiserror::Error)]
pub enum ServiceDataError {
    /// The file could not be read.
    #[error("service data {file}: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML of the right form.
    #[error("service data {file}: {source}")]
    Form {
        /// The file.
        file: String,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// An entry contradicts itself or another.
    #[error("service data {file}: {entry}: {problem}")]
    Entry {
        /// The file.
        file: String,
        /// Which entry.
        entry: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    terms: TermsEntry,
    hours: HoursEntry,
    #[serde(default)]
    operator: Vec<OperatorEntry>,
    #[serde(default)]
    closure: Vec<ClosureEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermsEntry {
    version: String,
    ja: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursEntry {
    opens: String,
    closes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorEntry {
    id: String,
    ja: String,
    en: String,
    #[serde(default)]
    note_ja: String,
    #[serde(default)]
    note_en: String,
    #[serde(default)]
    offers: Vec<OfferEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfferEntry {
    kind: wire::PinKind,
    from: toml::value::Datetime,
    until: Option<toml::value::Datetime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClosureEntry {
    operator: Option<String>,
    #[serde(default)]
    kiosks: Vec<String>,
    kind: Option<wire::PinKind>,
    from: toml::value::Datetime,
    until: Option<toml::value::Datetime>,
}

/// What is wrong with an entry: which one, and what.
struct Fault(String, &'static str);

pub(super) fn load(path: &Path) -> Result<ServiceData, ServiceDataError> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|source| ServiceDataError::Unreadable { file: file.clone(), source })?;
    let entries: File = toml::from_str(&text)
        .map_err(|source| ServiceDataError::Form { file: file.clone(), source: Box::new(source) })?;
    check(entries).map_err(|Fault(entry, problem)| ServiceDataError::Entry { file, entry, problem })
}

fn check(entries: File) -> Result<ServiceData, Fault> {
    let TermsEntry { version, ja, en } = entries.terms;
    if version.is_empty() || ja.is_empty() || en.is_empty() {
        return Err(Fault("terms".into(), "version, ja and en must not be empty"));
    }
    let hours = hours(&entries.hours)?;
    let mut operators = Vec::new();
    let mut offers = Vec::new();
    let mut seen = HashSet::new();
    for entry in entries.operator {
        let name = format!("operator {}", entry.id);
        let id =
            OperatorId::parse(&entry.id).map_err(|_| Fault(name.clone(), "the id is not a plain name"))?;
        if !seen.insert(id.clone()) {
            return Err(Fault(name, "the id stands twice"));
        }
        for offer in &entry.offers {
            offers.push(offer_of(&id, offer).map_err(|problem| Fault(name.clone(), problem))?);
        }
        operators.push(Operator { id, place: place(entry) });
    }
    let closures = entries
        .closure
        .into_iter()
        .enumerate()
        .map(|(index, entry)| {
            closure(entry, &seen).map_err(|problem| Fault(format!("closure {}", index + 1), problem))
        })
        .collect::<Result<_, _>>()?;
    Ok(ServiceData {
        terms: Terms { version, ja, en },
        hours,
        offers: Offers(offers),
        closures: Closures(closures),
        operators,
    })
}

fn place(entry: OperatorEntry) -> Place {
    Place { operator: entry.id, ja: entry.ja, en: entry.en, note_ja: entry.note_ja, note_en: entry.note_en }
}

fn hours(entry: &HoursEntry) -> Result<Hours, Fault> {
    let fault = |problem| Fault("hours".into(), problem);
    let minutes = |text: &str| minutes_of_day(text).ok_or(fault("a time is written HH:MM, 00:00 to 24:00"));
    Hours::new(minutes(&entry.opens)?, minutes(&entry.closes)?)
        .map_err(|_| fault("hours must open before they close, within one day"))
}

fn minutes_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hours) || !two_digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60 && hours * 60 + minutes <= 24 * 60).then_some(hours * 60 + minutes)
}

fn offer_of(operator: &OperatorId, entry: &OfferEntry) -> Result<Offer, &'static str> {
    let day =
        |date: &toml::value::Datetime| day(date).ok_or("an offer's from and until are dates, YYYY-MM-DD");
    let from = day(&entry.from)?;
    let until = entry.until.as_ref().map(day).transpose()?;
    if until.is_some_and(|until| until < from) {
        return Err("an offer ends before it begins");
    }
    Ok(Offer { operator: operator.clone(), kind: entry.kind.into(), from, until })
}

fn day(date: &toml::value::Datetime) -> Option<Day> {
    if date.time.is_some() {
        return None;
    }
    let date = date.date?;
    let month = time::Month::try_from(date.month).ok()?;
    let date = Date::from_calendar_date(i32::from(date.year), month, date.day).ok()?;
    let days = date.to_julian_day() - OffsetDateTime::UNIX_EPOCH.date().to_julian_day();
    Some(Day::from_days_since_epoch(i64::from(days)))
}

fn closure(entry: ClosureEntry, known: &HashSet<OperatorId>) -> Result<Closure, &'static str> {
    let operator = entry.operator.map(|id| OperatorId::parse(&id)).transpose();
    let operator = operator.map_err(|_| "the operator's id is not a plain name")?;
    if operator.as_ref().is_some_and(|id| !known.contains(id)) {
        return Err("there is no such operator");
    }
    let kiosks = entry.kiosks.iter().map(|id| KioskId::parse(id)).collect::<Result<_, _>>();
    let instant = |at: &toml::value::Datetime| {
        instant(at).ok_or("from and until are written with time and offset, 2026-12-29T00:00:00+09:00")
    };
    let (from, until) = (instant(&entry.from)?, entry.until.as_ref().map(instant).transpose()?);
    if until.is_some_and(|until| until <= from) {
        return Err("it ends before it begins");
    }
    let kiosks = kiosks.map_err(|_| "a kiosk's id is not a plain name")?;
    Ok(Closure { operator, kiosks, kind: entry.kind.map(Into::into), from, until })
}

fn instant(at: &toml::value::Datetime) -> Option<Timestamp> {
    at.offset?;
    let parsed = OffsetDateTime::parse(&at.to_string(), &time::format_description::well_known::Rfc3339);
    parsed.ok().map(from_date_time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reservation::PinKind;

    const BASE: &str = r#"
        [terms]
        version = "1"
        ja = "規約"
        en = "Terms"
        [hours]
        opens = "06:30"
        closes = "23:00"
    "#;

    fn parse(more: &str) -> Result<ServiceData, String> {
        let entries: File = toml::from_str(&format!("{BASE}\n{more}")).map_err(|error| error.to_string())?;
        check(entries).map_err(|Fault(entry, problem)| format!("{entry}: {problem}"))
    }

    #[test]
    fn an_operator_offers_from_its_first_day_to_its_last() {
        let data = parse(
            r#"
            [[operator]]
            id = "op"
            ja = "店"
            en = "Op"
            offers = [{ kind = "user", from = 2024-08-28, until = 2024-08-29 }]
            "#,
        )
        .unwrap();
        let op = OperatorId::parse("op").unwrap();
        // 2024-08-27T15:00:00Z is midnight of the 28th in Japan.
        let midnight = Timestamp::from_unix_secs(1_724_770_800);
        let offered = |at: Timestamp| data.offers.is_offered(&op, PinKind::User, Day::of(at));
        assert!(!offered(Timestamp::from_unix_millis(midnight.unix_millis() - 1)));
        assert!(offered(midnight));
        assert!(offered(Timestamp::from_unix_secs(midnight.unix_secs() + 2 * 86_400 - 1)));
        assert!(!offered(Timestamp::from_unix_secs(midnight.unix_secs() + 2 * 86_400)));
        assert!(!data.offers.is_offered(&op, PinKind::Signature, Day::of(midnight)));
    }

    #[test]
    fn what_contradicts_itself_is_refused_by_name() {
        let cases = [
            ("unknown = 1", "unknown"),
            ("[[operator]]\nid = \"a b\"\nja = \"\"\nen = \"\"", "plain name"),
            ("[[operator]]\nid=\"a\"\nja=\"\"\nen=\"\"\n[[operator]]\nid=\"a\"\nja=\"\"\nen=\"\"", "twice"),
            (
                "[[operator]]\nid=\"a\"\nja=\"\"\nen=\"\"\noffers=[{kind=\"user\",from=2024-01-02,until=2024-01-01}]",
                "ends before",
            ),
            ("[[closure]]\nfrom = 2026-01-01", "offset"),
            ("[[closure]]\noperator = \"x\"\nfrom = 2026-01-01T00:00:00+09:00", "no such operator"),
        ];
        for (more, expected) in cases {
            let error = parse(more).unwrap_err();
            assert!(error.contains(expected), "{more}: {error}");
        }
    }

    #[test]
    fn a_time_of_day_has_two_digits_on_each_side() {
        assert_eq!(minutes_of_day("06:30"), Some(390));
        assert_eq!(minutes_of_day("24:00"), Some(1440));
        for bad in ["6:30", "06:60", "24:01", "0630", "", "-1:00", "+6:00"] {
            assert_eq!(minutes_of_day(bad), None, "{bad}");
        }
    }
}
