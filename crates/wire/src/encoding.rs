//! How values that JSON does not know are written: bytes as unpadded base64url, PIN kinds as words.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;

/// Bytes, written as base64url without padding (RFC 4648 §5).
#[derive(Clone, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = "base64url", example = "AQIDBA")]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    /// How many: among them are certificates, which name their holder.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytes({} bytes)", self.0.len())
    }
}

impl Bytes {
    /// The bytes as an array of exactly `N`, or nothing.
    pub fn to_array<const N: usize>(&self) -> Option<[u8; N]> {
        self.0.as_slice().try_into().ok()
    }
}

impl<T: AsRef<[u8]>> From<T> for Bytes {
    fn from(bytes: T) -> Self {
        Self(bytes.as_ref().to_vec())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        URL_SAFE_NO_PAD
            .decode(text.as_bytes())
            .map(Self)
            .map_err(|_| de::Error::custom("expected base64url without padding"))
    }
}

/// A PIN kind as a word: `"signature"` or `"user"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PinKind {
    /// 署名用
    Signature,
    /// 利用者証明用
    User,
}

impl From<reservation::PinKind> for PinKind {
    fn from(kind: reservation::PinKind) -> Self {
        match kind {
            reservation::PinKind::Signature => Self::Signature,
            reservation::PinKind::User => Self::User,
        }
    }
}

impl From<PinKind> for reservation::PinKind {
    fn from(kind: PinKind) -> Self {
        match kind {
            PinKind::Signature => Self::Signature,
            PinKind::User => Self::User,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_how_many_bytes_and_not_which() {
        assert_eq!(format!("{:?}", Bytes(vec![171, 205])), "Bytes(2 bytes)");
    }

    #[test]
    fn bytes_are_unpadded_base64url_and_nothing_else() {
        let bytes = Bytes(vec![0xfb, 0xff]);
        assert_eq!(serde_json::to_string(&bytes).unwrap(), "\"-_8\"");
        assert_eq!(serde_json::from_str::<Bytes>("\"-_8\"").unwrap(), bytes);
        for bad in ["\"+/8\"", "\"-_8=\"", "\"-_8 \"", "5"] {
            assert!(serde_json::from_str::<Bytes>(bad).is_err(), "{bad}");
        }
    }
}
