//! The record of one card.

use crate::card::{End, Fact, Live, Reservation};
use crate::decision::Dated;
use crate::installation::Verdict;
use crate::{AttemptId, BookingId, FrameMark, InstallationId, ReservationNumber, StaffId, Timestamp};

/// One card that has proved itself at least once. Which card it is, only the record's key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The number by which the support desk finds this card now.
    pub number: ReservationNumber,
    /// The highest instant this record has seen.
    pub high_water: Timestamp,
    /// Begins anew whenever the consecutive failures do: after a match, a lock's end, a lift.
    pub generation: u32,
    /// Face failures in all; only a lift resets them.
    pub failures_in_all: u16,
    /// Whether it may be booked and claimed.
    pub standing: Standing,
    /// Bookings of the last minutes in which it proved itself, oldest first.
    pub proved_in: Vec<ProvedIn>,
    /// Verdicts of late, oldest first, so that a repeat gets the same answer.
    pub verdicts: Vec<SettledAttempt>,
    /// Frames of attempts of late, oldest first, so that none is taken twice.
    pub frames_seen: Vec<FrameMark>,
    /// The reservation that lives, if one does.
    pub live: Option<Reservation<Live>>,
    /// Reservations that ended, oldest first, so that a late proof finds its claim.
    pub ended: Vec<Reservation<End>>,
    /// What happened of late, oldest first, for the support desk.
    pub history: Vec<Dated<Fact>>,
}

/// Whether a card may be booked and claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Open {
        /// Consecutive face failures, below [`crate::limits::FACE_FAILURES_TO_LOCK`].
        failures: u8,
        /// The attempt that is debited and has no verdict yet; one at a time.
        attempt: Option<OpenAttempt>,
    },
    /// Five consecutive failures: locked for a time.
    LockedUntil {
        /// When it began.
        since: Timestamp,
        /// The first instant at which it is over.
        until: Timestamp,
        /// The app on which the last failure was.
        installation: InstallationId,
        /// The first of the two people who lift it.
        approval: Option<Approval>,
    },
    /// Fifty failures in all: locked until two people lift it.
    LockedForGood {
        /// When it began.
        since: Timestamp,
        /// The app on which the last failure was.
        installation: InstallationId,
        /// The first of the two people who lift it.
        approval: Option<Approval>,
    },
}

/// An attempt that is debited and has no verdict yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAttempt {
    /// Which.
    pub attempt: AttemptId,
    /// In which booking.
    pub booking: BookingId,
    /// On which app.
    pub installation: InstallationId,
    /// The first instant at which it counts as failed.
    pub deadline: Timestamp,
}

/// A booking in which the card proved itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedIn {
    /// Which.
    pub booking: BookingId,
    /// When.
    pub at: Timestamp,
    /// Debits voided in it so far.
    pub voids: u8,
}

/// An attempt that has its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledAttempt {
    /// Which.
    pub attempt: AttemptId,
    /// In which booking.
    pub booking: BookingId,
    /// How it ended.
    pub verdict: Verdict,
    /// When.
    pub at: Timestamp,
}

/// A first staff member has agreed; a second, different one must too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub staff: StaffId,
    /// When.
    pub at: Timestamp,
}
