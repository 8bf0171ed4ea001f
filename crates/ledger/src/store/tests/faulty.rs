//! A ledger that fails as it is told, commit by commit.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use reservation::Timestamp;

use crate::change::{Change, CommitId, Page, Remembered, Stored, StoredEvent};
use crate::embedded::EmbeddedLedger;
use crate::error::{Cause, CommitError, Health, ReadError, RememberError};
use crate::key::{ListedKind, RecordKey, RememberedKey};
use crate::port::Ledger;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Nothing,
    /// Done, and nobody hears of it.
    AnswerLost,
    /// Not done, and nobody hears of it.
    RequestLost,
    /// Done, nobody hears of it, and another commit stands on it.
    AnswerLostAndOvertaken,
    /// Not done, nobody hears of it, and another commit has come first.
    RequestLostAndOvertaken,
    /// Another commit has come first.
    Overtaken,
    NotDone,
    ClockAhead,
}

pub(super) struct Faulty {
    inner: EmbeddedLedger,
    faults: Mutex<VecDeque<Fault>>,
    commits: AtomicUsize,
}

impl Faulty {
    pub(super) fn new(inner: EmbeddedLedger, faults: &[Fault]) -> Self {
        Self { inner, faults: Mutex::new(faults.iter().copied().collect()), commits: AtomicUsize::new(0) }
    }

    pub(super) fn commits(&self) -> usize {
        self.commits.load(Ordering::SeqCst)
    }

    /// Somebody else writes the record as it is under a new version, which is not sealed for it: only a bystander.
    async fn overtake(&self, change: &Change) {
        let expected = self.inner.load(&change.key).await.unwrap().map(|stored| stored.version);
        let rival = Rival::of(change);
        let other = Change {
            expected,
            next: rival.version,
            record: rival.record,
            event: rival.event,
            ..change.clone()
        };
        self.inner.commit(&other).await.unwrap();
    }
}

/// What a second server with the same root key would have written.
struct Rival {
    version: CommitId,
    record: Vec<u8>,
    event: Vec<u8>,
}

impl Rival {
    fn of(change: &Change) -> Self {
        use crate::seal::{Content, Place};
        let sealer = super::sealer(1);
        let mine = |content| Place { key: &change.key, version: change.next, content };
        let version = CommitId::random();
        let theirs = |content| Place { key: &change.key, version, content };
        let again = |content, bytes: &[u8]| {
            sealer.seal(&theirs(content), &sealer.open(&mine(content), bytes).unwrap())
        };
        let record = again(Content::Record, &change.record);
        let event = again(Content::Event, &change.event);
        Self { version, record, event }
    }
}

#[async_trait]
impl Ledger for Faulty {
    async fn load(&self, key: &RecordKey) -> Result<Option<Stored>, ReadError> {
        self.inner.load(key).await
    }

    async fn commit(&self, change: &Change) -> Result<(), CommitError> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        let fault = self.faults.lock().unwrap().pop_front().unwrap_or(Fault::Nothing);
        match fault {
            Fault::Nothing => self.inner.commit(change).await,
            Fault::AnswerLost => {
                self.inner.commit(change).await?;
                Err(CommitError::OutcomeUnknown(Cause::TimedOut))
            }
            Fault::RequestLost => Err(CommitError::OutcomeUnknown(Cause::Disconnected)),
            Fault::AnswerLostAndOvertaken => {
                self.inner.commit(change).await?;
                self.overtake(change).await;
                Err(CommitError::OutcomeUnknown(Cause::TimedOut))
            }
            Fault::RequestLostAndOvertaken => {
                self.overtake(change).await;
                Err(CommitError::OutcomeUnknown(Cause::Disconnected))
            }
            Fault::Overtaken => {
                self.overtake(change).await;
                self.inner.commit(change).await
            }
            Fault::NotDone => Err(CommitError::NotDone(Cause::NotConnected)),
            Fault::ClockAhead => Err(CommitError::ClockAhead { by_millis: 9000 }),
        }
    }

    async fn events(&self, key: &RecordKey) -> Result<Vec<StoredEvent>, ReadError> {
        self.inner.events(key).await
    }

    async fn remember(
        &self,
        key: &RememberedKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Remembered, RememberError> {
        self.inner.remember(key, until, now).await
    }

    async fn list(
        &self,
        kind: ListedKind,
        after: Option<&RecordKey>,
        limit: usize,
    ) -> Result<Page, ReadError> {
        self.inner.list(kind, after, limit).await
    }

    async fn health(&self, now: Timestamp) -> Health {
        self.inner.health(now).await
    }
}
