//! Where a reservation number leads: to one card. It is an index and no credential.

use reservation::{CardId, Event, ReservationNumber, Timestamp};

use crate::key::{RecordKey, RecordKind};
use crate::retention;
use crate::store::Record;

use super::{DecodeError, decode, encode};

/// The entry of one number. A command of the desk that names the number is refused all the same unless it is the
/// card's current one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberEntry {
    /// The card.
    pub card: CardId,
}

/// One thing that happened to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberFact {
    /// It was given to the card.
    Taken,
    /// It was given to the same card again, and its retention begins anew.
    Confirmed,
}

form_struct!(NumberForm = NumberEntry { card: CardId });

form_word!(NumberFact { Taken = "taken", Confirmed = "confirmed" });

impl Record for NumberEntry {
    type Id = ReservationNumber;
    type Fact = NumberFact;
    const KIND: RecordKind = RecordKind::Number;

    fn key(id: &ReservationNumber) -> RecordKey {
        RecordKey::number(*id)
    }

    fn keep_until(&self, now: Timestamp) -> Option<Timestamp> {
        Some(retention::number_until(now))
    }

    fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes)
    }

    fn encode_event(event: &Event<NumberFact>) -> Vec<u8> {
        encode(event)
    }

    fn decode_event(bytes: &[u8]) -> Result<Event<NumberFact>, DecodeError> {
        decode(bytes)
    }
}
