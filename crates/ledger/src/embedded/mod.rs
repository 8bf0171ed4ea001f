//! The store inside the program: one redb file, one process, every acknowledged commit on disk.
//!
//! One writer thread takes commits from a bounded queue and puts as many as are waiting into one
//! transaction, so that one `fsync` serves them all. Readers see the last committed state. After a crash redb
//! checks the file before it opens, which took 2 to 3 seconds per gigabyte here; its quick repair would save that
//! at the price of a commit taking ten times as long.
//!
//! | module | idea |
//! |---|---|
//! | `file` | the database file: private, locked, of a known format |
//! | `tables` | tables and the form of their rows |
//! | `apply` | one change inside a transaction |
//! | `sweep` | what has expired goes, a few rows at a time |
//! | `writer` | the thread, the queue, the batches |

mod apply;
mod file;
mod sweep;
mod tables;
mod writer;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use redb::{Database, ReadableDatabase};
use reservation::Timestamp;

use crate::change::{CLOCK_TOLERANCE_MILLIS, Change, Page, Remembered, Stored, StoredEvent};
use crate::clock::Clock;
use crate::error::{Cause, CommitError, Health, NotReady, ReadError, RememberError};
use crate::key::{ListedKind, RecordKey, RecordKind, RememberedKey};
use crate::port::Ledger;

pub use file::OpenError;
use tables::{EVENTS, RECORDS, Row, TableError};
use writer::Writer;

/// The store inside the program. Dropping it waits for the writer thread to finish what was queued.
pub struct EmbeddedLedger {
    writer: Writer,
    database: Arc<Database>,
    clock: Arc<dyn Clock>,
}

impl EmbeddedLedger {
    /// Opens or creates the file. Blocks: after a crash redb checks the file first.
    ///
    /// # Errors
    /// [`OpenError`] says what to do.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let database = Arc::new(file::open(path)?);
        Self::start(database, clock)
    }

    fn start(database: Arc<Database>, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let latest = file::prepare(&database)?;
        let writer = Writer::start(Arc::clone(&database), Arc::clone(&clock), latest)?;
        Ok(Self { writer, database, clock })
    }

    async fn read<T, F>(&self, look: F) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: FnOnce(&redb::ReadTransaction) -> Result<T, TableError> + Send + 'static,
    {
        let database = Arc::clone(&self.database);
        // A page that is not in the cache is read from the disk: not on a thread that serves others.
        tokio::task::spawn_blocking(move || look(&database.begin_read()?))
            .await
            .map_err(|_| ReadError::Unavailable(Cause::Closed))?
            .map_err(|error| error.into_read_error())
    }
}

#[async_trait]
impl Ledger for EmbeddedLedger {
    async fn load(&self, key: &RecordKey) -> Result<Option<Stored>, ReadError> {
        let (key, now) = (key.to_bytes(), self.writer.now());
        self.read(move |view| {
            let records = view.open_table(RECORDS)?;
            let Some(value) = records.get(key.as_slice())? else { return Ok(None) };
            let row = Row::parse(value.value())?;
            Ok((!row.has_expired(now)).then(|| row.to_stored()))
        })
        .await
    }

    async fn commit(&self, change: &Change) -> Result<(), CommitError> {
        if !change.is_within_bounds() {
            return Err(CommitError::TooLarge);
        }
        self.writer.commit(change.clone()).await
    }

    async fn events(&self, key: &RecordKey) -> Result<Vec<StoredEvent>, ReadError> {
        let (key, now) = (key.to_bytes(), self.writer.now());
        self.read(move |view| {
            let records = view.open_table(RECORDS)?;
            let Some(value) = records.get(key.as_slice())? else { return Ok(Vec::new()) };
            if Row::parse(value.value())?.has_expired(now) {
                return Ok(Vec::new());
            }
            let events = view.open_table(EVENTS)?;
            let key = key.as_slice();
            events
                .range((key, 0)..=(key, u64::MAX))?
                .map(|entry| tables::parse_event(entry?.1.value()))
                .collect()
        })
        .await
    }

    async fn remember(
        &self,
        key: &RememberedKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Remembered, RememberError> {
        let keep = until.since(now);
        if keep.is_zero() {
            return Ok(Remembered::Seen);
        }
        self.writer.remember(*key, keep).await
    }

    async fn list(
        &self,
        kind: ListedKind,
        after: Option<&RecordKey>,
        limit: usize,
    ) -> Result<Page, ReadError> {
        let now = self.writer.now();
        let tag = RecordKind::from(kind).tag();
        let from = after.map_or_else(|| vec![tag], RecordKey::to_bytes);
        self.read(move |view| {
            let records = view.open_table(RECORDS)?;
            let mut page = Page::default();
            for entry in records.range(from.as_slice()..&[tag + 1])? {
                let (key, value) = entry?;
                let row = Row::parse(value.value())?;
                if key.value() == from || row.has_expired(now) {
                    continue;
                }
                if page.records.len() == limit {
                    page.more = true;
                    break;
                }
                page.records.push((RecordKey::listed(kind, key.value()[1..].to_vec()), row.to_stored()));
            }
            Ok(page)
        })
        .await
    }

    async fn health(&self, now: Timestamp) -> Health {
        if let Some(cause) = self.writer.trouble() {
            return Health::NotReady(NotReady::Unavailable(cause));
        }
        let by_millis = now.unix_millis().saturating_sub(self.clock.now().unix_millis());
        if by_millis.abs() > CLOCK_TOLERANCE_MILLIS {
            return Health::NotReady(NotReady::ClocksDiffer { by_millis });
        }
        Health::Ready
    }
}
