//! How a reset ended, as the kiosk reports it: a proof, a certain failure, or nobody can tell.
//!
//! A proof closes the claim it names at any time. It completes that claim's reservation if the reservation
//! lives, or ended only because time or claims ran out; if somebody ended it, or another claim completed it,
//! the proof is history. So one reservation has at most one completion, and a reset that happened is told.

use crate::card::{
    Card, ClaimOutcome, End, EndedClaim, Fact, FailureReason, Live, Refusal, Repeat, Reservation,
};
use crate::decision::{Command, Dated};
use crate::{ClaimId, KioskId, Policy, Timestamp};

type Facts = Vec<Dated<Fact>>;

/// The card proved the new PIN; the caller has checked the proof against [`Card::claim`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complete {
    /// The claim the proof names.
    pub claim: ClaimId,
    /// The kiosk that reports.
    pub kiosk: KioskId,
}

/// The card certainly kept its old state: the claim is spent, the reservation free at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fail {
    /// The claim.
    pub claim: ClaimId,
    /// The kiosk that reports.
    pub kiosk: KioskId,
    /// Why.
    pub reason: FailureReason,
}

/// Nobody can tell how the reset ended: the lease runs out by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveUnknown {
    /// The claim.
    pub claim: ClaimId,
    /// The kiosk that reports.
    pub kiosk: KioskId,
}

/// The answer to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The reservation is complete.
    Completed,
    /// The proof was good, but its reservation had ended otherwise.
    Noted,
    /// The claim is spent.
    Released {
        /// Claims that are left; none if the reservation is over.
        claims_left: u8,
    },
    /// The lease runs out by itself.
    Waiting {
        /// When.
        lease_ends: Timestamp,
    },
}

impl Reservation<Live> {
    /// Whether this claim was made on it.
    fn has_claim(&self, id: ClaimId) -> bool {
        let running = match &self.state {
            Live::Claimed(running) => running.facts.id == id,
            Live::Reserved { .. } => false,
        };
        running || self.claims.iter().any(|claim| claim.facts.id == id)
    }

    /// Ends with a proof for one of its claims, running or spent; another claim that runs is overtaken.
    fn complete(mut self, id: ClaimId, now: Timestamp, facts: &mut Facts) -> Reservation<End> {
        if let Live::Claimed(running) = &self.state {
            let outcome = if running.facts.id == id {
                ClaimOutcome::Completed { at: now }
            } else {
                facts.push(Dated::new(now, Fact::ClaimOvertaken { claim: running.facts.id }));
                ClaimOutcome::Overtaken { at: now }
            };
            self.claims.push(EndedClaim { facts: running.facts.clone(), outcome });
        }
        for claim in self.claims.iter_mut().filter(|claim| claim.facts.id == id) {
            claim.outcome = ClaimOutcome::Completed { at: now };
        }
        facts.push(Dated::new(now, Fact::Completed { claim: id, booking: self.booking }));
        self.with(End::Completed { at: now, claim: id })
    }
}

impl Reservation<End> {
    /// Takes a proof for one of its claims, if the claim is its own.
    fn take_proof(&mut self, id: ClaimId, now: Timestamp, facts: &mut Facts) -> Option<Settled> {
        let claim = self.claims.iter_mut().find(|claim| claim.facts.id == id)?;
        let (settled, fact) = match (claim.outcome, &self.state) {
            (ClaimOutcome::Completed { .. }, _) => {
                (Settled::Completed, Fact::Repeated(Repeat::ClaimSettled(id)))
            }
            (ClaimOutcome::Noted { .. }, _) => (Settled::Noted, Fact::Repeated(Repeat::ClaimSettled(id))),
            (
                ClaimOutcome::Failed { .. } | ClaimOutcome::Lapsed { .. } | ClaimOutcome::Overtaken { .. },
                End::Expired { .. } | End::Exhausted { .. },
            ) => {
                claim.outcome = ClaimOutcome::Completed { at: now };
                self.state = End::Completed { at: now, claim: id };
                (Settled::Completed, Fact::Completed { claim: id, booking: self.booking })
            }
            (
                ClaimOutcome::Failed { .. } | ClaimOutcome::Lapsed { .. } | ClaimOutcome::Overtaken { .. },
                End::Completed { .. } | End::Cancelled { .. } | End::Replaced { .. },
            ) => {
                claim.outcome = ClaimOutcome::Noted { at: now };
                (Settled::Noted, Fact::ProofNoted { claim: id })
            }
        };
        facts.push(Dated::new(now, fact));
        Some(settled)
    }
}

