//! The kill switch: a panic at the chosen step, as sudden for the kiosk as SIGKILL, from which the test wakes.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

struct Killed;

/// Counts steps, and kills at one of them. Clones are the same switch.
#[derive(Clone, Default)]
pub(crate) struct KillSwitch {
    steps: Arc<AtomicUsize>,
    at: Arc<AtomicUsize>,
}

impl KillSwitch {
    /// Kills at this step, counted from 1; 0 never.
    pub(crate) fn arm(&self, at: usize) {
        self.steps.store(0, Ordering::SeqCst);
        self.at.store(at, Ordering::SeqCst);
    }

    /// One step: the kiosk may die here.
    pub(crate) fn step(&self) {
        let step = self.steps.fetch_add(1, Ordering::SeqCst) + 1;
        if step == self.at.load(Ordering::SeqCst) {
            // Without the panic hook: a test that kills a hundred times need not say so a hundred times.
            resume_unwind(Box::new(Killed));
        }
    }

    /// Steps since it was armed.
    pub(crate) fn steps(&self) -> usize {
        self.steps.load(Ordering::SeqCst)
    }
}

/// Runs the work; nothing if it was killed. Any other panic goes on.
pub(crate) fn survive<T>(work: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => Some(result),
        Err(payload) if payload.is::<Killed>() => None,
        Err(payload) => resume_unwind(payload),
    }
}

/// A clock that moves only when somebody sleeps or a test moves it.
#[derive(Clone, Default)]
pub(crate) struct StandingClock(Rc<Cell<std::time::Duration>>);

impl StandingClock {
    pub(crate) fn advance(&self, time: std::time::Duration) {
        self.0.set(self.0.get() + time);
    }
}

impl kiosk::Timer for StandingClock {
    fn elapsed(&self) -> std::time::Duration {
        self.0.get()
    }

    fn sleep(&self, time: std::time::Duration) {
        self.advance(time);
    }
}
