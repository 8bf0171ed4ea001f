//! The reservation number: 12 digits that a person reads out on the phone, the last one a check digit.
//!
//! The check digit is Damm's (a totally anti-symmetric quasigroup of order 10), which catches every single
//! wrong digit and every swap of two neighbours. The number is an index, never a credential.

use core::fmt;

/// Damm's quasigroup of order 10 (H. M. Damm, 2004).
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// Digits in a number, the check digit included.
pub const DIGITS: usize = 12;

/// How many different numbers there are.
pub const COUNT: u64 = 100_000_000_000;

/// A reservation number with a correct check digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReservationNumber(u64);

/// What is wrong with digits that were read out or typed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadNumber {
    /// Not twelve digits (spaces and hyphens between them are fine).
    Shape,
    /// The check digit does not fit: a digit was misread or two were swapped.
    CheckDigit,
}

impl fmt::Display for BadNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shape => "a reservation number has 12 digits",
            Self::CheckDigit => "the check digit does not fit: a digit is wrong or two are swapped",
        })
    }
}

impl core::error::Error for BadNumber {}

fn check_digit(digits: impl Iterator<Item = u8>) -> u8 {
    digits.fold(0, |interim, digit| DAMM[usize::from(interim)][usize::from(digit)])
}

fn digits_of(mut value: u64, count: usize) -> impl Iterator<Item = u8> {
    let mut digits = [0u8; DIGITS];
    for slot in digits[..count].iter_mut().rev() {
        *slot = (value % 10) as u8;
        value /= 10;
    }
    digits.into_iter().take(count)
}

impl ReservationNumber {
    /// The number for a random value; values are reduced modulo [`COUNT`], so draw at least 64 bits.
    pub fn from_random(random: u64) -> Self {
        let body = random % COUNT;
        Self(body * 10 + u64::from(check_digit(digits_of(body, DIGITS - 1))))
    }

    /// Reads twelve ASCII or full-width digits; spaces and hyphens between them are skipped.
    ///
    /// # Errors
    /// [`BadNumber`], split by whether to ask for the digits again or for a slower reading.
    pub fn parse(text: &str) -> Result<Self, BadNumber> {
        let mut digits = [0u8; DIGITS];
        let mut count = 0;
        for character in text.chars() {
            let digit = match character {
                '0'..='9' => character as u32 - '0' as u32,
                '０'..='９' => character as u32 - '０' as u32,
                ' ' | '\u{3000}' | '-' | '‐' | '−' | 'ー' => continue,
                _ => return Err(BadNumber::Shape),
            };
            *digits.get_mut(count).ok_or(BadNumber::Shape)? = digit as u8;
            count += 1;
        }
        if count != DIGITS {
            return Err(BadNumber::Shape);
        }
        if check_digit(digits.into_iter()) != 0 {
            return Err(BadNumber::CheckDigit);
        }
        Ok(Self(digits.into_iter().fold(0, |value, digit| value * 10 + u64::from(digit))))
    }

    /// The number as an integer below 10^12.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// From an integer as [`Self::as_u64`] gives it.
    ///
    /// # Errors
    /// [`BadNumber`] if it is too large or its check digit does not fit.
    pub fn from_u64(value: u64) -> Result<Self, BadNumber> {
        if value >= COUNT * 10 {
            return Err(BadNumber::Shape);
        }
        if check_digit(digits_of(value, DIGITS)) != 0 {
            return Err(BadNumber::CheckDigit);
        }
        Ok(Self(value))
    }
}

impl fmt::Display for ReservationNumber {
    /// Twelve digits without gaps; screens group them by four.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_number_reads_back(random: u64) {
            let number = ReservationNumber::from_random(random);
            prop_assert_eq!(ReservationNumber::parse(&number.to_string()), Ok(number));
            prop_assert_eq!(ReservationNumber::from_u64(number.as_u64()), Ok(number));
        }

        #[test]
        fn every_single_wrong_digit_is_caught(random: u64) {
            let text = ReservationNumber::from_random(random).to_string();
            for place in 0..DIGITS {
                for wrong in b'0'..=b'9' {
                    let mut bytes = text.clone().into_bytes();
                    if bytes[place] == wrong { continue; }
                    bytes[place] = wrong;
                    let typed = String::from_utf8(bytes).unwrap();
                    prop_assert_eq!(ReservationNumber::parse(&typed), Err(BadNumber::CheckDigit));
                }
            }
        }

        #[test]
        fn every_swap_of_neighbours_is_caught(random: u64) {
            let text = ReservationNumber::from_random(random).to_string();
            for place in 0..DIGITS - 1 {
                let mut bytes = text.clone().into_bytes();
                if bytes[place] == bytes[place + 1] { continue; }
                bytes.swap(place, place + 1);
                let typed = String::from_utf8(bytes).unwrap();
                prop_assert_eq!(ReservationNumber::parse(&typed), Err(BadNumber::CheckDigit));
            }
        }
    }

    #[test]
    fn a_number_may_be_spoken_in_groups_and_typed_full_width() {
        let number = ReservationNumber::from_random(572);
        let text = number.to_string();
        let grouped = format!("{} {}-{}", &text[..4], &text[4..8], &text[8..]);
        assert_eq!(ReservationNumber::parse(&grouped), Ok(number));
        let wide: String = text.chars().map(|c| char::from_u32(c as u32 - 0x30 + 0xFF10).unwrap()).collect();
        assert_eq!(ReservationNumber::parse(&wide), Ok(number));
    }

    #[test]
    fn the_quasigroup_is_latin_and_totally_anti_symmetric() {
        for row in DAMM {
            let mut seen = row;
            seen.sort_unstable();
            assert_eq!(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        }
        for row in DAMM {
            for (x, &cx) in row.iter().enumerate() {
                for (y, &cy) in row.iter().enumerate() {
                    assert!(x == y || DAMM[usize::from(cx)][y] != DAMM[usize::from(cy)][x]);
                }
            }
        }
    }
}
