//! The two PIN kinds, their alphabets, and the rules a new PIN must meet.
//!
//! The functions look at a PIN's bytes and keep nothing; the types that hold a PIN are in the crate `secret`.

use core::fmt;

/// Which of the card's two JPKI PINs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PinKind {
    /// 署名用: 6 to 16 of A-Z 0-9, blocked after 5 wrong tries.
    Signature,
    /// 利用者証明用: 4 digits, blocked after 3 wrong tries.
    User,
}

impl PinKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Signature, Self::User];

    /// The other PIN: the one that must be known when this one is to be reset, and the reverse.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Signature => Self::User,
            Self::User => Self::Signature,
        }
    }

    /// Consecutive wrong tries after which the card blocks this PIN (card facts §2.4).
    pub const fn tries(self) -> u8 {
        match self {
            Self::Signature => 5,
            Self::User => 3,
        }
    }

    /// The byte that stands for this kind in signed statements: ASCII `S` or `U`.
    pub const fn tag(self) -> u8 {
        match self {
            Self::Signature => b'S',
            Self::User => b'U',
        }
    }

    /// The word for this kind in JSON, settings and on command lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::User => "user",
        }
    }
}

impl fmt::Display for PinKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why typed characters cannot be this kind of PIN at all, so that they never reach the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinFormat {
    /// Too short or too long; the limits are inclusive.
    Length {
        /// Fewest characters.
        least: usize,
        /// Most characters.
        most: usize,
    },
    /// A character outside the alphabet: full-width, lower-case, a sign or a space.
    Character,
}

impl fmt::Display for PinFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { least, most } if least == most => write!(f, "the PIN has {least} characters"),
            Self::Length { least, most } => write!(f, "the PIN has {least} to {most} characters"),
            Self::Character => {
                f.write_str("the PIN has half-width digits and, for signing, capital letters only")
            }
        }
    }
}

impl core::error::Error for PinFormat {}

/// Checks that `entry` has this kind's length and alphabet, as the card will compare it: raw bytes.
///
/// # Errors
/// [`PinFormat`] says what to type instead.
pub fn check_format(kind: PinKind, entry: &[u8]) -> Result<(), PinFormat> {
    let (least, most) = match kind {
        PinKind::Signature => (6, 16),
        PinKind::User => (4, 4),
    };
    let allowed = |byte: &u8| match kind {
        PinKind::Signature => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        PinKind::User => byte.is_ascii_digit(),
    };
    // The alphabet first: a full-width digit is three bytes, and "too long" would puzzle whoever typed four.
    if !entry.iter().all(allowed) {
        return Err(PinFormat::Character);
    }
    if entry.len() < least || entry.len() > most {
        return Err(PinFormat::Length { least, most });
    }
    Ok(())
}

/// The holder's birth date as far as a certificate tells it (Gregorian).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BirthDate {
    /// Four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(…)")
    }
}

/// Why a PIN of the right format is refused as a *new* PIN (design §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeakPin {
    /// Not this kind's format.
    Format(PinFormat),
    /// A signature PIN without a letter.
    NoLetter,
    /// A signature PIN without a digit.
    NoDigit,
    /// A signature PIN that contains the user PIN just typed.
    ContainsOtherPin,
    /// A user PIN of one digit four times.
    OneDigit,
    /// A user PIN that counts up or down, such as 1234 or 9876.
    Run,
    /// A user PIN that is the birth date's month and day, or its year.
    BirthDate,
}

impl fmt::Display for WeakPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(format) => format.fmt(f),
            Self::NoLetter => f.write_str("the new PIN needs at least one letter"),
            Self::NoDigit => f.write_str("the new PIN needs at least one digit"),
            Self::ContainsOtherPin => f.write_str("the new PIN must not contain the other PIN"),
            Self::OneDigit => f.write_str("the new PIN must not be one digit repeated"),
            Self::Run => f.write_str("the new PIN must not be a run such as 1234 or 4321"),
            Self::BirthDate => f.write_str("the new PIN must not be the date or year of birth"),
        }
    }
}

impl core::error::Error for WeakPin {}

/// Checks a new signature PIN against the user PIN that was just typed.
///
/// # Errors
/// [`WeakPin`] says what to change.
pub fn check_new_signature_pin(new: &[u8], known_user_pin: &[u8]) -> Result<(), WeakPin> {
    check_format(PinKind::Signature, new).map_err(WeakPin::Format)?;
    if !new.iter().any(u8::is_ascii_uppercase) {
        return Err(WeakPin::NoLetter);
    }
    if !new.iter().any(u8::is_ascii_digit) {
        return Err(WeakPin::NoDigit);
    }
    let contains =
        !known_user_pin.is_empty() && new.windows(known_user_pin.len()).any(|part| part == known_user_pin);
    if contains { Err(WeakPin::ContainsOtherPin) } else { Ok(()) }
}

