//! What a type needs in order to be stored.

use reservation::card::Fact as CardFact;
use reservation::installation::Fact as InstallationFact;
use reservation::{Aggregate, Card, CardId, Event, Installation, InstallationId, Timestamp};

use crate::forms::{self, DecodeError};
use crate::key::{RecordKey, RecordKind};

/// A type with a key, a stored form and a retention.
pub trait Record: Sized {
    /// What one of them is called by.
    type Id;
    /// One thing that happens to it.
    type Fact;
    /// Its kind.
    const KIND: RecordKind;

    /// Where it is stored.
    fn key(id: &Self::Id) -> RecordKey;

    /// When the store may drop it, if nothing more happens after `now`; see [`crate::retention`].
    fn keep_until(&self, now: Timestamp) -> Option<Timestamp>;

    /// Its stored form, before sealing.
    fn encode(&self) -> Vec<u8>;

    /// Reads its stored form.
    ///
    /// # Errors
    /// [`DecodeError`].
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError>;

    /// The stored form of an event.
    fn encode_event(event: &Event<Self::Fact>) -> Vec<u8>;

    /// Reads the stored form of an event.
    ///
    /// # Errors
    /// [`DecodeError`].
    fn decode_event(bytes: &[u8]) -> Result<Event<Self::Fact>, DecodeError>;
}

macro_rules! aggregate_record {
    ($aggregate:ident, $id:ident, $fact:ident, $key:ident) => {
        impl Record for $aggregate {
            type Id = $id;
            type Fact = $fact;
            const KIND: RecordKind = RecordKind::$aggregate;

            fn key(id: &$id) -> RecordKey {
                RecordKey::$key(id)
            }

            fn keep_until(&self, _now: Timestamp) -> Option<Timestamp> {
                Aggregate::keep_until(self)
            }

            fn encode(&self) -> Vec<u8> {
                forms::encode(self)
            }

            fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
                forms::decode(bytes)
            }

            fn encode_event(event: &Event<$fact>) -> Vec<u8> {
                forms::encode(event)
            }

            fn decode_event(bytes: &[u8]) -> Result<Event<$fact>, DecodeError> {
                forms::decode(bytes)
            }
        }
    };
}

aggregate_record!(Installation, InstallationId, InstallationFact, installation);
aggregate_record!(Card, CardId, CardFact, card);
