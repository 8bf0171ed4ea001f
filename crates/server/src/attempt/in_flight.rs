//! The attempts that this process is judging: none is judged twice at once, however often it is sent.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use reservation::AttemptId;
use wire::problem::ProblemType;

use crate::problem::Refusal;

/// The attempts that are being judged. Clones are the same set.
#[derive(Clone, Debug, Default)]
pub struct InFlight(Arc<Mutex<HashSet<AttemptId>>>);

/// This attempt is being judged until this is dropped.
#[derive(Debug)]
pub struct Judging {
    set: InFlight,
    attempt: AttemptId,
}

impl InFlight {
    /// Notes that this attempt is being judged.
    ///
    /// # Errors
    /// `attempt-in-progress` if it already is.
    pub fn enter(&self, attempt: AttemptId) -> Result<Judging, Refusal> {
        let entered = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(attempt);
        if entered {
            Ok(Judging { set: self.clone(), attempt })
        } else {
            Err(Refusal::new(ProblemType::AttemptInProgress).because("the same attempt is being judged"))
        }
    }
}

impl Drop for Judging {
    fn drop(&mut self) {
        self.set.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.attempt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_judged_by_one_at_a_time() {
        let set = InFlight::default();
        let (first, other) = (AttemptId::from_u128(1), AttemptId::from_u128(2));
        let judging = set.enter(first).unwrap();
        assert_eq!(set.enter(first).unwrap_err().kind(), ProblemType::AttemptInProgress);
        assert!(set.enter(other).is_ok());
        drop(judging);
        assert!(set.enter(first).is_ok());
    }
}
