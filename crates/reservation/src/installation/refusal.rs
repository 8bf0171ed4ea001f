//! Why an installation's command is refused.

use core::fmt;

use crate::{PinKind, ReservationNumber, Timestamp};

/// Why, with what the person or the program can use of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// This device key is not registered.
    NotRegistered,
    /// Too many face failures on this app.
    Locked {
        /// The first instant at which the lock is over.
        until: Timestamp,
        /// The number of the card in the booking in hand, if one was proved in it: by it the support desk finds the
        /// holder (design §6).
        number: Option<ReservationNumber>,
    },
    /// The idempotency key was used with another body.
    KeyReused,
    /// No such booking in hand; a newer one has taken its place, perhaps.
    BookingUnknown,
    /// The booking's 15 minutes are over.
    BookingOver {
        /// The first instant at which it was.
        deadline: Timestamp,
    },
    /// The step does not follow from where the booking stands.
    OutOfOrder {
        /// What would follow.
        next: Expected,
    },
    /// Another card, key or surface file than the booking was bound to.
    AnotherCard,
    /// The surface file is missing though the signature PIN is to be reset, or there though it is not.
    EvidenceUnfit {
        /// The PIN to be reset.
        target: PinKind,
    },
    /// All challenges of this booking are used up: begin anew.
    ChallengesExhausted,
    /// The frames answer a challenge that is not out.
    ChallengeUnknown,
    /// The frames came too late: ask for a new challenge. No failure is counted.
    ChallengeOver,
    /// An attempt is being matched.
    AttemptOpen {
        /// The first instant at which it counts as failed if no verdict comes.
        until: Timestamp,
    },
    /// The attempt was made with other frames.
    AttemptUsed,
    /// No such attempt is open.
    AttemptUnknown,
}

/// What a booking expects next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Card evidence.
    Card,
    /// A face challenge, or frames on it.
    Face,
    /// The reservation.
    Reservation,
    /// Nothing: the booking is finished.
    Nothing,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotRegistered => "this installation is not registered",
            Self::Locked { .. } => "this installation is locked after too many face failures",
            Self::KeyReused => "the idempotency key was used with another body",
            Self::BookingUnknown => "no such booking in hand",
            Self::BookingOver { .. } => "the booking's 15 minutes are over",
            Self::OutOfOrder { .. } => "the step does not follow from where the booking stands",
            Self::AnotherCard => "another card than the booking was bound to",
            Self::EvidenceUnfit { .. } => "the evidence does not fit the PIN to be reset",
            Self::ChallengesExhausted => "all face challenges of this booking are used up",
            Self::ChallengeUnknown => "no such face challenge is out",
            Self::ChallengeOver => "the frames came after the challenge's deadline",
            Self::AttemptOpen { .. } => "an attempt is being matched",
            Self::AttemptUsed => "the attempt was made with other frames",
            Self::AttemptUnknown => "no such attempt is open",
        })
    }
}

impl core::error::Error for Refusal {}
