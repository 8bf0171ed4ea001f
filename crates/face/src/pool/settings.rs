//! How the pool runs.

use std::path::PathBuf;
use std::time::Duration;

/// How the pool runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program `jpki-face`.
    pub program: PathBuf,
    /// The folder of the model files.
    pub models: PathBuf,
    /// Requests that are worked on at once.
    pub workers: usize,
    /// Further worker processes that stand by warm, so that a crash does not cost the next request a start.
    pub spares: usize,
    /// Requests that may wait; one more is answered *busy*.
    pub queue: usize,
    /// Below this distance two faces are one person's.
    pub accept: f32,
    /// Above this distance they are two people's; between the two nobody can tell.
    pub refuse: f32,
    /// Longest time a request waits for its turn.
    pub queue_wait: Duration,
    /// Longest time a worker may take over one request; then it is killed.
    pub request_time: Duration,
    /// Longest time a worker may take until it is ready.
    pub start_time: Duration,
    /// Processor time of a worker over its whole life, in whole seconds: after half of it, it is replaced; after all of
    /// it, the kernel ends it.
    pub processor_time: Duration,
    /// Longest time that faces found fit wait to be compared; then they are forgotten.
    pub lease: Duration,
}

impl Settings {
    /// One worker per core, and the thresholds of the face facts (§4).
    pub fn new(program: impl Into<PathBuf>, models: impl Into<PathBuf>) -> Self {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            program: program.into(),
            models: models.into(),
            workers,
            spares: 1,
            queue: 8 * workers,
            accept: 0.50,
            refuse: 0.60,
            queue_wait: Duration::from_secs(5),
            request_time: Duration::from_secs(15),
            start_time: Duration::from_secs(30),
            processor_time: Duration::from_secs(120),
            lease: Duration::from_secs(30),
        }
    }
}
