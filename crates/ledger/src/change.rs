//! One commit: what it expects to find, what it leaves behind.

use std::fmt;

use aws_lc_rs::rand;
use reservation::Timestamp;

use crate::key::RecordKey;

/// A sealed record is at most this long; an aggregate is bounded by its own rules and far below.
pub const RECORD_MAX_BYTES: usize = 64 * 1024;
/// A sealed event is at most this long.
pub const EVENT_MAX_BYTES: usize = 4 * 1024;
/// The newest events kept per record: a client that repeats itself must not fill the store.
pub const EVENTS_KEPT: usize = 256;
/// A commit whose `now` is further ahead of the store's own clock than this is refused (design §6).
pub const CLOCK_TOLERANCE_MILLIS: i64 = 2_000;

/// A record's version: 128 random bits, compared for equality only. A counter could repeat after a failover.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId([u8; 16]);

impl CommitId {
    /// Length in bytes.
    pub const LEN: usize = 16;

    /// Draws a new one.
    pub fn random() -> Self {
        let mut bytes = [0; Self::LEN];
        rand::fill(&mut bytes).expect("the system's random source works, or nothing here is safe");
        Self(bytes)
    }

    /// From its bytes, as a store has kept them.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommitId({:032x})", u128::from_be_bytes(self.0))
    }
}

/// One commit. Committing the same `next` again is answered as the first time and changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The record.
    pub key: RecordKey,
    /// The version it was decided on; nothing means: only if the record is absent.
    pub expected: Option<CommitId>,
    /// The version it gets.
    pub next: CommitId,
    /// The new record, sealed; at most [`RECORD_MAX_BYTES`].
    pub record: Vec<u8>,
    /// From here on the store may drop the record and its events; nothing means never.
    pub expires_at: Option<Timestamp>,
    /// What happened, sealed; at most [`EVENT_MAX_BYTES`]. Appended in the same step.
    pub event: Vec<u8>,
    /// The instant it was decided at.
    pub now: Timestamp,
}

impl Change {
    /// Whether record and event keep to their bounds; every store checks it before anything else.
    pub fn is_within_bounds(&self) -> bool {
        self.record.len() <= RECORD_MAX_BYTES && self.event.len() <= EVENT_MAX_BYTES
    }
}

/// A record as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its version.
    pub version: CommitId,
    /// The sealed record.
    pub bytes: Vec<u8>,
}

/// An event as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// The version that the commit gave to the record.
    pub version: CommitId,
    /// The sealed event.
    pub bytes: Vec<u8>,
}

/// The answer to [`crate::Ledger::remember`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// First use; from now on it is [`Self::Seen`] until the instant given.
    Fresh,
    /// Used before, or too late to be remembered.
    Seen,
}

/// A page of listed records, in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The records.
    pub records: Vec<(RecordKey, Stored)>,
    /// Whether there are more after the last.
    pub more: bool,
}
