//! A birth date as the six digits that 照合番号B begins with.

use core::fmt;

use super::{DateError, Era, EraDate};

/// What was typed is not six digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSixDigits;

impl fmt::Display for NotSixDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the birth date is six digits: year, month, day")
    }
}

impl core::error::Error for NotSixDigits {}

/// The birth date as 照合番号B begins: six digits, YYMMDD, the year counted in its era. It says no era, so 昭和5年,
/// 平成5年 and 令和5年 are the same here: never a key, never an identifier. `Debug` prints nothing of it.
#[derive(PartialEq, Eq)]
pub struct BirthSix(pub(super) [u8; 6]);

impl BirthSix {
    /// From a day as a card prints it; the year counts from 1 (元年).
    ///
    /// # Errors
    /// [`DateError`] says what to look at again.
    pub fn from_era(era: Era, year_in_era: u8, month: u8, day: u8) -> Result<Self, DateError> {
        EraDate::new(era, year_in_era, month, day).map(|date| date.birth_six())
    }

    /// The six digits themselves, half-width or full-width, for cards that print western dates: which year such a card
    /// uses is not public (card facts §3.1). Unknown months and days occur, so any digits will do.
    ///
    /// # Errors
    /// [`NotSixDigits`].
    pub fn from_digits(entry: &str) -> Result<Self, NotSixDigits> {
        let mut digits = [0; 6];
        let mut entry = entry.chars();
        for digit in &mut digits {
            *digit = entry.next().and_then(half_width_digit).ok_or(NotSixDigits)?;
        }
        if entry.next().is_none() { Ok(Self(digits)) } else { Err(NotSixDigits) }
    }

    /// The six ASCII digits.
    pub const fn as_bytes(&self) -> &[u8; 6] {
        &self.0
    }
}

impl fmt::Debug for BirthSix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthSix(…)")
    }
}

/// The ASCII digit that a half-width or full-width digit stands for: what a Japanese keyboard types for a number that
/// is copied off a card.
pub fn half_width_digit(typed: char) -> Option<u8> {
    let digit = match typed {
        '０'..='９' => u32::from(typed) - u32::from('０'),
        _ => typed.to_digit(10)?,
    };
    u8::try_from(digit).ok().map(|digit| b'0' + digit)
}
