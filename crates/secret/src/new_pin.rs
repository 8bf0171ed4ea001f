//! A PIN to be set: typed twice alike and good by the rules of [`reservation::pin`], before the card is touched.

use core::fmt;

use reservation::PinKind;
use reservation::pin::{BirthDate, WeakPin, check_new_signature_pin, check_new_user_pin};
use subtle::ConstantTimeEq;
use zeroize::ZeroizeOnDrop;

use crate::pin::{Pin, SignaturePin, UserPin};

/// Why what was typed is not taken as a new PIN; the card has not been touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NewPinRefused {
    /// It breaks a rule: choose another.
    #[error(transparent)]
    Weak(WeakPin),
    /// The two entries differ: type both again.
    #[error("the new PIN was typed differently the second time")]
    TypedDifferently,
}

/// A signature PIN to be set.
pub struct NewSignaturePin(SignaturePin);

impl NewSignaturePin {
    /// Takes both entries (letters in either case) and checks them against the rules and the user PIN just typed.
    ///
    /// # Errors
    /// [`NewPinRefused`]; all entries are wiped.
    pub fn choose(entry: String, again: String, known: &UserPin) -> Result<Self, NewPinRefused> {
        let format = |format| NewPinRefused::Weak(WeakPin::Format(format));
        // Both become PINs first, so that both are wiped whatever is found.
        let (pin, again) = (SignaturePin::from_entry(entry), SignaturePin::from_entry(again));
        let pin = pin.map_err(format)?;
        // EXPOSE: the rules look at the characters and keep nothing.
        check_new_signature_pin(pin.expose(), known.expose()).map_err(NewPinRefused::Weak)?;
        // EXPOSE: compared in constant time.
        same(pin.expose(), again.as_ref().map_or(&[], SignaturePin::expose))?;
        Ok(Self(pin))
    }

    /// The PIN's ASCII bytes.
    pub fn expose(&self) -> &[u8] {
        // EXPOSE: passes the caller's own exposure on.
        self.0.expose()
    }

    /// The same PIN once the card has taken it, for VERIFY.
    #[must_use]
    pub fn into_pin(self) -> SignaturePin {
        self.0
    }
}

/// A user PIN to be set.
pub struct NewUserPin(UserPin);

impl NewUserPin {
    /// Takes both entries and checks them against the rules, and the birth date where the certificate tells it.
    ///
    /// # Errors
    /// [`NewPinRefused`]; both entries are wiped.
    pub fn choose(entry: String, again: String, birth: Option<BirthDate>) -> Result<Self, NewPinRefused> {
        let format = |format| NewPinRefused::Weak(WeakPin::Format(format));
        let (pin, again) = (UserPin::from_entry(entry), UserPin::from_entry(again));
        let pin = pin.map_err(format)?;
        // EXPOSE: the rules look at the characters and keep nothing.
        check_new_user_pin(pin.expose(), birth).map_err(NewPinRefused::Weak)?;
        // EXPOSE: compared in constant time.
        same(pin.expose(), again.as_ref().map_or(&[], UserPin::expose))?;
        Ok(Self(pin))
    }

    /// The PIN's four ASCII digits.
    pub fn expose(&self) -> &[u8] {
        // EXPOSE: passes the caller's own exposure on.
        self.0.expose()
    }

    /// The same PIN once the card has taken it, for VERIFY.
    #[must_use]
    pub fn into_pin(self) -> UserPin {
        self.0
    }
}

/// A PIN of either kind to be set.
pub enum NewPin {
    /// A signature PIN.
    Signature(NewSignaturePin),
    /// A user PIN.
    User(NewUserPin),
}

impl NewPin {
    /// Which PIN it is for.
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

    /// The same PIN once the card has taken it, for VERIFY.
    #[must_use]
    pub fn into_pin(self) -> Pin {
        match self {
            Self::Signature(pin) => Pin::Signature(pin.into_pin()),
            Self::User(pin) => Pin::User(pin.into_pin()),
        }
    }
}

