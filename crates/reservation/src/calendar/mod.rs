//! The Japanese calendar, as far as a birth date printed on a card needs it (card facts §3.1).
//!
//! 照合番号B begins with the birth date as six digits whose year counts from the beginning of an era. One wrong digit
//! costs one of ten tries, so a date that does not exist, or not in the era that was named, is refused here.

mod birth_six;
#[cfg(test)]
mod tests;

use core::fmt;

pub use self::birth_six::{BirthSix, NotSixDigits, half_width_digit};
use crate::pin::BirthDate;

/// An era. Whoever was born in the oldest is at least 114 years old, which still happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Era {
    /// 明治, here from its sixth year on: before 1873 Japan counted by the moon.
    Meiji,
    /// 大正, from 1912-07-30.
    Taisho,
    /// 昭和, from 1926-12-25.
    Showa,
    /// 平成, from 1989-01-08.
    Heisei,
    /// 令和, from 2019-05-01.
    Reiwa,
}

/// Year, month and day, so that days compare as they follow each other.
type Day = (u16, u8, u8);

impl Era {
    /// All eras, the oldest first.
    pub const ALL: [Self; 5] = [Self::Meiji, Self::Taisho, Self::Showa, Self::Heisei, Self::Reiwa];

    /// The Gregorian year that is this era's first (元年).
    pub const fn first_year(self) -> u16 {
        match self {
            Self::Meiji => 1868,
            Self::Taisho => 1912,
            Self::Showa => 1926,
            Self::Heisei => 1989,
            Self::Reiwa => 2019,
        }
    }

    /// The era's name as cards print it.
    pub const fn kanji(self) -> &'static str {
        match self {
            Self::Meiji => "明治",
            Self::Taisho => "大正",
            Self::Showa => "昭和",
            Self::Heisei => "平成",
            Self::Reiwa => "令和",
        }
    }

    /// The era's name in Latin letters.
    pub const fn romaji(self) -> &'static str {
        match self {
            Self::Meiji => "Meiji",
            Self::Taisho => "Taisho",
            Self::Showa => "Showa",
            Self::Heisei => "Heisei",
            Self::Reiwa => "Reiwa",
        }
    }

    const fn first_day(self) -> Day {
        match self {
            Self::Meiji => (1873, 1, 1),
            Self::Taisho => (1912, 7, 30),
            Self::Showa => (1926, 12, 25),
            Self::Heisei => (1989, 1, 8),
            Self::Reiwa => (2019, 5, 1),
        }
    }

    fn of(day: Day) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|era| era.first_day() <= day)
    }
}

/// Why a date is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateError {
    /// No month has this day, or no year this month: 30 February.
    NoSuchDay,
    /// The day lies outside the era that was named: 昭和64年1月8日 was 平成元年1月8日.
    NotInEra,
    /// Before 1873, or the hundredth year of an era: two digits do not write it.
    OutOfRange,
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSuchDay => "there is no such day",
            Self::NotInEra => "there is no such day in this era",
            Self::OutOfRange => "no card tells such a year",
        })
    }
}

impl core::error::Error for DateError {}

/// A day that exists, in the era it belongs to. `Debug` prints nothing of it: it is someone's birth date.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EraDate {
    era: Era,
    day: Day,
}

impl EraDate {
    /// A day as a card prints it; the year counts from 1 (元年).
    ///
    /// # Errors
    /// [`DateError`] says what to look at again.
    pub fn new(era: Era, year_in_era: u8, month: u8, day: u8) -> Result<Self, DateError> {
        if year_in_era == 0 || year_in_era > 99 {
            return Err(DateError::OutOfRange);
        }
        let date = Self::from_gregorian(era.first_year() + u16::from(year_in_era) - 1, month, day);
        match date {
            Ok(date) if date.era == era => Ok(date),
            Ok(_) => Err(DateError::NotInEra),
            Err(error) => Err(error),
        }
    }

    /// A day of the Gregorian calendar.
    ///
    /// # Errors
    /// [`DateError::NoSuchDay`] and [`DateError::OutOfRange`].
    pub fn from_gregorian(year: u16, month: u8, day: u8) -> Result<Self, DateError> {
        if day == 0 || day > days_in_month(year, month) {
            return Err(DateError::NoSuchDay);
        }
        let day = (year, month, day);
        let era = Era::of(day).ok_or(DateError::OutOfRange)?;
        let date = Self { era, day };
        if year - era.first_year() < 99 { Ok(date) } else { Err(DateError::OutOfRange) }
    }

    /// The era.
    pub const fn era(&self) -> Era {
        self.era
    }

    /// The year in the era, 1 to 99.
    pub fn year_in_era(&self) -> u8 {
        let (year, _, _) = self.day;
        u8::try_from(year - self.era.first_year() + 1).expect("an era date's year has two digits")
    }

    /// The same day in the Gregorian calendar.
    pub const fn gregorian(&self) -> BirthDate {
        let (year, month, day) = self.day;
        BirthDate { year, month, day }
    }

    /// The day as cards print it: `昭和55年2月17日`, the first year as 元年.
    pub fn printed(&self) -> String {
        let (era, (_, month, day)) = (self.era.kanji(), self.day);
        match self.year_in_era() {
            1 => format!("{era}元年{month}月{day}日"),
            year => format!("{era}{year}年{month}月{day}日"),
        }
    }

    /// The six digits that stand for this birth date in 照合番号B.
    pub fn birth_six(&self) -> BirthSix {
        let (_, month, day) = self.day;
        let mut digits = [0; 6];
        for (pair, number) in digits.chunks_exact_mut(2).zip([self.year_in_era(), month, day]) {
            pair.copy_from_slice(&[b'0' + number / 10, b'0' + number % 10]);
        }
        BirthSix(digits)
    }
}

impl fmt::Debug for EraDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EraDate(…)")
    }
}

/// The era of a day of the Gregorian calendar, and the day in it.
///
/// # Errors
/// [`DateError::NoSuchDay`] and [`DateError::OutOfRange`].
pub fn era_of(date: BirthDate) -> Result<EraDate, DateError> {
    EraDate::from_gregorian(date.year, date.month, date.day)
}

fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}
