//! The year in which a card expires, as its front prints it: `2035年2月17日まで有効`. Only the year is a part of
//! 照合番号B, and it is a western one on every card.

use core::fmt;

use reservation::calendar::EraDate;

use super::fold::{date, digits, era, fold, year};

/// What [`secret::VerificationCodeB`] takes: the first cards were issued in 2016.
const YEARS: core::ops::RangeInclusive<u16> = 2016..=2099;

/// A card's last year, western. `Debug` does not print it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ExpiryYear(u16);

impl fmt::Debug for ExpiryYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExpiryYear(…)")
    }
}

/// Why an expiry year was not taken. No try was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpiryRefused {
    /// Not a year, nor a date.
    #[error("this is no year")]
    NotAYear,
    /// A year of fewer than four digits without an era.
    #[error("the year has four digits")]
    TwoDigits,
    /// No month has this day, or no year this month.
    #[error("there is no such day")]
    NoSuchDay,
    /// No card expires then.
    #[error("no card expires in such a year")]
    OutOfRange,
}

impl ExpiryYear {
    /// Understands a year, or the whole date.
    ///
    /// # Errors
    /// [`ExpiryRefused`] says what to look at again.
    pub fn parse(entry: &str) -> Result<Self, ExpiryRefused> {
        let folded = fold(entry).ok_or(ExpiryRefused::NotAYear)?;
        let ends = ["まで有効", "迄有効", "まで", "迄"];
        let folded = ends.iter().find_map(|end| folded.strip_suffix(end)).unwrap_or(&folded);
        let (era, rest) = era(folded);
        let written = match date(rest) {
            Some(written) => Written {
                year: written.year,
                digits: written.year_digits,
                day: Some((written.month, written.day)),
            },
            None => only_year(rest).ok_or(ExpiryRefused::NotAYear)?,
        };
        let western = match (era, written.digits) {
            // An era's years are counted on beyond its end: documents of the time say 平成40年 for 2028.
            (Some(era), 1 | 2) if written.year > 0 => era.first_year() + written.year - 1,
            (None, 4) => written.year,
            (None, 1..=3) => return Err(ExpiryRefused::TwoDigits),
            _ => return Err(ExpiryRefused::NotAYear),
        };
        if !YEARS.contains(&western) {
            return Err(ExpiryRefused::OutOfRange);
        }
        if let Some((month, day)) = written.day {
            EraDate::from_gregorian(western, month, day).map_err(|_| ExpiryRefused::NoSuchDay)?;
        }
        Ok(Self(western))
    }

    /// The western year, 2016 to 2099.
    pub const fn get(self) -> u16 {
        self.0
    }
}

struct Written {
    year: u16,
    digits: usize,
    /// Month and day, where the whole date was typed.
    day: Option<(u8, u8)>,
}

/// `2035`, `2035年`, `17年` and `元年`; or `20350217`.
fn only_year(rest: &str) -> Option<Written> {
    if let (number, "") = digits(rest)
        && number.len() == 8
    {
        let (year, month_and_day) = number.split_at(4);
        let (month, day) = month_and_day.split_at(2);
        let day = Some((month.parse().ok()?, day.parse().ok()?));
        return Some(Written { year: year.parse().ok()?, digits: 4, day });
    }
    let ((digits, year), rest) = year(rest)?;
    matches!(rest, "" | "年").then_some(Written { year, digits, day: None })
}
