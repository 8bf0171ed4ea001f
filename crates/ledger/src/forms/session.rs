//! What a kiosk session was used for: one claim, with one body. The card's record knows its own claims; this one
//! sees that the same session does not turn to another card.

use reservation::{Event, RequestHash, SessionId, Timestamp};

use crate::key::{RecordKey, RecordKind};
use crate::retention;
use crate::store::Record;

use super::{DecodeError, decode, encode};

/// The one body that a session was used with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionUse {
    /// The claim's body.
    pub request: RequestHash,
}

/// One thing that happened to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionFact {
    /// It was used.
    Used,
    /// The same body came again.
    Repeated,
}

form_struct!(SessionForm = SessionUse { request: RequestHash });

form_word!(SessionFact { Used = "used", Repeated = "repeated" });

impl Record for SessionUse {
    type Id = SessionId;
    type Fact = SessionFact;
    const KIND: RecordKind = RecordKind::Session;

    fn key(id: &SessionId) -> RecordKey {
        RecordKey::session(*id)
    }

    fn keep_until(&self, now: Timestamp) -> Option<Timestamp> {
        Some(retention::session_until(now))
    }

    fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes)
    }

    fn encode_event(event: &Event<SessionFact>) -> Vec<u8> {
        encode(event)
    }

    fn decode_event(bytes: &[u8]) -> Result<Event<SessionFact>, DecodeError> {
        decode(bytes)
    }
}
