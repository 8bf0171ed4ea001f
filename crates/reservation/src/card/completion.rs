//! How a reset ended, as the kiosk reports it: a proof, a certain failure, or nobody can tell.
//!
//! A proof closes the claim it names at any time. It completes that claim's reservation if the reservation
//! lives, or ended only because time or claims ran out; if somebody ended it, or another claim completed it,
//! the proof is history. So one reservation has at most one completion, and a reset that happened is told.

use crate::card::{
    Card, ClaimOutcome, End, EndedClaim, Fact, FailureReason, Live, LiveClaim, Refusal, Repeat,
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

/// Where a claim stands in the record.
#[derive(Clone, Copy)]
enum Place {
    Running,
    SpentOfLive(usize),
    OfEnded(usize, usize),
}

impl Card {
    fn place(&self, id: ClaimId, kiosk: &KioskId) -> Result<Place, Refusal> {
        let is = |claim: &EndedClaim| claim.facts.id == id;
        let running = self.live.as_ref().and_then(|live| match &live.state {
            Live::Claimed(running) if running.facts.id == id => Some((Place::Running, &running.facts)),
            Live::Claimed(_) | Live::Reserved { .. } => None,
        });
        let spent = || {
            let live = self.live.as_ref()?;
            let index = live.claims.iter().position(is)?;
            Some((Place::SpentOfLive(index), &live.claims[index].facts))
        };
        let ended = || {
            self.ended.iter().enumerate().find_map(|(outer, ended)| {
                let inner = ended.claims.iter().position(is)?;
                Some((Place::OfEnded(outer, inner), &ended.claims[inner].facts))
            })
        };
        let (place, facts) = running.or_else(spent).or_else(ended).ok_or(Refusal::ClaimUnknown)?;
        if facts.kiosk == *kiosk { Ok(place) } else { Err(Refusal::AnotherKiosk) }
    }

    fn outcome_at(&self, place: Place) -> Option<ClaimOutcome> {
        match place {
            Place::Running => None,
            Place::SpentOfLive(index) => self.live.as_ref().map(|live| live.claims[index].outcome),
            Place::OfEnded(outer, inner) => Some(self.ended[outer].claims[inner].outcome),
        }
    }

    fn running_mut(&mut self) -> Option<&mut LiveClaim> {
        match &mut self.live.as_mut()?.state {
            Live::Claimed(running) => Some(running),
            Live::Reserved { .. } => None,
        }
    }

    /// A proof for the living reservation, by its running claim or one spent before; another claim that runs
    /// is overtaken.
    fn complete_live(&mut self, id: ClaimId, now: Timestamp, facts: &mut Facts) -> Settled {
        let Some(mut reservation) = self.live.take() else { return Settled::Noted };
        if let Live::Claimed(running) = &reservation.state {
            let outcome = if running.facts.id == id {
                ClaimOutcome::Completed { at: now }
            } else {
                facts.push(Dated::new(now, Fact::ClaimOvertaken { claim: running.facts.id }));
                ClaimOutcome::Overtaken { at: now }
            };
            reservation.claims.push(EndedClaim { facts: running.facts.clone(), outcome });
        }
        for claim in reservation.claims.iter_mut().filter(|claim| claim.facts.id == id) {
            claim.outcome = ClaimOutcome::Completed { at: now };
        }
        facts.push(Dated::new(now, Fact::Completed { claim: id, booking: reservation.booking }));
        self.ended.push(reservation.with(End::Completed { at: now, claim: id }));
        Settled::Completed
    }

    /// A proof for a reservation that has ended.
    fn complete_ended(&mut self, outer: usize, inner: usize, now: Timestamp, facts: &mut Facts) -> Settled {
        let ended = &mut self.ended[outer];
        let id = ended.claims[inner].facts.id;
        match ended.state {
            End::Expired { .. } | End::Exhausted { .. } => {
                ended.claims[inner].outcome = ClaimOutcome::Completed { at: now };
                ended.state = End::Completed { at: now, claim: id };
                facts.push(Dated::new(now, Fact::Completed { claim: id, booking: ended.booking }));
                Settled::Completed
            }
            End::Completed { .. } | End::Cancelled { .. } | End::Replaced { .. } => {
                ended.claims[inner].outcome = ClaimOutcome::Noted { at: now };
                facts.push(Dated::new(now, Fact::ProofNoted { claim: id }));
                Settled::Noted
            }
        }
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
        let place = card.place(self.claim, &self.kiosk)?;
        let settled = match (place, card.outcome_at(place)) {
            (Place::OfEnded(..), Some(ClaimOutcome::Completed { .. })) => {
                facts.push(Dated::new(now, Fact::Repeated(Repeat::ClaimSettled(self.claim))));
                Settled::Completed
            }
            (Place::OfEnded(..), Some(ClaimOutcome::Noted { .. })) => {
                facts.push(Dated::new(now, Fact::Repeated(Repeat::ClaimSettled(self.claim))));
                Settled::Noted
            }
            (Place::OfEnded(outer, inner), _) => card.complete_ended(outer, inner, now, facts),
            (Place::Running | Place::SpentOfLive(_), _) => card.complete_live(self.claim, now, facts),
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
        let place = card.place(self.claim, &self.kiosk)?;
        match card.outcome_at(place) {
            None => {
                facts.push(Dated::new(now, Fact::ClaimFailed { claim: self.claim, reason: self.reason }));
                card.spend_running(now, facts, |_| ClaimOutcome::Failed { at: now, reason: self.reason });
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
        let claims_left = match place {
            Place::Running | Place::SpentOfLive(_) => {
                card.live.as_ref().map_or(0, crate::card::Reservation::<Live>::claims_left)
            }
            Place::OfEnded(..) => 0,
        };
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
        let place = card.place(self.claim, &self.kiosk)?;
        if let Some(ended) = card.outcome_at(place) {
            return Err(Refusal::ClaimEnded(ended));
        }
        let Some(running) = card.running_mut() else { return Err(Refusal::ClaimUnknown) };
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
