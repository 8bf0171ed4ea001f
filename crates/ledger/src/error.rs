//! What can go wrong at a store, split by what the caller can do about it.

/// Why a store did not do its work. The store logs the particulars; callers need the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// No connection could be made.
    #[error("the store cannot be reached")]
    NotConnected,
    /// No answer in time.
    #[error("the store did not answer in time")]
    TimedOut,
    /// The connection broke.
    #[error("the connection to the store broke")]
    Disconnected,
    /// More work is waiting than the store accepts.
    #[error("the store has too much to do")]
    Busy,
    /// No room for more; reading still works.
    #[error("the store is full")]
    Full,
    /// The store's settings would let it lose what it acknowledged.
    #[error("the store's settings are not safe")]
    UnsafeSettings,
    /// The store refused the command or the credentials.
    #[error("the store refused")]
    Refused,
    /// The disk failed; a restart is needed.
    #[error("the store's disk failed")]
    Disk,
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
}

/// Why nothing was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Try again later.
    #[error("nothing was read: {0}")]
    Unavailable(Cause),
    /// What was read has not the form this program writes.
    #[error("the store holds a record of no known form")]
    Damaged,
}

/// Why a commit was not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The record has another version by now: load, decide and commit anew.
    #[error("the record has changed meanwhile")]
    Conflict,
    /// Certainly not done; try again later.
    #[error("nothing was committed: {0}")]
    NotDone(Cause),
    /// Done or not; commit the *same* change again to find out.
    #[error("the commit's outcome is unknown: {0}")]
    OutcomeUnknown(Cause),
    /// The caller's clock is more than two seconds ahead of the store's; certainly not done.
    #[error("the clock is {by_millis} ms ahead of the store's")]
    ClockAhead {
        /// Milliseconds ahead.
        by_millis: i64,
    },
    /// What the store holds under this key has not the form this program writes; certainly not done.
    #[error("the store holds a record of no known form")]
    Damaged,
    /// Record or event exceed their bounds; certainly not done.
    #[error("the record or its event is too large")]
    TooLarge,
}

/// Why nothing can be said about a first use. Refuse it: asking again would find our own trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RememberError {
    /// Certainly not remembered.
    #[error("nothing was remembered: {0}")]
    NotDone(Cause),
    /// Remembered or not.
    #[error("whether it was remembered is unknown: {0}")]
    OutcomeUnknown(Cause),
}

/// Whether the store can take commits now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It can.
    Ready,
    /// It cannot, and why.
    NotReady(NotReady),
}

/// Why a store takes no commits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// It does not answer.
    #[error("{0}")]
    Unavailable(Cause),
    /// Its settings are unsafe; each line says what to change.
    #[error("unsafe settings: {}", .0.join("; "))]
    UnsafeSettings(Vec<String>),
    /// The two clocks differ by more than two seconds.
    #[error("this machine's clock is {by_millis} ms ahead of the store's")]
    ClocksDiffer {
        /// Milliseconds by which the caller's clock is ahead; negative when it is behind.
        by_millis: i64,
    },
}
