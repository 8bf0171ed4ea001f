//! What time alone does to a card: leases, reservations, attempts and timed locks run out.

use crate::card::{
    Card, ClaimOutcome, End, EndedClaim, Fact, Live, LiveClaim, OpenAttempt, Refusal, Reservation, Standing,
};
use crate::decision::{Aggregate, Dated};
use crate::installation::Verdict;
use crate::limits::{CLAIMS_PER_RESERVATION, HISTORY_KEPT, RETENTION};
use crate::{Policy, Timestamp};

type Facts = Vec<Dated<Fact>>;

impl Card {
    /// Spends the running claim: the reservation is free again, or exhausted.
    pub(super) fn spend_running(
        &mut self,
        at: Timestamp,
        facts: &mut Facts,
        outcome: impl FnOnce(&LiveClaim) -> ClaimOutcome,
    ) {
        let Some(running) = self.running_claim().cloned() else { return };
        let Some(mut reservation) = self.live.take() else { return };
        let outcome = outcome(&running);
        reservation.claims.push(EndedClaim { facts: running.facts, outcome });
        if reservation.claims.len() >= CLAIMS_PER_RESERVATION {
            facts.push(Dated::new(at, Fact::Exhausted { booking: reservation.booking }));
            self.ended.push(reservation.with(End::Exhausted { at }));
        } else {
            self.live = Some(reservation.with(Live::Reserved { approval: None }));
        }
    }

    /// A lease that ran out spends its claim; it began in time, so it outlives even the reservation's end.
    fn lapse_lease(&mut self, now: Timestamp, facts: &mut Facts) {
        let Some(running) = self.running_claim() else { return };
        let at = running.facts.lease_ends;
        if at <= now {
            facts.push(Dated::new(at, Fact::LeaseLapsed { claim: running.facts.id }));
            self.spend_running(at, facts, |running| ClaimOutcome::Lapsed {
                at,
                reported: running.unknown_since.is_some(),
            });
        }
    }

    /// A reservation that no kiosk holds ends with its 24 hours; one that was held, when it is free again.
    pub(super) fn expire_reservation(&mut self, now: Timestamp, facts: &mut Facts) {
        let over = |live: &mut Reservation<Live>| match live.state {
            Live::Reserved { .. } => live.expires_at <= now,
            Live::Claimed(_) => false,
        };
        if let Some(reservation) = self.live.take_if(over) {
            let freed = reservation.claims.last().map_or(reservation.made_at, |claim| claim.outcome.at());
            let at = reservation.expires_at.max(freed);
            facts.push(Dated::new(at, Fact::Expired { booking: reservation.booking }));
            self.ended.push(reservation.with(End::Expired { at }));
        }
    }

    fn lapse_attempt(&mut self, now: Timestamp, policy: &Policy, facts: &mut Facts) {
        let lapsed: Option<(u8, OpenAttempt)> = match &self.standing {
            Standing::Open { failures, attempt: Some(open) } if open.deadline <= now => {
                Some((*failures, open.clone()))
            }
            Standing::Open { .. } | Standing::LockedUntil { .. } | Standing::LockedForGood { .. } => None,
        };
        if let Some((failures, open)) = lapsed {
            self.close_attempt(&open, failures, Verdict::Lapsed, open.deadline, policy, facts);
        }
    }

    fn end_lock(&mut self, now: Timestamp, facts: &mut Facts) {
        match self.standing {
            Standing::LockedUntil { until, .. } if until <= now => {
                self.open_generation();
                facts.push(Dated::new(until, Fact::LockEnded));
            }
            Standing::LockedUntil { .. } | Standing::LockedForGood { .. } | Standing::Open { .. } => {}
        }
    }

    /// What is older than [`RETENTION`] serves nobody any more.
    fn forget(&mut self, now: Timestamp) {
        self.forget_old_proofs(now);
        self.ended.retain(|ended| now < ended.state.at().after(RETENTION));
        self.verdicts.retain(|settled| now < settled.at.after(RETENTION));
        self.history.retain(|entry| now < entry.at.after(RETENTION));
    }
}

impl Aggregate for Card {
    type Fact = Fact;
    type Refusal = Refusal;

    fn high_water(&self) -> Timestamp {
        self.high_water
    }

    fn advance(&mut self, now: Timestamp, policy: &Policy, facts: &mut Facts) {
        self.high_water = now;
        self.lapse_lease(now, facts);
        self.expire_reservation(now, facts);
        self.lapse_attempt(now, policy, facts);
        self.end_lock(now, facts);
        self.forget(now);
    }

    /// The history: all but repeated answers.
    fn remember(&mut self, facts: &[Dated<Fact>]) {
        let news = facts.iter().filter(|dated| !matches!(dated.fact, Fact::Repeated(_)));
        self.history.extend(news.cloned());
        let surplus = self.history.len().saturating_sub(HISTORY_KEPT);
        self.history.drain(..surplus);
    }

    /// Never while any failure is counted or a lock is in force; else [`RETENTION`] after the last change.
    fn keep_until(&self) -> Option<Timestamp> {
        match &self.standing {
            Standing::Open { failures: 0, attempt: None } if self.failures_in_all == 0 => {
                Some(self.high_water.after(RETENTION))
            }
            Standing::Open { .. } | Standing::LockedUntil { .. } | Standing::LockedForGood { .. } => None,
        }
    }
}
