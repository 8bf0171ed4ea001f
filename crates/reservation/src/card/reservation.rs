//! A reservation, and how it lives and ends.
//!
//! A reservation's state is its type parameter: [`Live`] in the one place where one may live, [`End`] in the
//! list of those that ended. What is live has no end, and what has ended cannot be claimed.

use crate::card::{Approval, EndedClaim, LiveClaim};
use crate::limits::CLAIMS_PER_RESERVATION;
use crate::{BookingId, ClaimId, InstallationId, KeyHash, PinKind, ReservationNumber, StaffId, Timestamp};

/// The right to reset the target PIN of one card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation<S> {
    /// The booking it came from, which names it.
    pub booking: BookingId,
    /// The card's number when it was made.
    pub number: ReservationNumber,
    /// The PIN to be reset.
    pub target: PinKind,
    /// The key that booked: a claim must be made with the same.
    pub known_key: KeyHash,
    /// The app that booked.
    pub installation: InstallationId,
    /// When it was made.
    pub made_at: Timestamp,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
    /// Claims that have ended, oldest first.
    pub claims: Vec<EndedClaim>,
    /// Where it stands.
    pub state: S,
}

/// Where a living reservation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Live {
    /// Waiting for the holder at a kiosk.
    Reserved {
        /// The first of the two people of the desk who cancel it.
        approval: Option<Approval>,
    },
    /// A kiosk is at work. It may finish even if the reservation's own end passes meanwhile.
    Claimed(LiveClaim),
}

/// How a reservation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The card proved the new PIN.
    Completed {
        /// When the proof arrived.
        at: Timestamp,
        /// The claim that it names.
        claim: ClaimId,
    },
    /// The holder or the desk ended it.
    Cancelled {
        /// When.
        at: Timestamp,
        /// Who.
        by: CancelledBy,
    },
    /// All claims were spent without a proof.
    Exhausted {
        /// When the last was.
        at: Timestamp,
    },
    /// Its 24 hours were over.
    Expired {
        /// When.
        at: Timestamp,
    },
    /// A newer booking of the same card took its place.
    Replaced {
        /// When.
        at: Timestamp,
        /// Which booking.
        by: BookingId,
    },
}

/// Who cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CancelledBy {
    /// The holder, in the app.
    Holder,
    /// The desk.
    Desk {
        /// Who agreed first.
        first: StaffId,
        /// Who did it.
        second: StaffId,
    },
}

impl<S> Reservation<S> {
    /// The same reservation, standing elsewhere.
    pub(super) fn with<T>(self, state: T) -> Reservation<T> {
        let Self { booking, number, target, known_key, installation, made_at, expires_at, claims, .. } = self;
        Reservation { booking, number, target, known_key, installation, made_at, expires_at, claims, state }
    }
}

impl Reservation<Live> {
    /// Claims that are left, the one whose lease runs counted as used.
    pub fn claims_left(&self) -> u8 {
        let used = self.claims.len() + usize::from(matches!(self.state, Live::Claimed(_)));
        u8::try_from(CLAIMS_PER_RESERVATION.saturating_sub(used)).unwrap_or(u8::MAX)
    }
}

impl End {
    /// When the reservation ended.
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Completed { at, .. }
            | Self::Cancelled { at, .. }
            | Self::Exhausted { at }
            | Self::Expired { at }
            | Self::Replaced { at, .. } => *at,
        }
    }
}
