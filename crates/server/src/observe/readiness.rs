//! Whether requests should be sent here: not before everything answers, and not once a stop has begun.

use std::sync::atomic::{AtomicBool, Ordering};

/// Flips once, when a stop begins.
#[derive(Debug, Default)]
pub struct Readiness {
    stopping: AtomicBool,
}

impl Readiness {
    /// A stop has begun; there is no way back.
    pub fn begin_stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    /// Whether a stop has begun.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}
