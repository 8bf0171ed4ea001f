//! What is stored, and how: one record per aggregate, compared and committed in one atomic step.
//!
//! From the top: handlers use a [`Store`], which knows the records' types, seals them, and follows up every
//! commit to a certain end where there is one. Beneath it lies a [`Ledger`], which knows bytes and versions:
//! [`EmbeddedLedger`] in this crate, Redis in `ledger-redis`.
//!
//! | module | idea |
//! |---|---|
//! | [`store`] | typed records: load, decide and commit in one call |
//! | [`forms`] | what records look like in bytes |
//! | [`seal`] | sealing, root keys, rotation |
//! | [`retention`] | how long each kind is kept |
//! | [`port`] | the [`Ledger`] trait that every store implements |
//! | [`key`] | what a record is called by, and its partition |
//! | [`change`] | one commit |
//! | [`error`] | what can go wrong, split by what the caller can do |
//! | [`contract`] | what every store must do, as tests |
//! | [`clock`] | the clock of a store inside the program |
//! | [`embedded`] | the store inside the program, on redb |

pub mod change;
pub mod clock;
pub mod contract;
pub mod embedded;
pub mod error;
pub mod forms;
pub mod key;
pub mod port;
pub mod retention;
pub mod seal;
pub mod store;

pub use change::{
    CLOCK_TOLERANCE_MILLIS, Change, CommitId, EVENT_MAX_BYTES, EVENTS_KEPT, Page, RECORD_MAX_BYTES,
    Remembered, Stored, StoredEvent,
};
pub use clock::{Clock, ManualClock, SteadyClock};
pub use embedded::EmbeddedLedger;
pub use error::{Cause, CommitError, Health, NotReady, ReadError, RememberError};
pub use forms::{Kiosk, KioskFact};
pub use key::{ListedKind, Partition, Purpose, RecordKey, RecordKind, RememberedKey};
pub use port::Ledger;
pub use seal::{RootKey, Sealer};
pub use store::{NumberTaken, Patience, Record, SessionUsed, Step, Store, StoreError, TransactError};
