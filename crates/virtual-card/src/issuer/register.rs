//! The card register of the *simulated* issuer, `DIR/register.json`: which certificates and keys are on one card.
//!
//! It stands for the register that J-LIS keeps. The server's `FileRegistry` (crate `trust`) reads exactly this file.
//!
//! # Format
//!
//! One JSON object in UTF-8. Unknown members are an error for a reader; a new member raises `version`.
//!
//! ```json
//! {
//!   "version": 1,
//!   "cards": [
//!     {
//!       "identity": "5f0c…",
//!       "user": {
//!         "issuer_key_id": "1ac1…",
//!         "serial": "06d18006",
//!         "spki": "30820122…",
//!         "not_before": "2026-11-20T15:00:00Z",
//!         "not_after": "2031-02-17T14:59:59Z"
//!       },
//!       "signature": null,
//!       "surface_key": null
//!     }
//!   ]
//! }
//! ```
//!
//! | member | type | meaning |
//! |---|---|---|
//! | `version` | number | 1 |
//! | `cards` | array, may be empty | one object per issued card, in the order of issue |
//! | `identity` | hex, 16 bytes | the card's stable identity: survives every reset and renewal, stands in no certificate |
//! | `user`, `signature` | object or null | the certificate of that PIN kind now on the card; `null` = the card has none |
//! | `issuer_key_id` | hex, 20 bytes | `keyIdentifier` of the certificate's authorityKeyIdentifier |
//! | `serial` | hex | serial number: big-endian magnitude without leading zero bytes |
//! | `spki` | hex | DER SubjectPublicKeyInfo |
//! | `not_before`, `not_after` | string | RFC 3339 in UTC, whole seconds, both inclusive, as in the certificate |
//! | `surface_key` | hex or null | DER SubjectPublicKeyInfo of the surface application's key; `null` = none |
//!
//! Hex is lower-case without separators. All members are always present. A pair of issuer key id and serial occurs
//! once in the file. Revocation does not change it: that is the CRLs' matter. The file is replaced by rename, so a
//! reader sees the old or the new one whole.

use serde::{Deserialize, Serialize};

/// The version this code reads and writes.
pub const VERSION: u32 = 1;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// [`VERSION`].
    pub version: u32,
    /// One entry per issued card.
    pub cards: Vec<RegisteredCard>,
}

/// One card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredCard {
    /// 16 random bytes, fixed at issue.
    #[serde(with = "hex::serde")]
    pub identity: Vec<u8>,
    /// The authentication certificate.
    pub user: Option<RegisteredCertificate>,
    /// The signature certificate.
    pub signature: Option<RegisteredCertificate>,
    /// DER SubjectPublicKeyInfo of the surface application's key.
    #[serde(with = "optional_hex")]
    pub surface_key: Option<Vec<u8>>,
}

/// What the register knows of one certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredCertificate {
    /// Which CA generation issued it.
    #[serde(with = "hex::serde")]
    pub issuer_key_id: Vec<u8>,
    /// Magnitude, no leading zero bytes.
    #[serde(with = "hex::serde")]
    pub serial: Vec<u8>,
    /// DER SubjectPublicKeyInfo.
    #[serde(with = "hex::serde")]
    pub spki: Vec<u8>,
    /// First second of validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_before: time::OffsetDateTime,
    /// Last second of validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_after: time::OffsetDateTime,
}

impl Default for Register {
    fn default() -> Self {
        Self { version: VERSION, cards: Vec::new() }
    }
}

/// `Option<Vec<u8>>` as lower-case hex or null.
mod optional_hex {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(
        value: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(hex::encode).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        Option::<String>::deserialize(deserializer)?
            .map(|text| hex::decode(text).map_err(D::Error::custom))
            .transpose()
    }
}
