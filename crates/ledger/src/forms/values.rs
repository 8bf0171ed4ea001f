//! The values that structures are made of.

use std::fmt;

use reservation::card::Grant;
use reservation::decision::Dated;
use reservation::{
    AttemptId, BookingId, CardId, CertificateHash, ClaimId, Event, FrameMark, InstallationId, KeyHash,
    KioskId, Nonce, OperatorId, PinKind, PoseSequence, RequestHash, RequestKey, ReservationNumber, SessionId,
    StaffId, SurfaceHash, Timestamp,
};
use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{DecodeError, Element, Form};

/// A byte string; serde would write a list of numbers.
pub(crate) struct ByteString(Vec<u8>);

impl Serialize for ByteString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for ByteString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = ByteString;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a byte string")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<ByteString, E> {
                Ok(ByteString(bytes.to_vec()))
            }

            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<ByteString, E> {
                Ok(ByteString(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}

impl<const N: usize> Form for [u8; N] {
    type Stored = ByteString;

    fn to_stored(&self) -> ByteString {
        ByteString(self.to_vec())
    }

    fn from_stored(stored: ByteString) -> Result<Self, DecodeError> {
        stored.0.try_into().map_err(|_| DecodeError::Value)
    }
}

/// A byte string too, not a list: `u8` is no [`Element`].
impl Form for Vec<u8> {
    type Stored = ByteString;

    fn to_stored(&self) -> ByteString {
        ByteString(self.clone())
    }

    fn from_stored(stored: ByteString) -> Result<Self, DecodeError> {
        Ok(stored.0)
    }
}

macro_rules! form_itself {
    ($($ty:ty)*) => {
        $(impl Form for $ty {
            type Stored = Self;

            fn to_stored(&self) -> Self {
                *self
            }

            fn from_stored(stored: Self) -> Result<Self, DecodeError> {
                Ok(stored)
            }
        })*
    };
}
form_itself!(u8 u16 u32 bool);

macro_rules! form_by {
    ($($ty:ty: $stored:ty, $write:expr, $read:expr;)*) => {
        $(impl Form for $ty {
            type Stored = $stored;

            fn to_stored(&self) -> $stored {
                let write: fn(&Self) -> $stored = $write;
                write(self)
            }

            fn from_stored(stored: $stored) -> Result<Self, DecodeError> {
                let read: fn($stored) -> Option<Self> = $read;
                read(stored).ok_or(DecodeError::Value)
            }
        })*
    };
}

macro_rules! form_of_uuids {
    ($($ty:ident)*) => {
        form_by! { $($ty: ByteString, |id| ByteString(id.to_bytes().to_vec()), |stored| {
            Some(Self::from_u128(u128::from_be_bytes(stored.0.try_into().ok()?)))
        };)* }
    };
}
form_of_uuids!(BookingId SessionId ClaimId AttemptId);

macro_rules! form_of_digests {
    ($($ty:ident)*) => {
        form_by! { $($ty: ByteString, |id| ByteString(id.as_bytes().to_vec()), |stored| {
            Some(Self::from_bytes(stored.0.try_into().ok()?))
        };)* }
    };
}
form_of_digests!(CardId KeyHash CertificateHash InstallationId Nonce RequestHash RequestKey SurfaceHash);

macro_rules! form_of_names {
    ($($ty:ident)*) => {
        form_by! { $($ty: String, |name| name.as_str().to_owned(), |stored| Self::parse(&stored).ok();)* }
    };
}
form_of_names!(KioskId OperatorId StaffId);

form_by! {
    Timestamp: i64, |at| at.unix_millis(), |stored| Some(Self::from_unix_millis(stored));
    FrameMark: u64, |mark| mark.bits(), |stored| Some(Self::from_bits(stored));
    PoseSequence: String, |poses| poses.to_string(), |stored| Self::parse(&stored).ok();
    ReservationNumber: u64, |number| number.as_u64(), |stored| Self::from_u64(stored).ok();
    Grant: ByteString, |grant| ByteString(grant.as_bytes().to_vec()), |stored| Some(Self::from_bytes(stored.0));
}

form_word!(PinKind { Signature = "signature", User = "user" });

impl<T: Form> Form for Option<T> {
    type Stored = Option<T::Stored>;

    fn to_stored(&self) -> Self::Stored {
        self.as_ref().map(Form::to_stored)
    }

    fn from_stored(stored: Self::Stored) -> Result<Self, DecodeError> {
        stored.map(Form::from_stored).transpose()
    }
}

impl<T: Element> Form for Vec<T> {
    type Stored = Vec<T::Stored>;

    fn to_stored(&self) -> Self::Stored {
        self.iter().map(Form::to_stored).collect()
    }

    fn from_stored(stored: Self::Stored) -> Result<Self, DecodeError> {
        stored.into_iter().map(Form::from_stored).collect()
    }
}

impl<F: Form> Element for Dated<F> {}

impl Element for FrameMark {}

/// When and what, in the order of [`Dated`].
impl<F: Form> Form for Dated<F> {
    type Stored = (i64, F::Stored);

    fn to_stored(&self) -> Self::Stored {
        let Self { at, fact } = self;
        (at.to_stored(), fact.to_stored())
    }

    fn from_stored((at, fact): Self::Stored) -> Result<Self, DecodeError> {
        Ok(Self::new(Form::from_stored(at)?, Form::from_stored(fact)?))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(bound(serialize = "F: Serialize", deserialize = "F: DeserializeOwned"))]
pub(crate) struct EventForm<F> {
    at: i64,
    facts: Vec<(i64, F)>,
}

impl<F: Form> Form for Event<F> {
    type Stored = EventForm<F::Stored>;

    fn to_stored(&self) -> Self::Stored {
        let Self { at, facts } = self;
        EventForm { at: at.to_stored(), facts: facts.to_stored() }
    }

    fn from_stored(stored: Self::Stored) -> Result<Self, DecodeError> {
        Ok(Self { at: Form::from_stored(stored.at)?, facts: Form::from_stored(stored.facts)? })
    }
}
