//! Traits that no secret may ever have. If one had, this program would not compile: the call would be ambiguous.

use core::fmt::{Display, LowerHex};

use secret::{
    NewPin, NewSignaturePin, NewUserPin, Pin, SecretBytes, SecretKey32, SecurityCode, SignaturePin, UserPin,
    VerificationCodeB,
};

trait Never<Marker> {
    fn has() -> &'static str {
        core::any::type_name::<Self>()
    }
}

impl<T: ?Sized> Never<()> for T {}

macro_rules! never {
    ($($forbidden:path),+ => $secrets:tt) => { $(never!(@one $forbidden, $secrets);)+ };
    (@one $forbidden:path, [$($secret:ty),+]) => {{
        struct Forbidden;
        impl<T: ?Sized + $forbidden> Never<Forbidden> for T {}
        $(assert!(<$secret as Never<_>>::has().starts_with("secret::"));)+
    }};
}

#[test]
fn no_secret_is_printed_cloned_compared_hashed_or_serialised() {
    never!(
        Display, LowerHex, ToString, Clone, PartialEq, PartialOrd, std::hash::Hash, AsRef<[u8]>, AsRef<str>,
        std::borrow::Borrow<[u8]>, serde::Serialize
        => [SignaturePin, UserPin, Pin, NewSignaturePin, NewUserPin, NewPin, SecretBytes, SecretKey32, SecurityCode,
            VerificationCodeB]
    );
}
