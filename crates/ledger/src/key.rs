//! What a record is called by, and where it lies.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use reservation::{CardId, InstallationId, KioskId, ReservationNumber, SessionId};

/// What a record is about. Every kind states its retention in one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// One installed app: device key, face failures, lock, the booking in hand.
    Installation,
    /// One card: face failures, lock, the live reservation and its claims, a short history.
    Card,
    /// Reservation number to card id.
    Number,
    /// One kiosk that was admitted.
    Kiosk,
    /// Kiosk session to the one body it was used with.
    Session,
}

impl RecordKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Installation, Self::Card, Self::Number, Self::Kiosk, Self::Session];

    /// One byte for keys and associated data; never reused for another kind.
    pub const fn tag(self) -> u8 {
        match self {
            Self::Installation => b'I',
            Self::Card => b'C',
            Self::Number => b'N',
            Self::Kiosk => b'K',
            Self::Session => b'S',
        }
    }

    /// One word for keys that people see.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Installation => "installation",
            Self::Card => "card",
            Self::Number => "number",
            Self::Kiosk => "kiosk",
            Self::Session => "session",
        }
    }

    /// Whether the store keeps an index of this kind's records, for [`crate::Ledger::list`].
    pub const fn is_listed(self) -> bool {
        matches!(self, Self::Kiosk)
    }
}

/// A kind whose records can be listed: few, never expiring, of interest to the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedKind {
    /// Kiosks, in the order of their names.
    Kiosk,
}

impl From<ListedKind> for RecordKind {
    fn from(kind: ListedKind) -> Self {
        match kind {
            ListedKind::Kiosk => Self::Kiosk,
        }
    }
}

/// One of 256 partitions. Everything about one record lies in its partition, so that a commit is one step on
/// one node of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(u8);

impl Partition {
    /// All partitions in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=u8::MAX).map(Self)
    }

    /// The partition's number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The first byte of SHA-256: evenly spread, whoever chose the id.
    fn of(bytes: &[u8]) -> Self {
        Self(digest(&SHA256, bytes).as_ref()[0])
    }
}

/// The key of one record: its kind and its id.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    kind: RecordKind,
    id: Vec<u8>,
}

impl RecordKey {
    /// No id is longer: names have at most 64 bytes, digests 32.
    pub const ID_MAX_BYTES: usize = 64;

    /// The record of an installation.
    pub fn installation(id: &InstallationId) -> Self {
        Self { kind: RecordKind::Installation, id: id.as_bytes().to_vec() }
    }

    /// The record of a card.
    pub fn card(id: &CardId) -> Self {
        Self { kind: RecordKind::Card, id: id.as_bytes().to_vec() }
    }

    /// The index entry of a reservation number.
    pub fn number(number: ReservationNumber) -> Self {
        Self { kind: RecordKind::Number, id: number.to_string().into_bytes() }
    }

    /// The record of a kiosk.
    pub fn kiosk(id: &KioskId) -> Self {
        Self { kind: RecordKind::Kiosk, id: id.as_str().as_bytes().to_vec() }
    }

    /// The use of a kiosk session.
    pub fn session(id: SessionId) -> Self {
        Self { kind: RecordKind::Session, id: id.to_bytes().to_vec() }
    }

    /// The key of a listed record whose id a store has read back.
    pub fn listed(kind: ListedKind, id: Vec<u8>) -> Self {
        Self { kind: kind.into(), id }
    }

    /// The kind.
    pub const fn kind(&self) -> RecordKind {
        self.kind
    }

    /// The id without its kind.
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// Kind tag and id: no two keys have the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + self.id.len());
        bytes.push(self.kind.tag());
        bytes.extend_from_slice(&self.id);
        bytes
    }

    /// Where the record lies.
    pub fn partition(&self) -> Partition {
        Partition::of(&self.to_bytes())
    }
}

impl fmt::Debug for RecordKey {
    /// Kind and the partition: enough for a log line, useless for following a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{:02x}", self.kind.word(), self.partition().number())
    }
}

/// What a remembered value was used for, so that two uses never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// The id of a DPoP proof (RFC 9449 §11.1).
    DpopProof,
    /// A ceremony that ends once, such as a passkey sign-in.
    Ceremony,
}

impl Purpose {
    const fn tag(self) -> u8 {
        match self {
            Self::DpopProof => b'p',
            Self::Ceremony => b'c',
        }
    }
}

/// Something that may be used once: only its digest is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RememberedKey([u8; 32]);

impl RememberedKey {
    /// From everything that makes the use unique, say a key's thumbprint and a proof's `jti`.
    pub fn new(purpose: Purpose, parts: &[&[u8]]) -> Self {
        let mut bytes = vec![purpose.tag()];
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        let mut id = [0; 32];
        id.copy_from_slice(digest(&SHA256, &bytes).as_ref());
        Self(id)
    }

    /// The digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Where it lies.
    pub fn partition(&self) -> Partition {
        Partition::of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn keys_of_two_kinds_never_meet() {
        let tags: HashSet<u8> = RecordKind::ALL.into_iter().map(RecordKind::tag).collect();
        assert_eq!(tags.len(), RecordKind::ALL.len());
        let installation = RecordKey::installation(&InstallationId::from_bytes([7; 32]));
        let card = RecordKey::card(&CardId::from_bytes([7; 32]));
        assert_ne!(installation.to_bytes(), card.to_bytes());
    }

    #[test]
    fn a_key_in_a_log_line_names_no_card() {
        let card = CardId::from_bytes([0xab; 32]);
        let shown = format!("{:?}", RecordKey::card(&card));
        assert!(shown.starts_with("card@") && shown.len() == "card@00".len(), "{shown}");
    }

    #[test]
    fn records_spread_over_all_partitions() {
        let used: HashSet<Partition> = (0..4096u32)
            .map(|number| {
                let mut id = [0; 32];
                id[28..].copy_from_slice(&number.to_be_bytes());
                RecordKey::card(&CardId::from_bytes(id)).partition()
            })
            .collect();
        assert!(used.len() > 250, "{} partitions used", used.len());
        assert_eq!(Partition::all().count(), 256);
    }

    #[test]
    fn remembered_parts_cannot_be_shifted_into_each_other() {
        let key = |parts: &[&[u8]]| RememberedKey::new(Purpose::DpopProof, parts);
        assert_ne!(key(&[b"ab", b"c"]), key(&[b"a", b"bc"]));
        assert_ne!(key(&[b"ab"]), RememberedKey::new(Purpose::Ceremony, &[b"ab"]));
        assert_eq!(key(&[b"ab", b"c"]), key(&[b"ab", b"c"]));
    }
}
