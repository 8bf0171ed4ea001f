//! Status words, told apart by what the caller can do (ISO/IEC 7816-4 §5.1.3).

use core::fmt;

/// Why a PIN is blocked. The three are one to the holder; cards differ in which they send (card facts §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blocked {
    /// `63C0`: this try was the last, or none is left.
    NoTryLeft,
    /// `6983`: authentication method blocked.
    Method,
    /// `6984`: reference data not usable.
    ReferenceData,
}

/// The two bytes that end every answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusWord {
    /// `9000`.
    Success,
    /// `61xx`: fetch this many more bytes with GET RESPONSE; 0 means 256 or more.
    MoreData(u8),
    /// `6282`: the file ended before the length asked for; the data up to there are in the answer.
    EndOfFile,
    /// `6300`: wrong, and the card does not say how many tries are left.
    WrongUncounted,
    /// `63C1` to `63CF`: wrong, or asked for; this many tries are left, 1 to 15.
    WrongTriesLeft(u8),
    /// `63C0`, `6983`, `6984`: no try is left.
    AuthenticationBlocked(Blocked),
    /// `6700`: wrong length.
    WrongLength,
    /// `6982`: a PIN or key must be verified first.
    SecurityStatusNotSatisfied,
    /// `6985`: conditions of use not satisfied.
    ConditionsNotSatisfied,
    /// `6986`: no file is selected.
    NoCurrentFile,
    /// `6A80`: the data in the command are not acceptable.
    IncorrectData,
    /// `6A82`: no such file or application.
    NotFound,
    /// `6A86`: P1 or P2 is wrong.
    IncorrectParameters,
    /// `6B00`: the offset lies outside the file.
    OutsideFile,
    /// `6Cxx`: ask again for exactly this many bytes; 0 means 256.
    ExactLength(u8),
    /// `6D00`: unknown instruction.
    UnknownInstruction,
    /// `6E00`: unknown class.
    UnknownClass,
    /// Anything else.
    Other(u16),
}

impl StatusWord {
    /// From the two bytes, big-endian.
    pub const fn from_u16(sw: u16) -> Self {
        let low = (sw & 0xFF) as u8;
        match sw {
            0x9000 => Self::Success,
            0x6100..=0x61FF => Self::MoreData(low),
            0x6282 => Self::EndOfFile,
            0x6300 => Self::WrongUncounted,
            0x63C0 => Self::AuthenticationBlocked(Blocked::NoTryLeft),
            0x63C1..=0x63CF => Self::WrongTriesLeft(low & 0x0F),
            0x6700 => Self::WrongLength,
            0x6982 => Self::SecurityStatusNotSatisfied,
            0x6983 => Self::AuthenticationBlocked(Blocked::Method),
            0x6984 => Self::AuthenticationBlocked(Blocked::ReferenceData),
            0x6985 => Self::ConditionsNotSatisfied,
            0x6986 => Self::NoCurrentFile,
            0x6A80 => Self::IncorrectData,
            0x6A82 => Self::NotFound,
            0x6A86 => Self::IncorrectParameters,
            0x6B00 => Self::OutsideFile,
            0x6C00..=0x6CFF => Self::ExactLength(low),
            0x6D00 => Self::UnknownInstruction,
            0x6E00 => Self::UnknownClass,
            other => Self::Other(other),
        }
    }

    /// What a card answers to a wrong try, or when asked: `63Cx`. More than 15 are written as 15.
    pub const fn tries_left(left: u8) -> Self {
        match left {
            0 => Self::AuthenticationBlocked(Blocked::NoTryLeft),
            1..=15 => Self::WrongTriesLeft(left),
            _ => Self::WrongTriesLeft(15),
        }
    }

    /// The two bytes, big-endian.
    pub const fn to_u16(self) -> u16 {
        match self {
            Self::Success => 0x9000,
            Self::MoreData(more) => 0x6100 | more as u16,
            Self::EndOfFile => 0x6282,
            Self::WrongUncounted => 0x6300,
            Self::WrongTriesLeft(left) => 0x63C0 | if left > 15 { 15 } else { left as u16 },
            Self::AuthenticationBlocked(Blocked::NoTryLeft) => 0x63C0,
            Self::AuthenticationBlocked(Blocked::Method) => 0x6983,
            Self::AuthenticationBlocked(Blocked::ReferenceData) => 0x6984,
            Self::WrongLength => 0x6700,
            Self::SecurityStatusNotSatisfied => 0x6982,
            Self::ConditionsNotSatisfied => 0x6985,
            Self::NoCurrentFile => 0x6986,
            Self::IncorrectData => 0x6A80,
            Self::NotFound => 0x6A82,
            Self::IncorrectParameters => 0x6A86,
            Self::OutsideFile => 0x6B00,
            Self::ExactLength(length) => 0x6C00 | length as u16,
            Self::UnknownInstruction => 0x6D00,
            Self::UnknownClass => 0x6E00,
            Self::Other(sw) => sw,
        }
    }

    /// Whether the command did what was asked.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Success)
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.to_u16())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_word_survives_the_round_trip() {
        for sw in 0..=u16::MAX {
            assert_eq!(StatusWord::from_u16(sw).to_u16(), sw);
        }
    }

    #[test]
    fn a_blocked_pin_looks_the_same_whichever_of_its_three_words_a_card_sends() {
        for sw in [0x63C0, 0x6983, 0x6984] {
            assert!(matches!(StatusWord::from_u16(sw), StatusWord::AuthenticationBlocked(_)), "{sw:04X}");
        }
    }

    #[test]
    fn a_counter_of_zero_is_written_as_blocked() {
        assert_eq!(StatusWord::tries_left(0).to_u16(), 0x63C0);
        assert_eq!(StatusWord::tries_left(3).to_u16(), 0x63C3);
        assert_eq!(StatusWord::tries_left(200).to_u16(), 0x63CF);
        assert_eq!(StatusWord::from_u16(0x63C5), StatusWord::WrongTriesLeft(5));
    }
}
