//! A card's claims: the one whose lease runs, and those that have ended.

use crate::card::{Card, Grant, Live};
use crate::statement::CardChallenge;
use crate::{ClaimId, KioskId, Nonce, PinKind, RequestHash, SessionId, Timestamp};

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

impl ClaimOutcome {
    /// When the claim ended, or its proof arrived.
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Completed { at }
            | Self::Noted { at }
            | Self::Failed { at, .. }
            | Self::Lapsed { at, .. }
            | Self::Overtaken { at } => *at,
        }
    }
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

impl Card {
    /// Every claim the record knows, with the PIN it is to reset.
    fn claims(&self) -> impl Iterator<Item = (&ClaimFacts, PinKind)> {
        let running = self.live.iter().filter_map(|live| match &live.state {
            Live::Claimed(claim) => Some((&claim.facts, live.target)),
            Live::Reserved { .. } => None,
        });
        let spent = self
            .live
            .iter()
            .flat_map(|live| live.claims.iter().map(move |claim| (&claim.facts, live.target)));
        let ended = self
            .ended
            .iter()
            .flat_map(|ended| ended.claims.iter().map(move |claim| (&claim.facts, ended.target)));
        running.chain(spent).chain(ended)
    }

    /// What a completion of this claim must be checked against: nonce and key, and the target they are for.
    pub fn claim(&self, id: ClaimId) -> Option<(&ClaimFacts, PinKind)> {
        self.claims().find(|(facts, _)| facts.id == id)
    }

    pub(super) fn running_claim(&self) -> Option<&LiveClaim> {
        match &self.live.as_ref()?.state {
            Live::Claimed(running) => Some(running),
            Live::Reserved { .. } => None,
        }
    }

    pub(super) fn running_claim_mut(&mut self) -> Option<&mut LiveClaim> {
        match &mut self.live.as_mut()?.state {
            Live::Claimed(running) => Some(running),
            Live::Reserved { .. } => None,
        }
    }

    pub(super) fn session_is_used(&self, session: SessionId) -> bool {
        self.claims().any(|(facts, _)| facts.session == session)
    }

    pub(super) fn challenge_is_used(&self, challenge: &CardChallenge) -> bool {
        self.claims().any(|(facts, _)| facts.card_challenge == *challenge)
    }
}