impl Card {
    /// How a claim ended; nothing while it runs.
    ///
    /// # Errors
    /// [`Refusal::ClaimUnknown`], and [`Refusal::AnotherKiosk`] if it is not this kiosk's.
    fn reported(&self, id: ClaimId, kiosk: &KioskId) -> Result<Option<ClaimOutcome>, Refusal> {
        let (claim, _) = self.claim(id).ok_or(Refusal::ClaimUnknown)?;
        if claim.kiosk != *kiosk {
            return Err(Refusal::AnotherKiosk);
        }
        let spent = self.live.iter().flat_map(|live| &live.claims);
        let ended = self.ended.iter().flat_map(|ended| &ended.claims);
        Ok(spent.chain(ended).find(|claim| claim.facts.id == id).map(|claim| claim.outcome))
    }
}

impl Command<Card> for Complete {
    type Outcome = Settled;

    fn apply(
        self,
        state: Option<Card>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Facts,
    ) -> Result<(Card, Settled), Refusal> {
        let mut card = state.ok_or(Refusal::ClaimUnknown)?;
        card.reported(self.claim, &self.kiosk)?;
        let settled = match card.live.take_if(|live| live.has_claim(self.claim)) {
            Some(reservation) => {
                card.ended.push(reservation.complete(self.claim, now, facts));
                Settled::Completed
            }
            None => card
                .ended
                .iter_mut()
                .find_map(|ended| ended.take_proof(self.claim, now, facts))
                .ok_or(Refusal::ClaimUnknown)?,
        };
        Ok((card, settled))
    }
}

impl Command<Card> for Fail {
    type Outcome = Settled;

    fn apply(
        self,
        state: Option<Card>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Facts,
    ) -> Result<(Card, Settled), Refusal> {
        let mut card = state.ok_or(Refusal::ClaimUnknown)?;
        match card.reported(self.claim, &self.kiosk)? {
            None => {
                facts.push(Dated::new(now, Fact::ClaimFailed { claim: self.claim, reason: self.reason }));
                card.spend_running(now, facts, |_| ClaimOutcome::Failed { at: now, reason: self.reason });
                card.expire_reservation(now, facts);
            }
            Some(ClaimOutcome::Failed { .. }) => {
                facts.push(Dated::new(now, Fact::Repeated(Repeat::ClaimSettled(self.claim))));
            }
            Some(
                ended @ (ClaimOutcome::Completed { .. }
                | ClaimOutcome::Noted { .. }
                | ClaimOutcome::Lapsed { .. }
                | ClaimOutcome::Overtaken { .. }),
            ) => return Err(Refusal::ClaimEnded(ended)),
        }
        let own = card.live.as_ref().filter(|live| live.has_claim(self.claim));
        let claims_left = own.map_or(0, Reservation::<Live>::claims_left);
        Ok((card, Settled::Released { claims_left }))
    }
}

impl Command<Card> for LeaveUnknown {
    type Outcome = Settled;

    fn apply(
        self,
        state: Option<Card>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Facts,
    ) -> Result<(Card, Settled), Refusal> {
        let mut card = state.ok_or(Refusal::ClaimUnknown)?;
        if let Some(ended) = card.reported(self.claim, &self.kiosk)? {
            return Err(Refusal::ClaimEnded(ended));
        }
        // Known, and not ended: it is the one that runs.
        let running = card.running_claim_mut().ok_or(Refusal::ClaimUnknown)?;
        let fact = match running.unknown_since {
            Some(_) => Fact::Repeated(Repeat::ClaimSettled(self.claim)),
            None => Fact::ClaimUnknown { claim: self.claim },
        };
        running.unknown_since.get_or_insert(now);
        let lease_ends = running.facts.lease_ends;
        facts.push(Dated::new(now, fact));
        Ok((card, Settled::Waiting { lease_ends }))
    }
}
