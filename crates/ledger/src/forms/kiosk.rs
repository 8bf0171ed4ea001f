//! A kiosk that was admitted.

use reservation::{CertificateHash, Event, Kinds, KioskId, OperatorId, Timestamp};

use crate::key::{RecordKey, RecordKind};
use crate::store::Record;

use super::{DecodeError, decode, encode};

/// One kiosk. It stays on record when it is disabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kiosk {
    /// Its name.
    pub id: KioskId,
    /// The company that runs it.
    pub operator: OperatorId,
    /// The PIN kinds its machine supports.
    pub kinds: Kinds,
    /// Whether it may work.
    pub enabled: bool,
    /// The certificate it must show.
    pub certificate: CertificateHash,
    /// When it was admitted.
    pub added_at: Timestamp,
}

/// One thing that happened to a kiosk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KioskFact {
    /// It was admitted.
    Added,
    /// It got another certificate, operator or kinds.
    Changed,
    /// It may work again.
    Enabled,
    /// It may work no more.
    Disabled,
    /// The same was asked for again.
    Repeated,
}

form_struct!(KindsForm = Kinds { signature: bool, user: bool });

form_struct!(
    KioskForm = Kiosk {
        id: KioskId,
        operator: OperatorId,
        kinds: Kinds,
        enabled: bool,
        certificate: CertificateHash,
        added_at: Timestamp,
    }
);

form_word!(KioskFact {
    Added = "added",
    Changed = "changed",
    Enabled = "enabled",
    Disabled = "disabled",
    Repeated = "repeated",
});

impl Record for Kiosk {
    type Id = KioskId;
    type Fact = KioskFact;
    const KIND: RecordKind = RecordKind::Kiosk;

    fn key(id: &KioskId) -> RecordKey {
        RecordKey::kiosk(id)
    }

    fn keep_until(&self, _now: Timestamp) -> Option<Timestamp> {
        None
    }

    fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes)
    }

    fn encode_event(event: &Event<KioskFact>) -> Vec<u8> {
        encode(event)
    }

    fn decode_event(bytes: &[u8]) -> Result<Event<KioskFact>, DecodeError> {
        decode(bytes)
    }
}
