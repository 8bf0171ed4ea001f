//! Reservations and their claims, as a card's record holds them.
//!
//! A reservation's state is its type parameter: [`Live`] in the one place where one may live, [`End`] in the
//! list of those that ended. What is live has no end, and what has ended cannot be claimed.

use crate::card::{Approval, Card, Grant};
use crate::limits::CLAIMS_PER_RESERVATION;
use crate::statement::CardChallenge;
use crate::{
    BookingId, ClaimId, InstallationId, KeyHash, KioskId, Nonce, PinKind, RequestHash, ReservationNumber,
    SessionId, StaffId, Timestamp,
};

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

/// What a claim is, however it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimFacts {
    /// Which.
    pub id: ClaimId,
    /// The kiosk session it was made in; a session makes one claim.
    pub session: SessionId,
    /// What the kiosk sent.
    pub request: RequestHash,
    /// The kiosk.
    pub kiosk: KioskId,
    /// The challenge its authorisation is bound to.
    pub card_challenge: CardChallenge,
    /// What the target key signs with the new PIN.
    pub completion_nonce: Nonce,
    /// The target key, SubjectPublicKeyInfo in DER: kept so that a late proof can be checked.
    pub target_key: Vec<u8>,
    /// When it was made.
    pub made_at: Timestamp,
    /// The first instant at which the kiosk's hold is over.
    pub lease_ends: Timestamp,
}

/// A claim whose lease runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveClaim {
    /// The claim.
    pub facts: ClaimFacts,
    /// The reply that granted it, to be repeated byte for byte.
    pub grant: Grant,
    /// When the kiosk said that nobody can tell how the reset ended, if it did.
    pub unknown_since: Option<Timestamp>,
}

/// A claim that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedClaim {
    /// The claim.
    pub facts: ClaimFacts,
    /// How it ended.
    pub outcome: ClaimOutcome,
}

/// How a claim ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// Its proof completed the reservation.
    Completed {
        /// When it arrived.
        at: Timestamp,
    },
    /// Its proof was good, but the reservation had ended otherwise.
    Noted {
        /// When it arrived.
        at: Timestamp,
    },
    /// The card certainly kept its old state.
    Failed {
        /// When the kiosk said so.
        at: Timestamp,
        /// Why.
        reason: FailureReason,
    },
    /// The lease ran out without a proof.
    Lapsed {
        /// When.
        at: Timestamp,
        /// Whether the kiosk had said that nobody can tell.
        reported: bool,
    },
    /// A late proof of an earlier claim completed the reservation under it.
    Overtaken {
        /// When.
        at: Timestamp,
    },
}

/// Why a reset certainly did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureReason {
    /// The holder gave up.
    HolderLeft,
    /// The card left the reader before the reset command was sent.
    CardRemoved,
    /// The card refused the authorisation or the reset command.
    CardRefused,
    /// The lease ended before the new PIN was typed.
    TimedOut,
    /// The kiosk stopped before the reset command was sent.
    KioskStopped,
}

/// A reservation as app, desk and repeated answers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservationStatus {
    /// The booking it came from.
    pub booking: BookingId,
    /// The app that booked.
    pub installation: InstallationId,
    /// The number to read out.
    pub number: ReservationNumber,
    /// The PIN to be reset.
    pub target: PinKind,
    /// When it was made.
    pub made_at: Timestamp,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: Status,
}

/// Where a reservation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Waiting for the holder at a kiosk.
    Reserved {
        /// Claims that are left.
        claims_left: u8,
    },
    /// A kiosk is at work.
    Claimed {
        /// The first instant at which its hold is over.
        lease_ends: Timestamp,
    },
    /// It ended.
    Ended(End),
}

impl<S> Reservation<S> {
    /// The same reservation, standing elsewhere.
    pub(super) fn with<T>(self, state: T) -> Reservation<T> {
        let Self { booking, number, target, known_key, installation, made_at, expires_at, claims, .. } = self;
        Reservation { booking, number, target, known_key, installation, made_at, expires_at, claims, state }
    }

    fn seen_as(&self, state: Status) -> ReservationStatus {
        ReservationStatus {
            booking: self.booking,
            installation: self.installation,
            number: self.number,
            target: self.target,
            made_at: self.made_at,
            expires_at: self.expires_at,
            state,
        }
    }
}

impl Reservation<Live> {
    /// Claims that are left, the one whose lease runs counted as used.
    pub fn claims_left(&self) -> u8 {
        let used = self.claims.len() + usize::from(matches!(self.state, Live::Claimed(_)));
        u8::try_from(CLAIMS_PER_RESERVATION.saturating_sub(used)).unwrap_or(u8::MAX)
    }

    /// As app and desk see it.
    pub fn status(&self) -> ReservationStatus {
        self.seen_as(match &self.state {
            Live::Reserved { .. } => Status::Reserved { claims_left: self.claims_left() },
            Live::Claimed(claim) => Status::Claimed { lease_ends: claim.facts.lease_ends },
        })
    }
}

impl Reservation<End> {
    /// As app and desk see it.
    pub fn status(&self) -> ReservationStatus {
        self.seen_as(Status::Ended(self.state.clone()))
    }
}

impl Card {
    /// The reservation that came from this booking, whether it lives or has ended.
    pub fn reservation(&self, booking: BookingId) -> Option<ReservationStatus> {
        let live = self.live.iter().find(|live| live.booking == booking).map(Reservation::<Live>::status);
        live.or_else(|| {
            self.ended.iter().find(|ended| ended.booking == booking).map(Reservation::<End>::status)
        })
    }

    /// Every claim the record knows, with its reservation's booking and target.
    fn claims(&self) -> impl Iterator<Item = (&ClaimFacts, BookingId, PinKind)> {
        let running = self.live.iter().filter_map(|live| match &live.state {
            Live::Claimed(claim) => Some((&claim.facts, live.booking, live.target)),
            Live::Reserved { .. } => None,
        });
        let spent = self
            .live
            .iter()
            .flat_map(|live| live.claims.iter().map(move |claim| (&claim.facts, live.booking, live.target)));
        let ended = self.ended.iter().flat_map(|ended| {
            ended.claims.iter().map(move |claim| (&claim.facts, ended.booking, ended.target))
        });
        running.chain(spent).chain(ended)
    }

    /// What a completion of this claim must be checked against: nonce and key, and the target they are for.
    pub fn claim(&self, id: ClaimId) -> Option<(&ClaimFacts, PinKind)> {
        self.claims().find(|(facts, ..)| facts.id == id).map(|(facts, _, target)| (facts, target))
    }

    pub(super) fn session_is_used(&self, session: SessionId) -> bool {
        self.claims().any(|(facts, ..)| facts.session == session)
    }

    pub(super) fn challenge_is_used(&self, challenge: &CardChallenge) -> bool {
        self.claims().any(|(facts, ..)| facts.card_challenge == *challenge)
    }
}
