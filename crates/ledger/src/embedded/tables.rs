//! The tables of the file and the form of their rows.

use redb::TableDefinition;
use reservation::Timestamp;

use crate::change::{CommitId, Stored, StoredEvent};
use crate::error::{Cause, ReadError};

/// The layout of this file; another number is another layout.
pub(super) const FORMAT: u64 = 1;

/// Record key → [`Row`].
pub(super) const RECORDS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("records");
/// Record key and position → version and sealed event.
pub(super) const EVENTS: TableDefinition<'_, (&[u8], u64), &[u8]> = TableDefinition::new("events");
/// Digest → the instant (Unix milliseconds) until which it is remembered.
pub(super) const REMEMBERED: TableDefinition<'_, &[u8; 32], i64> = TableDefinition::new("remembered");
/// Instant and what expires then: a record key, or [`REMEMBERED_TAG`] and a digest.
pub(super) const EXPIRY: TableDefinition<'_, (i64, &[u8]), ()> = TableDefinition::new("expiry");
/// Figures about the file itself.
pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// [`META`]: [`FORMAT`].
pub(super) const META_FORMAT: &str = "format";
/// [`META`]: the latest instant (Unix milliseconds) at which this store has committed.
pub(super) const META_LATEST: &str = "latest";

/// No [`crate::RecordKind::tag`] has this value.
pub(super) const REMEMBERED_TAG: u8 = b'r';

const NEVER: i64 = i64::MAX;
const HEAD: usize = CommitId::LEN + 8 + 8;

/// What can go wrong inside a transaction.
#[derive(Debug, thiserror::Error)]
pub(super) enum TableError {
    #[error(transparent)]
    Database(Box<redb::Error>),
    #[error("a row has not the form this program writes")]
    Row,
}

impl TableError {
    pub(super) fn into_read_error(self) -> ReadError {
        tracing::error!(error = %self, "the embedded store could not be read");
        match self {
            Self::Database(_) => ReadError::Unavailable(Cause::Disk),
            Self::Row => ReadError::Damaged,
        }
    }
}

macro_rules! from_redb {
    ($($error:ty),*) => {
        $(impl From<$error> for TableError {
            fn from(error: $error) -> Self {
                Self::Database(Box::new(error.into()))
            }
        })*
    };
}
from_redb!(redb::StorageError, redb::TableError, redb::TransactionError, redb::CommitError);

/// One record: version ‖ expiry ‖ position of the next event ‖ sealed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row<'a> {
    pub(super) version: CommitId,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) next_event: u64,
    pub(super) bytes: &'a [u8],
}

impl<'a> Row<'a> {
    pub(super) fn parse(row: &'a [u8]) -> Result<Self, TableError> {
        let (version, rest) = row.split_first_chunk().ok_or(TableError::Row)?;
        let (expires_at, rest) = rest.split_first_chunk().ok_or(TableError::Row)?;
        let (next_event, bytes) = rest.split_first_chunk().ok_or(TableError::Row)?;
        let expires_at = i64::from_be_bytes(*expires_at);
        Ok(Self {
            version: CommitId::from_bytes(*version),
            expires_at: (expires_at != NEVER).then(|| Timestamp::from_unix_millis(expires_at)),
            next_event: u64::from_be_bytes(*next_event),
            bytes,
        })
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut row = Vec::with_capacity(HEAD + self.bytes.len());
        row.extend_from_slice(self.version.as_bytes());
        row.extend_from_slice(&self.expires_at.map_or(NEVER, Timestamp::unix_millis).to_be_bytes());
        row.extend_from_slice(&self.next_event.to_be_bytes());
        row.extend_from_slice(self.bytes);
        row
    }

    /// Whether the record is gone, be it swept or not.
    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    pub(super) fn to_stored(self) -> Stored {
        Stored { version: self.version, bytes: self.bytes.to_vec() }
    }
}

/// What a remembered digest is called in the expiry index.
pub(super) fn remembered_name(digest: &[u8; 32]) -> Vec<u8> {
    let mut name = vec![REMEMBERED_TAG];
    name.extend_from_slice(digest);
    name
}

pub(super) fn event_to_bytes(version: CommitId, event: &[u8]) -> Vec<u8> {
    let mut row = version.as_bytes().to_vec();
    row.extend_from_slice(event);
    row
}

pub(super) fn parse_event(row: &[u8]) -> Result<StoredEvent, TableError> {
    let (version, bytes) = row.split_first_chunk().ok_or(TableError::Row)?;
    Ok(StoredEvent { version: CommitId::from_bytes(*version), bytes: bytes.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_and_a_short_one_is_refused() {
        for expires_at in [None, Some(Timestamp::from_unix_millis(-5)), Some(Timestamp::from_unix_secs(9))] {
            let row = Row { version: CommitId::random(), expires_at, next_event: 7, bytes: b"sealed" };
            assert_eq!(Row::parse(&row.to_bytes()).unwrap(), row);
        }
        assert!(Row::parse(&[0; HEAD - 1]).is_err());
        assert!(Row::parse(&[0; HEAD]).is_ok());
        assert!(parse_event(&[0; 15]).is_err());
    }
}
