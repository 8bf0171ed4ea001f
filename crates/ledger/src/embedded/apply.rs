//! One change inside a write transaction: all checks, then all writes.

use std::time::Duration;

use redb::{ReadableTable, Table, WriteTransaction};
use reservation::Timestamp;

use super::tables::{
    EVENTS, EXPIRY, META, META_LATEST, RECORDS, REMEMBERED, Row, TableError, event_to_bytes, remembered_name,
};
use crate::change::{CLOCK_TOLERANCE_MILLIS, Change, EVENTS_KEPT, Remembered};
use crate::error::CommitError;
use crate::key::RememberedKey;

/// The tables, open for writing, and the store's time for this batch.
pub(super) struct Writing<'txn> {
    pub(super) records: Table<'txn, &'static [u8], &'static [u8]>,
    pub(super) events: Table<'txn, (&'static [u8], u64), &'static [u8]>,
    pub(super) remembered: Table<'txn, &'static [u8; 32], i64>,
    pub(super) expiry: Table<'txn, (i64, &'static [u8]), ()>,
    meta: Table<'txn, &'static str, u64>,
    /// The store's clock; commits are measured against it.
    clock: Timestamp,
    /// The latest instant this store has seen: what has expired once stays so, even if the clock falls back.
    pub(super) latest: Timestamp,
}

/// The parts of a row that outlive its borrow.
struct Current {
    version: crate::CommitId,
    expires_at: Option<Timestamp>,
    next_event: u64,
}

impl<'txn> Writing<'txn> {
    pub(super) fn open(
        transaction: &'txn WriteTransaction,
        clock: Timestamp,
        latest: Timestamp,
    ) -> Result<Self, TableError> {
        Ok(Self {
            records: transaction.open_table(RECORDS)?,
            events: transaction.open_table(EVENTS)?,
            remembered: transaction.open_table(REMEMBERED)?,
            expiry: transaction.open_table(EXPIRY)?,
            meta: transaction.open_table(META)?,
            clock,
            latest,
        })
    }

    /// Notes the time, so that it does not fall back over a restart.
    pub(super) fn note_time(&mut self) -> Result<(), TableError> {
        let latest = u64::try_from(self.latest.unix_millis()).unwrap_or(0);
        self.meta.insert(META_LATEST, latest)?;
        Ok(())
    }

    /// Applies one change. The inner error leaves the transaction as it was; the outer one ends it.
    pub(super) fn commit(&mut self, change: &Change) -> Result<Result<(), CommitError>, TableError> {
        let by_millis = change.now.unix_millis().saturating_sub(self.clock.unix_millis());
        if by_millis > CLOCK_TOLERANCE_MILLIS {
            return Ok(Err(CommitError::ClockAhead { by_millis }));
        }
        let key = change.key.to_bytes();
        let current = self.current(&key)?;
        let version = current.as_ref().map(|current| current.version);
        if version == Some(change.next) {
            return Ok(Ok(()));
        }
        if version != change.expected {
            return Ok(Err(CommitError::Conflict));
        }
        self.write(&key, current, change)?;
        Ok(Ok(()))
    }

    /// Notes a first use for `keep` from the store's present on.
    pub(super) fn remember(&mut self, key: &RememberedKey, keep: Duration) -> Result<Remembered, TableError> {
        let known = self.remembered.get(key.as_bytes())?.map(|until| until.value());
        if known.is_some_and(|until| until > self.latest.unix_millis()) {
            return Ok(Remembered::Seen);
        }
        let name = remembered_name(key.as_bytes());
        if let Some(until) = known {
            self.expiry.remove((until, name.as_slice()))?;
        }
        let until = self.latest.after(keep).unix_millis();
        self.remembered.insert(key.as_bytes(), until)?;
        self.expiry.insert((until, name.as_slice()), ())?;
        Ok(Remembered::Fresh)
    }

    fn current(&mut self, key: &[u8]) -> Result<Option<Current>, TableError> {
        let found = match self.records.get(key)? {
            None => return Ok(None),
            Some(value) => {
                let row = Row::parse(value.value())?;
                Current { version: row.version, expires_at: row.expires_at, next_event: row.next_event }
            }
        };
        if found.expires_at.is_some_and(|end| end <= self.latest) {
            self.forget(key)?;
            return Ok(None);
        }
        Ok(Some(found))
    }

    fn write(&mut self, key: &[u8], current: Option<Current>, change: &Change) -> Result<(), TableError> {
        let position = current.as_ref().map_or(0, |current| current.next_event);
        if let Some(end) = current.and_then(|current| current.expires_at) {
            self.expiry.remove((end.unix_millis(), key))?;
        }
        let row = Row {
            version: change.next,
            expires_at: change.expires_at,
            next_event: position + 1,
            bytes: &change.record,
        };
        self.records.insert(key, row.to_bytes().as_slice())?;
        self.events.insert((key, position), event_to_bytes(change.next, &change.event).as_slice())?;
        if let Some(oldest) = position.checked_sub(EVENTS_KEPT as u64) {
            self.events.remove((key, oldest))?;
        }
        if let Some(end) = change.expires_at {
            self.expiry.insert((end.unix_millis(), key), ())?;
        }
        Ok(())
    }

    /// Removes a record with its events and its place in the expiry index; tells how many rows went.
    pub(super) fn forget(&mut self, key: &[u8]) -> Result<usize, TableError> {
        let (end, next_event) = match self.records.get(key)? {
            None => return Ok(0),
            Some(value) => {
                let row = Row::parse(value.value())?;
                (row.expires_at, row.next_event)
            }
        };
        if let Some(end) = end {
            self.expiry.remove((end.unix_millis(), key))?;
        }
        self.records.remove(key)?;
        let oldest = next_event.saturating_sub(EVENTS_KEPT as u64);
        for position in oldest..next_event {
            self.events.remove((key, position))?;
        }
        Ok(1 + (next_event - oldest) as usize)
    }
}