fn same(pin: &[u8], again: &[u8]) -> Result<(), NewPinRefused> {
    if bool::from(pin.ct_eq(again)) { Ok(()) } else { Err(NewPinRefused::TypedDifferently) }
}

impl ZeroizeOnDrop for NewSignaturePin {}
impl ZeroizeOnDrop for NewUserPin {}
impl ZeroizeOnDrop for NewPin {}

impl From<NewSignaturePin> for NewPin {
    fn from(pin: NewSignaturePin) -> Self {
        Self::Signature(pin)
    }
}

impl From<NewUserPin> for NewPin {
    fn from(pin: NewUserPin) -> Self {
        Self::User(pin)
    }
}

impl fmt::Debug for NewSignaturePin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewSignaturePin(…)")
    }
}

impl fmt::Debug for NewUserPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewUserPin(…)")
    }
}

impl fmt::Debug for NewPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature(pin) => pin.fmt(f),
            Self::User(pin) => pin.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use reservation::pin::PinFormat;

    use super::*;

    fn user(entry: &str) -> UserPin {
        UserPin::from_entry(entry.into()).unwrap()
    }

    fn signature(entry: &str, again: &str) -> Result<NewSignaturePin, NewPinRefused> {
        NewSignaturePin::choose(entry.into(), again.into(), &user("1234"))
    }

    #[test]
    fn a_new_signature_pin_typed_twice_is_taken_in_capitals() {
        let pin = NewPin::from(signature("xyz789", "XYZ789").unwrap());
        assert_eq!(pin.kind(), PinKind::Signature);
        assert_eq!(pin.expose(), b"XYZ789");
        assert_eq!(pin.into_pin().expose(), b"XYZ789");
    }

    #[test]
    fn two_different_entries_are_refused() {
        assert_eq!(signature("XYZ789", "XYZ788").unwrap_err(), NewPinRefused::TypedDifferently);
        assert_eq!(signature("XYZ789", "XYZ78").unwrap_err(), NewPinRefused::TypedDifferently);
        assert_eq!(signature("XYZ789", "").unwrap_err(), NewPinRefused::TypedDifferently);
        let user = NewUserPin::choose("5071".into(), "5072".into(), None);
        assert_eq!(user.unwrap_err(), NewPinRefused::TypedDifferently);
    }

    #[test]
    fn a_weak_pin_is_refused_with_its_reason_even_if_typed_twice() {
        assert_eq!(signature("XYZXYZ", "XYZXYZ").unwrap_err(), NewPinRefused::Weak(WeakPin::NoDigit));
        assert_eq!(
            signature("AB1234", "AB1234").unwrap_err(),
            NewPinRefused::Weak(WeakPin::ContainsOtherPin)
        );
        let birth = BirthDate { year: 1980, month: 2, day: 17 };
        for (entry, reason) in [
            ("0217", WeakPin::BirthDate),
            ("7777", WeakPin::OneDigit),
            ("3456", WeakPin::Run),
            ("１２３５", WeakPin::Format(PinFormat::Character)),
        ] {
            let refused = NewUserPin::choose(entry.into(), entry.into(), Some(birth)).unwrap_err();
            assert_eq!(refused, NewPinRefused::Weak(reason));
        }
    }

    #[test]
    fn a_new_user_pin_typed_twice_is_taken() {
        let pin = NewPin::from(NewUserPin::choose("5071".into(), "5071".into(), None).unwrap());
        assert_eq!(pin.kind(), PinKind::User);
        assert_eq!(pin.into_pin().expose(), b"5071");
    }

    #[test]
    fn debug_prints_the_name_of_the_type_and_nothing_else() {
        let pin = NewPin::from(signature("XYZ789", "XYZ789").unwrap());
        assert_eq!(format!("{pin:?}"), "NewSignaturePin(…)");
        let pin = NewPin::from(NewUserPin::choose("5071".into(), "5071".into(), None).unwrap());
        assert_eq!(format!("{pin:?}"), "NewUserPin(…)");
    }
}
