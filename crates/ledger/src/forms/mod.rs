//! The stored forms: what the records look like in bytes, apart from the types that the rules work with.
//!
//! One byte for the schema version, then CBOR (RFC 8949). A form is written by destructuring the rules' type
//! without `..`: a field that the rules add does not compile here until someone decides how it is stored. Then:
//! freeze the old forms, read them into the new type, raise [`SCHEMA`], and add a fixture for the new version.
//!
//! | module | idea |
//! |---|---|
//! | `macros`, `values` | the machinery: structures, enums, ids, times |
//! | `installation`, `card` | the two aggregates and their facts |
//! | [`kiosk`], [`number`], [`session`] | the small records |

#[macro_use]
mod macros;
mod card;
mod installation;
pub mod kiosk;
pub mod number;
pub mod session;
mod values;

#[cfg(test)]
mod tests;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use kiosk::{Kiosk, KioskFact};
pub use number::{NumberEntry, NumberFact};
pub use session::{SessionFact, SessionUse};

/// The version that is written.
pub const SCHEMA: u8 = 1;

/// Why bytes could not be read. They were opened by the sealer, so this program, or another version of it, wrote
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not even a version.
    #[error("a stored form is empty")]
    Empty,
    /// Written by another version of this program.
    #[error("a stored form has schema version {0}, this program knows {SCHEMA}")]
    UnknownVersion(u8),
    /// Not CBOR of the expected shape.
    #[error("a stored form has not the shape of its version")]
    Shape,
    /// The shape is right, a value is not: a number with a wrong check digit, a name that is none.
    #[error("a stored form holds a value that its type refuses")]
    Value,
    /// More bytes than the form has.
    #[error("a stored form is followed by other bytes")]
    Trailing,
}

/// A type that has a stored form.
pub(crate) trait Form: Sized {
    /// What is serialised.
    type Stored: Serialize + DeserializeOwned;

    /// The form of this value.
    fn to_stored(&self) -> Self::Stored;

    /// The value of a form.
    fn from_stored(stored: Self::Stored) -> Result<Self, DecodeError>;
}

/// What lists are made of.
pub(crate) trait Element: Form {}

/// Version and form.
pub(crate) fn encode<T: Form>(value: &T) -> Vec<u8> {
    let mut bytes = vec![SCHEMA];
    ciborium::into_writer(&value.to_stored(), &mut bytes).expect("writing to memory does not fail");
    bytes
}

/// The value of version and form.
pub(crate) fn decode<T: Form>(bytes: &[u8]) -> Result<T, DecodeError> {
    let (&version, mut rest) = bytes.split_first().ok_or(DecodeError::Empty)?;
    if version != SCHEMA {
        return Err(DecodeError::UnknownVersion(version));
    }
    let stored = ciborium::from_reader(&mut rest).map_err(|_| DecodeError::Shape)?;
    if !rest.is_empty() {
        return Err(DecodeError::Trailing);
    }
    T::from_stored(stored)
}
