//! Waiting for a card to come or go, in slices: the stack's own cancel is unreliable on some platforms.

use std::ffi::CStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ::pcsc::{Context, Error, ReaderState, State};

use crate::reader::error::{ReaderError, WaitError};

/// How long a wait goes without looking whether it was cancelled.
const SLICE: Duration = Duration::from_millis(200);

/// Ends waits from another thread. Once cancelled it stays so.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Nothing cancelled yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends every wait that was given this, within a fifth of a second.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether [`Cancel::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Present,
    Empty,
}

/// Whether a card is on the reader now.
pub(super) fn has_card(context: &Context, name: &CStr) -> Result<bool, ReaderError> {
    let mut state = [ReaderState::new(name, State::UNAWARE)];
    context.get_status_change(Duration::ZERO, &mut state).map_err(ReaderError::from_stack)?;
    present(&state[0])
}

/// Waits for a card to be there or not, at most `limit`.
pub(super) fn until(
    context: &Context,
    name: &CStr,
    until: Until,
    limit: Duration,
    cancel: &Cancel,
) -> Result<(), WaitError> {
    let begun = Instant::now();
    let mut state = [ReaderState::new(name, State::UNAWARE)];
    loop {
        if cancel.is_cancelled() {
            return Err(WaitError::Cancelled);
        }
        let left = limit.saturating_sub(begun.elapsed());
        match context.get_status_change(left.min(SLICE), &mut state) {
            Ok(()) => {
                if present(&state[0])? == (until == Until::Present) {
                    return Ok(());
                }
                state[0].sync_current_state();
            }
            Err(Error::Timeout) => {}
            Err(error) => return Err(ReaderError::from_stack(error).into()),
        }
        if left.is_zero() {
            return Err(WaitError::TimedOut);
        }
    }
}

fn present(state: &ReaderState) -> Result<bool, ReaderError> {
    let seen = state.event_state();
    if seen.intersects(State::UNKNOWN | State::UNAVAILABLE | State::IGNORE) {
        return Err(ReaderError::Unplugged);
    }
    Ok(seen.contains(State::PRESENT))
}
