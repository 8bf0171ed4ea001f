//! What can go wrong with the store, split by what a handler can do about it.

use crate::error::{Cause, CommitError, ReadError};
use crate::forms::DecodeError;
use crate::seal::UnsealError;

/// Why the store did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Certainly not done; try again later.
    #[error("the store is not available: {0}")]
    Unavailable(Cause),
    /// Done or not. Never "ok", never "failed": the client keeps its key and asks again.
    #[error("it is not known whether the store did it: {0}")]
    OutcomeUnknown(Cause),
    /// The record changed each time; try again later.
    #[error("too many changes of one record at once")]
    Contended,
    /// Our clock is ahead of the store's; certainly not done. The operator must mend a clock.
    #[error("the clock is {by_millis} ms ahead of the store's")]
    ClockAhead {
        /// Milliseconds ahead.
        by_millis: i64,
    },
    /// Tampered with, or sealed under a key we do not have. An alarm has been raised.
    #[error(transparent)]
    Sealed(UnsealError),
    /// Rightly sealed, and not readable.
    #[error(transparent)]
    Form(#[from] DecodeError),
    /// The store holds something this program never writes.
    #[error("the store holds a record of no known form")]
    Damaged,
    /// The rules let a record grow beyond its bound.
    #[error("the record or its event is too large")]
    TooLarge,
}

impl From<ReadError> for StoreError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unavailable(cause) => Self::Unavailable(cause),
            ReadError::Damaged => Self::Damaged,
        }
    }
}

/// Why nothing was committed, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransactError<R> {
    /// The rules refused; nothing was committed.
    #[error("refused")]
    Refused(R),
    /// The store; see there what is certain.
    #[error(transparent)]
    Store(StoreError),
}

/// How a commit that was tried once, and never before, came out.
pub(super) enum Once {
    Done,
    Conflict,
    Unknown(Cause),
    Failed(StoreError),
}

impl From<Result<(), CommitError>> for Once {
    fn from(result: Result<(), CommitError>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(CommitError::Conflict) => Self::Conflict,
            Err(CommitError::OutcomeUnknown(cause)) => Self::Unknown(cause),
            Err(CommitError::NotDone(cause)) => Self::Failed(StoreError::Unavailable(cause)),
            Err(CommitError::ClockAhead { by_millis }) => Self::Failed(StoreError::ClockAhead { by_millis }),
            Err(CommitError::Damaged) => Self::Failed(StoreError::Damaged),
            Err(CommitError::TooLarge) => Self::Failed(StoreError::TooLarge),
        }
    }
}
