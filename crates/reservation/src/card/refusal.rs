//! Why a card's command is refused.

use core::fmt;

use crate::card::{ClaimOutcome, End};
use crate::{PinKind, ReservationNumber, Timestamp};

/// Why, with what the person or the program can use of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The card has not proved itself, at all or in this booking.
    NotProved,
    /// Too many consecutive face failures with this card.
    Locked {
        /// The first instant at which the lock is over.
        until: Timestamp,
        /// For the support desk.
        number: ReservationNumber,
    },
    /// Too many face failures in all: two people must lift the lock.
    LockedForGood {
        /// For the support desk.
        number: ReservationNumber,
    },

    /// Another attempt is being matched.
    AttemptOpen {
        /// The first instant at which it counts as failed if no verdict comes.
        until: Timestamp,
    },
    /// No such attempt was debited.
    AttemptUnknown,
    /// The attempt's time was over before it reached the card.
    AttemptOver,
    /// A frame was in an earlier attempt with this card.
    FrameSeen {
        /// Which of the frames, counted from 0.
        frame: usize,
    },
    /// The booking has no accepted match with this card.
    NotMatched,

    /// The booking's 15 minutes were over before it became a reservation.
    BookingOver {
        /// The first instant at which they were.
        deadline: Timestamp,
    },
    /// Too many reservations of late.
    TooManyReservations {
        /// When the next can be made.
        until: Timestamp,
    },
    /// A kiosk is at work on this card's reservation.
    ClaimLives {
        /// The first instant at which its hold is over.
        lease_ends: Timestamp,
    },

    /// There is no reservation of this card.
    NoReservation,
    /// The reservation has ended.
    Ended(End),
    /// The reservation is for the other PIN.
    AnotherTarget {
        /// The PIN it is for.
        reserved: PinKind,
    },
    /// The reservation was booked with another key of this card.
    AnotherKey,
    /// Kiosks are closed.
    OutsideHours {
        /// When they open.
        opens_at: Timestamp,
    },
    /// This kiosk does not reset this PIN kind.
    KindNotOffered {
        /// Which.
        target: PinKind,
    },
    /// The session was used with another body, or its claim has ended.
    SessionUsed,
    /// The card challenge was used in another claim.
    ChallengeUsed,
    /// The grant or the key is larger than a record may hold, or its lease longer than a claim's.
    GrantUnfit,

    /// No such claim.
    ClaimUnknown,
    /// The claim is another kiosk's.
    AnotherKiosk,
    /// The claim has ended.
    ClaimEnded(ClaimOutcome),

    /// The reservation is another installation's.
    AnotherInstallation,
    /// The number is not this card's current one.
    NumberNotCurrent,
    /// The card is not locked.
    NotLocked,
    /// Nobody has agreed yet, or too long ago.
    NotApproved,
    /// The same person cannot be both of the two.
    SamePerson,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotProved => "the card has not proved itself",
            Self::Locked { .. } => "the card is locked after too many face failures",
            Self::LockedForGood { .. } => "the card is locked until two members of staff lift it",
            Self::AttemptOpen { .. } => "another attempt is being matched",
            Self::AttemptUnknown => "no such attempt was debited",
            Self::AttemptOver => "the attempt's time was over before it reached the card",
            Self::FrameSeen { .. } => "a frame was in an earlier attempt with this card",
            Self::NotMatched => "the booking has no accepted match with this card",
            Self::BookingOver { .. } => "the booking's 15 minutes are over",
            Self::TooManyReservations { .. } => "too many reservations of late",
            Self::ClaimLives { .. } => "a kiosk is at work on this card's reservation",
            Self::NoReservation => "there is no reservation of this card",
            Self::Ended(End::Completed { .. }) => "the reservation is completed",
            Self::Ended(End::Cancelled { .. }) => "the reservation was cancelled",
            Self::Ended(End::Exhausted { .. }) => "all claims of the reservation are spent",
            Self::Ended(End::Expired { .. }) => "the reservation's 24 hours are over",
            Self::Ended(End::Replaced { .. }) => "a newer booking took the reservation's place",
            Self::AnotherTarget { .. } => "the reservation is for the other PIN",
            Self::AnotherKey => "the reservation was booked with another key",
            Self::OutsideHours { .. } => "kiosks are closed",
            Self::KindNotOffered { .. } => "this kiosk does not reset this PIN kind",
            Self::SessionUsed => "the session is used up",
            Self::ChallengeUsed => "the card challenge was used in another claim",
            Self::GrantUnfit => "the grant does not fit a claim",
            Self::ClaimUnknown => "no such claim",
            Self::AnotherKiosk => "the claim is another kiosk's",
            Self::ClaimEnded(_) => "the claim has ended",
            Self::AnotherInstallation => "the reservation is another installation's",
            Self::NumberNotCurrent => "the number is not this card's current one",
            Self::NotLocked => "the card is not locked",
            Self::NotApproved => "no first staff member has agreed",
            Self::SamePerson => "a second, different staff member is needed",
        })
    }
}

impl core::error::Error for Refusal {}
