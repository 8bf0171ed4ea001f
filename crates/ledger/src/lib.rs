//! What is stored, and how: one record per aggregate, compared and committed in one atomic step.
//!
//! | module | idea |
//! |---|---|
//! | [`port`] | the [`Ledger`] trait that every store implements |
//! | [`key`] | what a record is called by, and its partition |
//! | [`change`] | one commit |
//! | [`error`] | what can go wrong, split by what the caller can do |
//! | [`clock`] | the clock of a store inside the program |
//! | [`contract`] | what every store must do, as tests |
//! | [`embedded`] | the store inside the program, on redb |

pub mod change;
pub mod clock;
pub mod contract;
pub mod embedded;
pub mod error;
pub mod key;
pub mod port;

pub use change::{
    CLOCK_TOLERANCE_MILLIS, Change, CommitId, EVENT_MAX_BYTES, EVENTS_KEPT, Page, RECORD_MAX_BYTES,
    Remembered, Stored, StoredEvent,
};
pub use clock::{Clock, ManualClock, SteadyClock};
pub use embedded::EmbeddedLedger;
pub use error::{Cause, CommitError, Health, NotReady, ReadError, RememberError};
pub use key::{ListedKind, Partition, Purpose, RecordKey, RecordKind, RememberedKey};
pub use port::Ledger;
