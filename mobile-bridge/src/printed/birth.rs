//! The birth date on a card's front.
//!
//! Cards of Japanese nationals print it in an era; 照合番号B wants the year in that era. Cards of foreign residents print
//! western dates, and which year their 照合番号B has is not public (card facts §3.1): their holders may type its six
//! digits themselves, which is a guess and is called one.

use reservation::calendar::{BirthSix, DateError, Era, EraDate, NotSixDigits};

use super::fold::{Written, date, digits, era, fold};

/// A birth date, understood. `Debug` prints nothing of it.
#[derive(Debug)]
pub enum PrintedBirth {
    /// As an era card prints it.
    Era(EraDate),
    /// Typed as a western date; the era date it means is what is used and shown.
    Western(EraDate),
    /// Six digits as the holder of a card with a western date guesses them.
    Guess(BirthSix),
}

/// Why a birth date was not taken. No try was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BirthDateRefused {
    /// Not a date.
    #[error("this is no date")]
    NotADate,
    /// A year of one or two digits, or six digits, without an era: it could be any of three.
    #[error("the era is missing")]
    EraMissing,
    /// No month has this day, or no year this month.
    #[error("there is no such day")]
    NoSuchDay,
    /// The era had ended by then, or had not begun: 昭和64年1月8日.
    #[error("there is no such day in this era")]
    NotInEra {
        /// The era that was named.
        named: Era,
        /// The day as it is in the era it belongs to, where there is one.
        is: Option<EraDate>,
    },
    /// Nobody was born then: year 0, before 1873, or the hundredth year of an era.
    #[error("no card tells such a year")]
    OutOfRange,
}

impl PrintedBirth {
    /// Understands a birth date as a card prints it, or a western one that means the same day.
    ///
    /// # Errors
    /// [`BirthDateRefused`] says what to look at again.
    pub fn parse(entry: &str) -> Result<Self, BirthDateRefused> {
        let folded = fold(entry).ok_or(BirthDateRefused::NotADate)?;
        // 昭和55年2月17日生, as the card has it.
        let folded = ["生まれ", "生"].iter().find_map(|end| folded.strip_suffix(end)).unwrap_or(&folded);
        match era(folded) {
            (Some(era), rest) => in_era(era, rest).map(Self::Era),
            (None, rest) => western(rest).map(Self::Western),
        }
    }

    /// Takes six digits (year, month, day) as they are, for a card that prints a western date.
    ///
    /// # Errors
    /// [`NotSixDigits`].
    pub fn guess(entry: &str) -> Result<Self, NotSixDigits> {
        let folded = fold(entry).ok_or(NotSixDigits)?;
        BirthSix::from_digits(&folded).map(Self::Guess)
    }

    /// The six digits with which 照合番号B begins.
    pub fn into_six(self) -> BirthSix {
        match self {
            Self::Era(date) | Self::Western(date) => date.birth_six(),
            Self::Guess(six) => six,
        }
    }
}

fn in_era(era: Era, rest: &str) -> Result<EraDate, BirthDateRefused> {
    let written = date(rest).or_else(|| compact(rest, 2)).ok_or(BirthDateRefused::NotADate)?;
    if written.year_digits > 2 {
        return Err(BirthDateRefused::NotADate);
    }
    let year = u8::try_from(written.year).map_err(|_| BirthDateRefused::OutOfRange)?;
    EraDate::new(era, year, written.month, written.day).map_err(|error| match error {
        DateError::NoSuchDay => BirthDateRefused::NoSuchDay,
        DateError::OutOfRange => BirthDateRefused::OutOfRange,
        DateError::NotInEra => {
            let gregorian = era.first_year() + u16::from(year) - 1;
            let is = EraDate::from_gregorian(gregorian, written.month, written.day).ok();
            BirthDateRefused::NotInEra { named: era, is }
        }
    })
}

fn western(rest: &str) -> Result<EraDate, BirthDateRefused> {
    let written = match date(rest).or_else(|| compact(rest, 4)) {
        Some(written) if written.year_digits == 4 => written,
        Some(written) if written.year_digits == 3 => return Err(BirthDateRefused::NotADate),
        Some(_) => return Err(BirthDateRefused::EraMissing),
        None if compact(rest, 2).is_some() => return Err(BirthDateRefused::EraMissing),
        None => return Err(BirthDateRefused::NotADate),
    };
    EraDate::from_gregorian(written.year, written.month, written.day).map_err(|error| match error {
        DateError::NoSuchDay => BirthDateRefused::NoSuchDay,
        DateError::OutOfRange | DateError::NotInEra => BirthDateRefused::OutOfRange,
    })
}

/// `550217` or `19800217`: the year's digits, two of the month, two of the day.
fn compact(rest: &str, year_digits: usize) -> Option<Written> {
    let (number, "") = digits(rest) else { return None };
    if number.len() != year_digits + 4 {
        return None;
    }
    let (year, month_and_day) = number.split_at(year_digits);
    let (month, day) = month_and_day.split_at(2);
    Some(Written {
        year: year.parse().ok()?,
        year_digits,
        month: month.parse().ok()?,
        day: day.parse().ok()?,
    })
}