/// Checks a new user PIN, against the birth date where the signature certificate told it.
///
/// # Errors
/// [`WeakPin`] says what to change.
pub fn check_new_user_pin(new: &[u8], birth: Option<BirthDate>) -> Result<(), WeakPin> {
    check_format(PinKind::User, new).map_err(WeakPin::Format)?;
    let steps = |step: i16| new.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == step);
    if steps(0) {
        return Err(WeakPin::OneDigit);
    }
    if steps(1) || steps(-1) {
        return Err(WeakPin::Run);
    }
    let value = new.iter().fold(0u16, |value, digit| value * 10 + u16::from(digit - b'0'));
    let is_birth = birth
        .is_some_and(|date| value == date.year || value == u16::from(date.month) * 100 + u16::from(date.day));
    if is_birth { Err(WeakPin::BirthDate) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_pin_of_the_other_pin_is_this_one() {
        for kind in PinKind::ALL {
            assert_ne!(kind.other(), kind);
            assert_eq!(kind.other().other(), kind);
        }
    }

    #[test]
    fn full_width_digits_and_lower_case_letters_have_no_place_in_a_pin() {
        assert_eq!(check_format(PinKind::User, "１２３４".as_bytes()), Err(PinFormat::Character));
        assert_eq!(check_format(PinKind::Signature, b"abc123"), Err(PinFormat::Character));
        assert_eq!(check_format(PinKind::Signature, b"ABC 123"), Err(PinFormat::Character));
        assert_eq!(check_format(PinKind::User, b"12A4"), Err(PinFormat::Character));
    }

    #[test]
    fn lengths_are_exact_at_both_ends() {
        assert_eq!(check_format(PinKind::User, b"123"), Err(PinFormat::Length { least: 4, most: 4 }));
        assert_eq!(check_format(PinKind::User, b""), Err(PinFormat::Length { least: 4, most: 4 }));
        assert_eq!(check_format(PinKind::User, b"12345"), Err(PinFormat::Length { least: 4, most: 4 }));
        let text = b"ABCDEFGHIJ1234567";
        for length in 0..=text.len() {
            assert_eq!(check_format(PinKind::Signature, &text[..length]).is_ok(), (6..=16).contains(&length));
        }
    }

    #[test]
    fn every_four_digit_pin_is_weak_for_exactly_the_stated_reasons() {
        let birth = BirthDate { year: 1980, month: 2, day: 17 };
        let mut refused = Vec::new();
        for value in 0..10_000 {
            let pin = format!("{value:04}");
            if check_new_user_pin(pin.as_bytes(), Some(birth)).is_err() {
                refused.push(pin);
            }
        }
        // 10 of one digit, 7 runs up, 7 runs down, 1980 and 0217.
        assert_eq!(refused.len(), 10 + 7 + 7 + 2);
        assert_eq!(check_new_user_pin(b"0217", Some(birth)), Err(WeakPin::BirthDate));
        assert_eq!(check_new_user_pin(b"1980", Some(birth)), Err(WeakPin::BirthDate));
        assert_eq!(check_new_user_pin(b"1980", None), Ok(()));
        assert_eq!(check_new_user_pin(b"7777", None), Err(WeakPin::OneDigit));
        assert_eq!(check_new_user_pin(b"0123", None), Err(WeakPin::Run));
        assert_eq!(check_new_user_pin(b"9876", None), Err(WeakPin::Run));
        assert_eq!(check_new_user_pin(b"9012", None), Ok(()));
    }

    #[test]
    fn a_new_signature_pin_has_both_kinds_of_characters_and_not_the_user_pin() {
        assert_eq!(check_new_signature_pin(b"ABCDEF", b"1234"), Err(WeakPin::NoDigit));
        assert_eq!(check_new_signature_pin(b"123456", b"9876"), Err(WeakPin::NoLetter));
        assert_eq!(check_new_signature_pin(b"AB1234", b"1234"), Err(WeakPin::ContainsOtherPin));
        assert_eq!(check_new_signature_pin(b"AB1324", b"1234"), Ok(()));
        assert_eq!(
            check_new_signature_pin(b"AB12", b"1234"),
            Err(WeakPin::Format(PinFormat::Length { least: 6, most: 16 }))
        );
    }
}
