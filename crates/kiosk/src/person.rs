//! The holder before the kiosk: what is told and what is asked. A terminal today, a touch screen later.

use std::time::Duration;

use card::{SelectError, Tries};
use client::{Counters, Failure};
use reservation::PinKind;
use reservation::pin::PinFormat;
use secret::NewPinRefused;
use time::OffsetDateTime;

/// What is told while the reset goes on.
#[derive(Clone, Debug)]
pub enum Notice {
    /// Put the card on the reader.
    PutCard,
    /// What the card's counters say, before any PIN is typed.
    Counters(Counters),
    /// The card proved itself; the reservation is being claimed.
    Claiming,
    /// The reservation is held until then; now the new PIN.
    Granted {
        /// The hold ends here.
        lease_ends: OffsetDateTime,
    },
    /// The card is taking the new PIN: do not move it.
    Resetting,
    /// The card left in mid-reset: put it back, so that it can be asked what became of it.
    PutCardBack,
    /// The card that was put back cannot be asked.
    NotAsked(Option<SelectError>),
    /// The card took the new PIN and proved it; the server is being told.
    PinSet,
    /// The server could not be told yet; the kiosk will go on trying.
    ToldLater(Failure),
    /// Take the card and do not leave it behind.
    TakeCard {
        /// Whether it was said before.
        again: bool,
    },
}

/// Why the known PIN is asked for once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownPinComplaint {
    /// It was not of this PIN's form, and no try was spent.
    Format(PinFormat),
    /// It was wrong.
    Wrong,
}

/// What came of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// This was typed. Whoever asked wipes it.
    Typed(T),
    /// The holder does not want to go on.
    GaveUp,
    /// Nobody typed for as long as was waited.
    NotInTime,
}

/// The holder before the kiosk.
pub trait Person {
    /// Tells something.
    fn tell(&mut self, notice: &Notice);

    /// Asks for the known PIN, having shown the tries left; waits no longer than `patience` for each key.
    fn known_pin(
        &mut self,
        kind: PinKind,
        tries: Tries,
        complaint: Option<KnownPinComplaint>,
        patience: Duration,
    ) -> Answer<String>;

    /// Asks for the new PIN, twice; waits no longer than `patience` for each key.
    fn new_pin(
        &mut self,
        kind: PinKind,
        complaint: Option<NewPinRefused>,
        patience: Duration,
    ) -> Answer<(String, String)>;
}
