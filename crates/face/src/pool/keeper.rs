//! The threads that keep worker processes: each starts one, gives it work, and replaces it when it ends.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::Settings;
use super::queue::Queue;
use super::worker::{StartError, Worker};
use crate::protocol::{Protections, Reply, Request};
use crate::{EngineError, Finding, FitFaces, FrontFinding, Inspection, Picture, Sitting};

/// After a worker that did not start, the next one is tried so much later, and twice as late each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

type Answer<T> = oneshot::Sender<Result<T, EngineError>>;

/// Work for whichever worker is free. It holds its place in the queue until it is done.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) task: Task,
    pub(super) places: Places,
}

/// A place among those admitted, and one among those worked on.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) _admitted: OwnedSemaphorePermit,
    pub(super) _turn: OwnedSemaphorePermit,
}

#[derive(Debug)]
pub(super) enum Task {
    Front { portrait: Picture, front: Picture, answer: Answer<FrontFinding> },
    Inspect { sitting: Sitting, answer: Answer<Inspection> },
}

impl Task {
    fn is_still_wanted(&self) -> bool {
        match self {
            Self::Front { answer, .. } => !answer.is_closed(),
            Self::Inspect { answer, .. } => !answer.is_closed(),
        }
    }
}

/// What the pool and its keepers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) queue: Queue<Job>,
    /// The worker of each keeper, while it has one that is ready.
    pub(super) ready: Mutex<Vec<Option<(u32, Protections)>>>,
    pub(super) started: AtomicU32,
    pub(super) at_work: AtomicUsize,
}

impl Shared {
    fn note(&self, slot: usize, worker: Option<&Worker>) {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        ready[slot] = worker.map(|worker| (worker.id(), worker.protections()));
    }
}

/// Whether the worker can be given more work.
enum After {
    Goes,
    Gone,
}

