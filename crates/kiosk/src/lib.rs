//! The terminal in the store: it claims a reservation with the holder's card and known PIN, sets the new PIN, and
//! sees to it that the server learns how it ended, whatever happens to the card, the network or itself.
//!
//! | module | idea |
//! |---|---|
//! | [`redemption`] | one visit, from the session to the end |
//! | [`stage`] | how far a claim has come, and what may follow: pure |
//! | [`journal`] | the same on disk, before anything is sent |
//! | [`delivery`] | a message that must arrive, and recovery after a stop |
//! | [`outcome`] | how a visit ended |
//! | [`server`], [`http`] | the server, and the same over mutual TLS |
//! | [`reader`], [`person`], [`timer`] | what the kiosk needs of the world |
//! | [`birth_date`] | what a new user PIN must not be |

pub mod birth_date;
pub mod delivery;
mod doubt;
pub mod http;
pub mod journal;
pub mod outcome;
pub mod person;
pub mod reader;
pub mod redemption;
pub mod server;
mod session;
pub mod stage;
pub mod timer;

pub use delivery::{Delivery, Recovered, recover};
pub use http::HttpKioskServer;
pub use journal::{ClaimJournal, JournalError, JournalFile};
pub use outcome::{NotClaimed, Outcome};
pub use person::{Answer, KnownPinComplaint, Notice, Person};
pub use reader::{CardGone, NoCard, Reader};
pub use redemption::{Kiosk, Patience, wait_for_removal};
pub use server::KioskServer;
pub use stage::{ClaimToken, Stage, Verdict};
pub use timer::{SystemTimer, Timer};
