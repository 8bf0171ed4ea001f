//! The port to a store. It knows no rule: it compares versions, writes bytes that are already sealed, and
//! forgets what has expired.

use async_trait::async_trait;
use reservation::Timestamp;

use crate::change::{Change, Page, Remembered, Stored, StoredEvent};
use crate::error::{CommitError, Health, ReadError, RememberError};
use crate::key::{ListedKind, RecordKey, RememberedKey};

/// A store. Every implementation passes the same contract suite.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// The record, if there is one. Decide on it, but authorise nothing on the strength of a read: only a
    /// commit proves that it is current.
    async fn load(&self, key: &RecordKey) -> Result<Option<Stored>, ReadError>;

    /// Compares the version, writes the record with its expiry and appends the event, in one atomic and
    /// durable step. The same [`Change::next`] again answers `Ok` while it is the record's version.
    async fn commit(&self, change: &Change) -> Result<(), CommitError>;

    /// The newest events of a record, oldest first, at most [`crate::EVENTS_KEPT`].
    async fn events(&self, key: &RecordKey) -> Result<Vec<StoredEvent>, ReadError>;

    /// Notes a use that may happen once. Durable when it answers [`Remembered::Fresh`].
    async fn remember(
        &self,
        key: &RememberedKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Remembered, RememberError>;

    /// Records of a listed kind whose ids come after `after`, at most `limit`.
    async fn list(
        &self,
        kind: ListedKind,
        after: Option<&RecordKey>,
        limit: usize,
    ) -> Result<Page, ReadError>;

    /// Whether commits can be taken now, asked of the store itself.
    async fn health(&self, now: Timestamp) -> Health;
}