/// Keeps one worker until the pool is closed. Tells `first` how its first start went.
pub(super) fn keep(shared: &Shared, slot: usize, first: &mpsc::Sender<Result<(), StartError>>) {
    let mut pause = FIRST_PAUSE;
    loop {
        match Worker::start(&shared.settings) {
            Ok(worker) => {
                shared.started.fetch_add(1, Ordering::Relaxed);
                shared.note(slot, Some(&worker));
                let _ = first.send(Ok(()));
                pause = FIRST_PAUSE;
                let open = serve(shared, worker);
                shared.note(slot, None);
                if !open {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "no face worker");
                let _ = first.send(Err(error));
                if !shared.queue.pause(pause) {
                    return;
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// Gives the worker work until it is gone, or until the pool is closed (`false`).
fn serve(shared: &Shared, mut worker: Worker) -> bool {
    while let Some(job) = shared.queue.next() {
        if !job.task.is_still_wanted() {
            continue;
        }
        if worker.has_ended() {
            // It ended while it had nothing to do: this costs no request.
            tracing::warn!("a face worker ended while it was idle");
            shared.queue.put_back(job);
            return true;
        }
        let Job { task, places } = job;
        shared.at_work.fetch_add(1, Ordering::Relaxed);
        let after = match task {
            Task::Front { portrait, front, answer } => {
                front_of(shared, &mut worker, &Request::Front { portrait, front }, answer)
            }
            Task::Inspect { sitting, answer } => {
                inspect(shared, &mut worker, Request::Inspect(sitting), answer)
            }
        };
        shared.at_work.fetch_sub(1, Ordering::Relaxed);
        drop(places);
        if matches!(after, After::Gone) {
            return true;
        }
    }
    false
}

/// Asks the worker; `None` where it crashed, hung, or answered what was not asked.
fn ask<T>(
    shared: &Shared,
    worker: &mut Worker,
    request: &Request,
    expected: impl FnOnce(Reply) -> Option<T>,
) -> (Result<T, EngineError>, After) {
    match worker.ask(request, shared.settings.request_time) {
        Ok(said) => {
            let after = if said.spent { After::Gone } else { After::Goes };
            match said.reply {
                Reply::Fault => (Err(EngineError::Failed), after),
                reply => match expected(reply) {
                    Some(value) => (Ok(value), after),
                    None => {
                        tracing::warn!("a face worker answered what was not asked: it is replaced");
                        (Err(EngineError::Failed), After::Gone)
                    }
                },
            }
        }
        Err(error) => {
            tracing::warn!(%error, "a face worker crashed or hung: it is replaced");
            (Err(EngineError::Failed), After::Gone)
        }
    }
}

fn front_of(shared: &Shared, worker: &mut Worker, request: &Request, answer: Answer<FrontFinding>) -> After {
    let (found, after) = ask(shared, worker, request, |reply| match reply {
        Reply::Front(finding) => Some(finding),
        _ => None,
    });
    let _ = answer.send(found);
    after
}

/// What an inspection found, before it is decided who waits for what.
enum Seen {
    Fit,
    Unfit(crate::Unfit),
}

fn inspect(shared: &Shared, worker: &mut Worker, request: Request, answer: Answer<Inspection>) -> After {
    let (seen, after) = ask(shared, worker, &request, |reply| match reply {
        Reply::Fit => Some(Seen::Fit),
        Reply::Unfit(unfit) => Some(Seen::Unfit(unfit)),
        _ => None,
    });
    drop(request);
    match seen {
        Err(error) => {
            let _ = answer.send(Err(error));
            after
        }
        Ok(Seen::Unfit(unfit)) => {
            let _ = answer.send(Ok(Inspection::Unfit(unfit)));
            after
        }
        Ok(Seen::Fit) => {
            let (wish, wishes) = mpsc::channel();
            let end = Instant::now() + shared.settings.lease;
            // Where nobody waits any more, the faces are dropped here, and the worker forgets them below.
            let _ = answer.send(Ok(Inspection::Fit(Box::new(LeasedFaces { wish }))));
            match (lease(shared, worker, &wishes, end), after) {
                (After::Goes, After::Goes) => After::Goes,
                _ => After::Gone,
            }
        }
    }
}

/// The worker keeps faces: waits for the wish to compare them, and has them forgotten where there is none.
fn lease(
    shared: &Shared,
    worker: &mut Worker,
    wishes: &mpsc::Receiver<Answer<Finding>>,
    end: Instant,
) -> After {
    match wishes.recv_timeout(end.saturating_duration_since(Instant::now())) {
        Ok(answer) => {
            let (found, after) = ask(shared, worker, &Request::Compare, |reply| match reply {
                Reply::Found(finding) => Some(finding),
                _ => None,
            });
            let _ = answer.send(found);
            after
        }
        Err(_) => {
            let (_, after) = ask(shared, worker, &Request::Forget, |reply| match reply {
                Reply::Forgotten => Some(()),
                _ => None,
            });
            after
        }
    }
}

/// Faces that a worker keeps. Dropped, it forgets them.
#[derive(Debug)]
struct LeasedFaces {
    wish: mpsc::Sender<Answer<Finding>>,
}

#[async_trait]
impl FitFaces for LeasedFaces {
    async fn compare(self: Box<Self>) -> Result<Finding, EngineError> {
        let (answer, answered) = oneshot::channel();
        // The lease is over, or the worker was replaced.
        self.wish.send(answer).map_err(|_| EngineError::Failed)?;
        answered.await.map_err(|_| EngineError::Failed)?
    }
}

/// Starts the threads. They live until the queue is closed.
pub(super) fn spawn(
    shared: &Arc<Shared>,
    keepers: usize,
) -> std::io::Result<mpsc::Receiver<Result<(), StartError>>> {
    let (first, starts) = mpsc::channel();
    for slot in 0..keepers {
        let shared = shared.clone();
        let first = first.clone();
        std::thread::Builder::new()
            .name(format!("face-{slot}"))
            .spawn(move || keep(&shared, slot, &first))?;
    }
    Ok(starts)
}
