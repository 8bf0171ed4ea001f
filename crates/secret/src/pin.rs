//! A PIN as the holder typed it: of the right length and alphabet, so that VERIFY never spends a try on a typing
//! error that could have been seen before.

use core::fmt;

use reservation::PinKind;
use reservation::pin::{PinFormat, check_format};
use zeroize::ZeroizeOnDrop;

/// The signature PIN (署名用): 6 to 16 of A-Z 0-9.
#[derive(ZeroizeOnDrop)]
pub struct SignaturePin(Vec<u8>);

impl SignaturePin {
    /// Takes what was typed. ASCII lower-case letters become capitals, because the card compares raw bytes and holders
    /// lose tries to the shift key; everything else outside the alphabet is refused. The entry is wiped either way.
    ///
    /// # Errors
    /// [`PinFormat`] says what to type instead.
    pub fn from_entry(entry: String) -> Result<Self, PinFormat> {
        // `into_bytes` moves the allocation; from here on it belongs to a type that wipes it.
        let mut pin = Self(entry.into_bytes());
        pin.0.make_ascii_uppercase();
        check_format(PinKind::Signature, &pin.0)?;
        Ok(pin)
    }

    /// The PIN's ASCII bytes, as the card compares them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// The user PIN (利用者証明用): 4 digits.
#[derive(ZeroizeOnDrop)]
pub struct UserPin(Vec<u8>);

impl UserPin {
    /// Takes what was typed. Full-width digits are refused: what the holder saw accepted must be what the card gets.
    /// The entry is wiped either way.
    ///
    /// # Errors
    /// [`PinFormat`] says what to type instead.
    pub fn from_entry(entry: String) -> Result<Self, PinFormat> {
        let pin = Self(entry.into_bytes());
        check_format(PinKind::User, &pin.0)?;
        Ok(pin)
    }

    /// The PIN's four ASCII digits.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// Either PIN.
pub enum Pin {
    /// The signature PIN.
    Signature(SignaturePin),
    /// The user PIN.
    User(UserPin),
}

impl Pin {
    /// Takes what was typed as a PIN of this kind; see [`SignaturePin::from_entry`] and [`UserPin::from_entry`].
    ///
    /// # Errors
    /// [`PinFormat`] says what to type instead.
    pub fn from_entry(kind: PinKind, entry: String) -> Result<Self, PinFormat> {
        match kind {
            PinKind::Signature => SignaturePin::from_entry(entry).map(Self::Signature),
            PinKind::User => UserPin::from_entry(entry).map(Self::User),
        }
    }

    /// Which PIN this is.
    pub const fn kind(&self) -> PinKind {
        match self {
            Self::Signature(_) => PinKind::Signature,
            Self::User(_) => PinKind::User,
        }
    }

    /// The PIN's ASCII bytes.
    pub fn expose(&self) -> &[u8] {
        match self {
            // EXPOSE: passes the caller's own exposure on.
            Self::Signature(pin) => pin.expose(),
            // EXPOSE: passes the caller's own exposure on.
            Self::User(pin) => pin.expose(),
        }
    }
}

impl ZeroizeOnDrop for Pin {}

impl From<SignaturePin> for Pin {
    fn from(pin: SignaturePin) -> Self {
        Self::Signature(pin)
    }
}

impl From<UserPin> for Pin {
    fn from(pin: UserPin) -> Self {
        Self::User(pin)
    }
}

impl fmt::Debug for SignaturePin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignaturePin(…)")
    }
}

impl fmt::Debug for UserPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserPin(…)")
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature(pin) => pin.fmt(f),
            Self::User(pin) => pin.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lower_case_letters_of_a_signature_pin_become_capitals() {
        let pin = SignaturePin::from_entry("abC123".into()).unwrap();
        assert_eq!(pin.expose(), b"ABC123");
    }

    #[test]
    fn full_width_characters_are_refused_for_either_pin() {
        for entry in ["１２３４", "ａｂｃ１２３", "ＡＢＣ１２３"] {
            for kind in PinKind::ALL {
                assert_eq!(Pin::from_entry(kind, entry.into()).unwrap_err(), PinFormat::Character, "{entry}");
            }
        }
    }

    #[test]
    fn letters_that_only_unicode_would_capitalise_are_refused() {
        // U+0131 and U+017F have ASCII capitals under Unicode rules.
        for entry in ["ıbc123", "ſbc123"] {
            assert_eq!(SignaturePin::from_entry(entry.into()).unwrap_err(), PinFormat::Character);
        }
    }

    #[test]
    fn a_line_ending_left_on_the_entry_is_refused_before_it_costs_a_try() {
        assert_eq!(UserPin::from_entry("1234\n".into()).unwrap_err(), PinFormat::Character);
        assert_eq!(SignaturePin::from_entry("ABC123\r".into()).unwrap_err(), PinFormat::Character);
    }

    #[test]
    fn debug_prints_the_name_of_the_type_and_nothing_else() {
        let pin = Pin::from_entry(PinKind::User, "8305".into()).unwrap();
        assert_eq!(format!("{pin:?} {pin:#?}"), "UserPin(…) UserPin(…)");
        let pin = Pin::from_entry(PinKind::Signature, "CANARY1".into()).unwrap();
        assert_eq!(format!("{pin:?}"), "SignaturePin(…)");
    }

    #[test]
    fn a_pin_knows_its_kind() {
        for (kind, entry) in [(PinKind::User, "1234"), (PinKind::Signature, "ABC123")] {
            assert_eq!(Pin::from_entry(kind, entry.into()).unwrap().kind(), kind);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_only_the_alphabet_gets_through(entry in any::<String>()) {
            if let Ok(pin) = SignaturePin::from_entry(entry.clone()) {
                prop_assert!(pin.expose().iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
                prop_assert!((6..=16).contains(&pin.expose().len()));
            }
            if let Ok(pin) = UserPin::from_entry(entry.clone()) {
                prop_assert_eq!(pin.expose(), entry.as_bytes());
                prop_assert!(entry.len() == 4 && entry.bytes().all(|b| b.is_ascii_digit()));
            }
        }

        #[test]
        fn every_signature_pin_is_accepted_in_either_case(entry in "[A-Za-z0-9]{6,16}") {
            let pin = SignaturePin::from_entry(entry.clone()).unwrap();
            let capitals = entry.to_ascii_uppercase();
            prop_assert_eq!(pin.expose(), capitals.as_bytes());
        }
    }
}
