//! One commit brought to a certain end, or told to be uncertain.
//!
//! Once an outcome is unknown, the *same* change is committed again: it is acknowledged if it had been done, and
//! done if it had not. If another commit has overtaken it meanwhile, the record's events tell whether it was
//! there. Nothing that a later try says — not even "certainly not done" — tells of the first.

use std::time::Duration;

use aws_lc_rs::rand;
use tokio::time::Instant;

use super::Store;
use super::error::{Once, StoreError};
use crate::change::Change;
use crate::error::Cause;

/// How long an unknown outcome is followed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Further tries after the first.
    pub tries: u32,
    /// The wait before each of them; the first comes at once.
    pub pause: Duration,
    /// No try begins later than this after the first.
    pub at_most: Duration,
}

/// Bounds of the random wait after a conflict.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

impl Default for Patience {
    /// Five further tries, a quarter of a second apart, within four seconds.
    fn default() -> Self {
        Self { tries: 5, pause: Duration::from_millis(250), at_most: Duration::from_secs(4) }
    }
}

/// Waits a little after the first conflict, at random and longer with each, so that many who want one record do
/// not meet again and again.
pub(super) async fn stand_back(conflicts: usize) {
    let Some(doublings) = conflicts.checked_sub(1) else { return };
    let mut random = [0; 2];
    rand::fill(&mut random).expect("the system's random source works, or nothing here is safe");
    let most = LONGEST_PAUSE.min(SHORTEST_PAUSE * (1 << doublings.min(8)));
    tokio::time::sleep(most * u32::from(u16::from_be_bytes(random)) / u32::from(u16::MAX)).await;
}

impl Store {
    /// Commits. `true`: it is durable. `false`: another commit came first; decide anew.
    pub(super) async fn settle(&self, change: &Change) -> Result<bool, StoreError> {
        match self.ledger.commit(change).await.into() {
            Once::Done => Ok(true),
            Once::Conflict => Ok(false),
            Once::Failed(error) => Err(error),
            Once::Unknown(cause) => self.follow_up(change, cause).await,
        }
    }

    async fn follow_up(&self, change: &Change, mut cause: Cause) -> Result<bool, StoreError> {
        let began = Instant::now();
        for number in 0..self.patience.tries {
            if number > 0 {
                tokio::time::sleep(self.patience.pause).await;
            }
            if began.elapsed() > self.patience.at_most {
                break;
            }
            tracing::warn!(key = ?change.key, %cause, "a commit's outcome is unknown: committing the same again");
            match self.ledger.commit(change).await.into() {
                Once::Done => return Ok(true),
                Once::Conflict => match self.is_among_events(change).await {
                    Ok(was_done) => return Ok(was_done),
                    Err(error) => cause = error,
                },
                Once::Unknown(again) => cause = again,
                Once::Failed(StoreError::Unavailable(again)) => cause = again,
                Once::Failed(_) => break,
            }
        }
        tracing::error!(key = ?change.key, %cause, "a commit's outcome stays unknown");
        Err(StoreError::OutcomeUnknown(cause))
    }

    /// Whether an overtaken commit was done: its event stands before those of the commits that overtook it.
    async fn is_among_events(&self, change: &Change) -> Result<bool, Cause> {
        match self.ledger.events(&change.key).await {
            Ok(events) => Ok(events.iter().any(|event| event.version == change.next)),
            Err(crate::ReadError::Unavailable(cause)) => Err(cause),
            Err(crate::ReadError::Damaged) => Err(Cause::Refused),
        }
    }
}
