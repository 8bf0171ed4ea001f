//! A store, a register, revocations and a face engine that fail, or take their time, on demand.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use face::testing::FakeEngine;
use face::{EngineError, FaceEngine, FrontFinding, Inspection, Picture, Sitting};
use ledger::{
    Cause, Change, CommitError, Health, Ledger, ListedKind, NotReady, Page, ReadError, RecordKey, RecordKind,
    RememberError, Remembered, RememberedKey, Stored, StoredEvent,
};
use reservation::Timestamp;
use server::clock::ManualClock;
use trust::{CardEntry, CardRegistry, CertificateRef, RegistryError, Revocation, Status, Unknown};

/// A register that cannot be asked.
pub struct NoRegister;

#[async_trait]
impl CardRegistry for NoRegister {
    async fn find(&self, _: &CertificateRef) -> Result<CardEntry, RegistryError> {
        Err(RegistryError::Unavailable)
    }
}

/// A register with a fault of ours in it.
pub struct BrokenRegister;

#[async_trait]
impl CardRegistry for BrokenRegister {
    async fn find(&self, _: &CertificateRef) -> Result<CardEntry, RegistryError> {
        panic!("canary-in-a-panic")
    }
}

/// Revocations that nobody can tell.
pub struct NoRevocations;

#[async_trait]
impl Revocation for NoRevocations {
    async fn status(&self, _: &CertificateRef, _: Timestamp) -> Result<Status, Unknown> {
        Err(Unknown::Unavailable)
    }
}

/// What happens to the next commits of one kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Not done, and said so.
    NotDone,
    /// Not done, and nobody can tell.
    LostBefore,
    /// Done, and nobody can tell.
    LostAfter,
    /// No answer ever.
    Hangs,
}

/// A store in front of another that gets into trouble on demand.
pub struct Troubled {
    inner: Arc<dyn Ledger>,
    next: Mutex<Option<(RecordKind, Trouble)>>,
    after: AtomicU32,
    times: AtomicU32,
    away: AtomicBool,
}

impl Troubled {
    /// In front of this store.
    pub fn before(inner: Arc<dyn Ledger>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            next: Mutex::new(None),
            after: AtomicU32::new(0),
            times: AtomicU32::new(0),
            away: AtomicBool::new(false),
        })
    }

    /// The next so many commits of this kind get into trouble.
    pub fn trouble(&self, kind: RecordKind, trouble: Trouble, times: u32) {
        self.trouble_after(kind, trouble, 0, times);
    }

    /// The same, after so many commits of this kind have gone well.
    pub fn trouble_after(&self, kind: RecordKind, trouble: Trouble, after: u32, times: u32) {
        self.after.store(after, Ordering::SeqCst);
        *self.next.lock().unwrap() = Some((kind, trouble));
        self.times.store(times, Ordering::SeqCst);
    }

    /// The store goes away, or comes back.
    pub fn away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    fn is_away(&self) -> bool {
        self.away.load(Ordering::SeqCst)
    }

    fn due(&self, kind: RecordKind) -> Option<Trouble> {
        let (wanted, trouble) = (*self.next.lock().unwrap())?;
        let left = self.times.load(Ordering::SeqCst);
        if wanted != kind || left == 0 {
            return None;
        }
        let after = self.after.load(Ordering::SeqCst);
        if after > 0 {
            self.after.store(after - 1, Ordering::SeqCst);
            return None;
        }
        self.times.store(left - 1, Ordering::SeqCst);
        Some(trouble)
    }
}

#[async_trait]
impl Ledger for Troubled {
    async fn load(&self, key: &RecordKey) -> Result<Option<Stored>, ReadError> {
        if self.is_away() {
            return Err(ReadError::Unavailable(Cause::NotConnected));
        }
        self.inner.load(key).await
    }

    async fn commit(&self, change: &Change) -> Result<(), CommitError> {
        if self.is_away() {
            return Err(CommitError::NotDone(Cause::NotConnected));
        }
        match self.due(change.key.kind()) {
            None => self.inner.commit(change).await,
            Some(Trouble::NotDone) => Err(CommitError::NotDone(Cause::NotConnected)),
            Some(Trouble::LostBefore) => Err(CommitError::OutcomeUnknown(Cause::Disconnected)),
            Some(Trouble::LostAfter) => {
                self.inner.commit(change).await?;
                Err(CommitError::OutcomeUnknown(Cause::Disconnected))
            }
            Some(Trouble::Hangs) => std::future::pending().await,
        }
    }

    async fn events(&self, key: &RecordKey) -> Result<Vec<StoredEvent>, ReadError> {
        if self.is_away() {
            return Err(ReadError::Unavailable(Cause::NotConnected));
        }
        self.inner.events(key).await
    }

    async fn remember(
        &self,
        key: &RememberedKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Remembered, RememberError> {
        if self.is_away() {
            return Err(RememberError::NotDone(Cause::NotConnected));
        }
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
        if self.is_away() {
            return Health::NotReady(NotReady::Unavailable(Cause::NotConnected));
        }
        self.inner.health(now).await
    }
}

/// A face engine that takes its time: at every inspection the clock moves on.
pub struct SlowEngine {
    inner: FakeEngine,
    clock: OnceLock<Arc<ManualClock>>,
    takes: Duration,
}

impl SlowEngine {
    /// In front of this engine; it is slow once it has a clock.
    pub fn before(inner: FakeEngine, takes: Duration) -> Arc<Self> {
        Arc::new(Self { inner, clock: OnceLock::new(), takes })
    }

    /// From now on it takes its time by this clock.
    pub fn begin(&self, clock: Arc<ManualClock>) {
        assert!(self.clock.set(clock).is_ok(), "it begins once");
    }
}

#[async_trait]
impl FaceEngine for SlowEngine {
    async fn check_front(&self, portrait: Picture, front: Picture) -> Result<FrontFinding, EngineError> {
        self.inner.check_front(portrait, front).await
    }

    async fn inspect(&self, sitting: Sitting) -> Result<Inspection, EngineError> {
        if let Some(clock) = self.clock.get() {
            clock.advance(self.takes);
        }
        self.inner.inspect(sitting).await
    }
}
