//! The writer thread: a bounded queue in, one durable transaction per batch, answers only after the `fsync`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use redb::{Database, WriteTransaction};
use reservation::Timestamp;
use tokio::sync::oneshot;

use super::apply::Writing;
use super::file::OpenError;
use super::sweep;
use super::tables::TableError;
use crate::change::{Change, Remembered};
use crate::clock::Clock;
use crate::error::{Cause, CommitError, RememberError};
use crate::key::RememberedKey;

/// Work that may wait; more is refused at once.
const QUEUE: usize = 1024;
/// Changes in one transaction.
const BATCH: usize = 256;
/// How often an idle store looks for what has expired.
const IDLE: Duration = Duration::from_secs(1);

enum Job {
    Commit(Change, oneshot::Sender<Result<(), CommitError>>),
    Remember(RememberedKey, Duration, oneshot::Sender<Result<Remembered, RememberError>>),
}

/// What a job came to, to be told once the transaction is durable.
enum Outcome {
    Commit(Result<(), CommitError>),
    Remember(Remembered),
}

/// What the thread and its callers share.
struct Shared {
    clock: Arc<dyn Clock>,
    /// Unix milliseconds; never falls.
    latest: AtomicI64,
    disk_failed: AtomicBool,
}

impl Shared {
    fn now(&self) -> Timestamp {
        let clock = self.clock.now().unix_millis();
        Timestamp::from_unix_millis(self.latest.fetch_max(clock, Ordering::SeqCst).max(clock))
    }
}

/// The callers' side of the thread.
pub(super) struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
}

impl Writer {
    pub(super) fn start(
        database: Arc<Database>,
        clock: Arc<dyn Clock>,
        latest: Timestamp,
    ) -> Result<Self, OpenError> {
        let (jobs, queue) = sync_channel(QUEUE);
        let shared = Arc::new(Shared {
            clock,
            latest: AtomicI64::new(latest.unix_millis()),
            disk_failed: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || run(&database, &queue, &theirs))
            .map_err(|source: io::Error| OpenError::Io { path: PathBuf::from("a thread"), source })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), shared })
    }

    /// The store's time, which never falls back.
    pub(super) fn now(&self) -> Timestamp {
        self.shared.now()
    }

    /// Why nothing can be written, if so.
    pub(super) fn trouble(&self) -> Option<Cause> {
        if self.shared.disk_failed.load(Ordering::SeqCst) {
            return Some(Cause::Disk);
        }
        self.thread.as_ref().is_none_or(JoinHandle::is_finished).then_some(Cause::Closed)
    }

    pub(super) async fn commit(&self, change: Change) -> Result<(), CommitError> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Commit(change, reply)).map_err(CommitError::NotDone)?;
        answer.await.unwrap_or(Err(CommitError::OutcomeUnknown(Cause::Closed)))
    }

    pub(super) async fn remember(
        &self,
        key: RememberedKey,
        keep: Duration,
    ) -> Result<Remembered, RememberError> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Remember(key, keep, reply)).map_err(RememberError::NotDone)?;
        answer.await.unwrap_or(Err(RememberError::OutcomeUnknown(Cause::Closed)))
    }

    fn send(&self, job: Job) -> Result<(), Cause> {
        let jobs = self.jobs.as_ref().ok_or(Cause::Closed)?;
        jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Cause::Busy,
            TrySendError::Disconnected(_) => Cause::Closed,
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The thread ends when the queue has no sender and is empty.
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(database: &Database, queue: &Receiver<Job>, shared: &Shared) {
    let mut more_to_sweep = false;
    loop {
        let wait = if more_to_sweep { Duration::ZERO } else { IDLE };
        let first = match queue.recv_timeout(wait) {
            Ok(job) => Some(job),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let jobs: Vec<Job> = first.into_iter().chain(queue.try_iter()).take(BATCH).collect();
        match batch(database, jobs, shared) {
            Ok(more) => more_to_sweep = more,
            Err(error) => {
                tracing::error!(%error, "the embedded store could not write");
                shared.disk_failed.store(true, Ordering::SeqCst);
                more_to_sweep = false;
            }
        }
    }
}

/// One transaction. Whatever happens, every job is answered; tells whether more waits to be swept.
fn batch(database: &Database, jobs: Vec<Job>, shared: &Shared) -> Result<bool, TableError> {
    let (clock, latest) = (shared.clock.now(), shared.now());
    if jobs.is_empty() && !sweep::is_due(database, latest)? {
        return Ok(false);
    }
    let applied = match apply(database, &jobs, clock, latest) {
        Ok(applied) => applied,
        Err(error) => {
            // The transaction was dropped, so nothing of it exists.
            fail(jobs, CommitError::NotDone, RememberError::NotDone);
            return Err(error);
        }
    };
    if let Err(error) = applied.transaction.commit() {
        fail(jobs, CommitError::OutcomeUnknown, RememberError::OutcomeUnknown);
        return Err(error.into());
    }
    for answer in jobs.into_iter().zip(applied.outcomes) {
        // A caller that went away does not want its answer.
        match answer {
            (Job::Commit(_, reply), Outcome::Commit(result)) => drop(reply.send(result)),
            (Job::Remember(_, _, reply), Outcome::Remember(result)) => drop(reply.send(Ok(result))),
            (Job::Commit(..), Outcome::Remember(_)) | (Job::Remember(..), Outcome::Commit(_)) => {
                unreachable!("outcomes stand in the order of their jobs")
            }
        }
    }
    Ok(applied.more_to_sweep)
}

struct Applied {
    transaction: WriteTransaction,
    outcomes: Vec<Outcome>,
    more_to_sweep: bool,
}

fn apply(
    database: &Database,
    jobs: &[Job],
    clock: Timestamp,
    latest: Timestamp,
) -> Result<Applied, TableError> {
    let transaction = database.begin_write()?;
    let mut writing = Writing::open(&transaction, clock, latest)?;
    let mut outcomes = Vec::with_capacity(jobs.len());
    for job in jobs {
        outcomes.push(match job {
            Job::Commit(change, _) => Outcome::Commit(match writing.commit(change) {
                // Found before anything was written; the other changes need not suffer.
                Err(TableError::Row) => Err(CommitError::Damaged),
                result => result?,
            }),
            Job::Remember(key, keep, _) => Outcome::Remember(writing.remember(key, *keep)?),
        });
    }
    let more_to_sweep = sweep::bite(&mut writing)?;
    writing.note_time()?;
    drop(writing);
    Ok(Applied { transaction, outcomes, more_to_sweep })
}

fn fail(jobs: Vec<Job>, commit: fn(Cause) -> CommitError, remember: fn(Cause) -> RememberError) {
    for job in jobs {
        match job {
            Job::Commit(_, reply) => drop(reply.send(Err(commit(Cause::Disk)))),
            Job::Remember(_, _, reply) => drop(reply.send(Err(remember(Cause::Disk)))),
        }
    }
}
