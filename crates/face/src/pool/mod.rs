//! Worker processes behind the port: pictures are decoded and compared outside the server, so that a picture which
//! crashes, hangs or takes over a decoder costs one request.
//!
//! | part | idea |
//! |---|---|
//! | [`Settings`] | how many workers, how long they may take, which thresholds |
//! | `queue` | where work waits for a worker, and the keepers' threads for work |
//! | `worker` | one process: start, ask with a time limit, end |
//! | `keeper` | a thread per worker, which replaces it when it ends |

mod keeper;
mod queue;
mod settings;
mod worker;

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::{Semaphore, oneshot};

pub use settings::Settings;
pub use worker::StartError;

use crate::limits::{FRAME_MAX_BYTES, FRONT_MAX_BYTES, PORTRAIT_MAX_BYTES, frames_fit};
use crate::protocol::Protections;
use crate::{EngineError, FaceEngine, FrontFinding, Inspection, Picture, Sitting, Unfit, UnfitReason, Which};
use keeper::{Job, Places, Shared, Task};
use queue::Queue;

/// A face engine made of worker processes. Dropped, its workers end.
#[derive(Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    admission: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}

impl Pool {
    /// Starts the workers and waits for the first that is ready.
    ///
    /// # Errors
    /// [`StartError`]: the first worker's reason. No worker is left behind.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let workers = settings.workers.max(1);
        let keepers = workers + settings.spares;
        let admission = Arc::new(Semaphore::new(workers + settings.queue));
        let program = settings.program.clone();
        let shared = Arc::new(Shared {
            settings,
            queue: Queue::new(),
            ready: Mutex::new(vec![None; keepers]),
            started: AtomicU32::new(0),
            at_work: AtomicUsize::new(0),
        });
        let pool = Self { shared: shared.clone(), admission, turns: Arc::new(Semaphore::new(workers)) };
        let starts =
            keeper::spawn(&shared, keepers).map_err(|error| StartError::Program { program, error })?;
        let ended = || StartError::Silent("its keeper ended".to_owned());
        tokio::task::spawn_blocking(move || starts.recv())
            .await
            .map_err(|_| ended())?
            .map_err(|_| ended())??;
        Ok(pool)
    }

    /// The process ids of the workers that are ready.
    pub fn worker_ids(&self) -> Vec<u32> {
        self.ready().into_iter().map(|(id, _)| id).collect()
    }

    /// What holds the workers down: true only where it is so for each of them.
    pub fn protections(&self) -> Protections {
        let all = Protections { limits: true, seccomp: true, landlock: true };
        let ready = self.ready();
        if ready.is_empty() {
            return Protections::default();
        }
        ready.into_iter().fold(all, |all, (_, one)| Protections {
            limits: all.limits && one.limits,
            seccomp: all.seccomp && one.seccomp,
            landlock: all.landlock && one.landlock,
        })
    }

    /// How many workers were started since the pool began.
    pub fn started(&self) -> u32 {
        self.shared.started.load(Ordering::Relaxed)
    }

    /// How many requests workers work on, or keep faces for, at this moment.
    pub fn at_work(&self) -> usize {
        self.shared.at_work.load(Ordering::Relaxed)
    }

    /// How many requests are in the pool: worked on, or waiting.
    pub fn admitted(&self) -> usize {
        let settings = &self.shared.settings;
        (settings.workers.max(1) + settings.queue).saturating_sub(self.admission.available_permits())
    }

    fn ready(&self) -> Vec<(u32, Protections)> {
        let ready = self.shared.ready.lock().unwrap_or_else(PoisonError::into_inner);
        ready.iter().flatten().copied().collect()
    }

    fn busy(&self) -> EngineError {
        // A challenge takes a second and a quarter: so long until those that wait now are done, or have given up.
        let settings = &self.shared.settings;
        let done = 5 * settings.queue as u64 / (4 * settings.workers.max(1) as u64);
        let seconds = done.min(settings.queue_wait.as_secs());
        EngineError::Busy { retry_after_secs: u32::try_from(seconds).unwrap_or(u32::MAX).max(1) }
    }

    /// Waits for a turn, behind at most as many others as the queue is long.
    async fn places(&self) -> Result<Places, EngineError> {
        let admitted = self.admission.clone().try_acquire_owned().map_err(|_| self.busy())?;
        let turn = tokio::time::timeout(self.shared.settings.queue_wait, self.turns.clone().acquire_owned());
        let turn = turn.await.map_err(|_| self.busy())?.map_err(|_| EngineError::Failed)?;
        Ok(Places { _admitted: admitted, _turn: turn })
    }

    async fn answered<T>(&self, answer: oneshot::Receiver<Result<T, EngineError>>) -> Result<T, EngineError> {
        // The keepers bound their own work; this bounds the wait for a keeper whose worker does not start.
        let longest = self.shared.settings.start_time + self.shared.settings.request_time;
        match tokio::time::timeout(longest, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(EngineError::Failed),
        }
    }
}

/// What can be refused by looking at numbers and lengths alone.
fn size_of(picture: &Picture, most: usize, which: Which) -> Result<(), Unfit> {
    if picture.as_bytes().len() > most {
        return Err(Unfit { which, reason: UnfitReason::TooLarge });
    }
    Ok(())
}

fn sizes_of(sitting: &Sitting) -> Result<(), Unfit> {
    let (poses, frames) = (sitting.poses.len(), sitting.frames.len());
    frames_fit(poses, frames).map_err(|reason| Unfit { which: Which::Frames, reason })?;
    size_of(&sitting.portrait, PORTRAIT_MAX_BYTES, Which::Portrait)?;
    for (number, frame) in sitting.frames.iter().enumerate() {
        size_of(frame, FRAME_MAX_BYTES, Which::Frame(number))?;
    }
    Ok(())
}

#[async_trait]
impl FaceEngine for Pool {
    async fn check_front(&self, portrait: Picture, front: Picture) -> Result<FrontFinding, EngineError> {
        let sizes = size_of(&portrait, PORTRAIT_MAX_BYTES, Which::Portrait)
            .and_then(|()| size_of(&front, FRONT_MAX_BYTES, Which::Front));
        if let Err(unfit) = sizes {
            return Ok(FrontFinding::Unfit(unfit));
        }
        let places = self.places().await?;
        let (answer, answered) = oneshot::channel();
        self.shared.queue.push(Job { task: Task::Front { portrait, front, answer }, places });
        self.answered(answered).await
    }

    async fn inspect(&self, sitting: Sitting) -> Result<Inspection, EngineError> {
        if let Err(unfit) = sizes_of(&sitting) {
            return Ok(Inspection::Unfit(unfit));
        }
        let places = self.places().await?;
        let (answer, answered) = oneshot::channel();
        self.shared.queue.push(Job { task: Task::Inspect { sitting, answer }, places });
        self.answered(answered).await
    }
}
