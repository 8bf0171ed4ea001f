//! The records, the clock, and the one way a command reaches a record: load, decide, commit, check.

use std::collections::BTreeMap;

use core::time::Duration;

use reservation::card::{self, Card, Live, Status};
use reservation::decision::{Command, at};
use reservation::installation::{self, Installation};
use reservation::limits::{
    CLAIMS_PER_RESERVATION, ENDED_RESERVATIONS_KEPT, HISTORY_KEPT, PROOFS_KEPT, VERDICTS_KEPT,
};
use reservation::{Aggregate, CardId, InstallationId, Policy, Timestamp, decide};

use crate::checked::{Checked, Violation, check};
use crate::common::{app, card, noon, variant};
use crate::log::{AppLog, CardLog};
use crate::model::{Lock, Model, ModelEnd};
use crate::rng::Rng;
use crate::sabotage::{Sabotage, What};

pub const CARDS: u8 = 3;
pub const APPS: u8 = 4;

/// How a command went: its outcome and whether it was a repeat, or the refusal.
pub type Answer<O, R> = Result<(O, bool), R>;

/// What kind of days a world has; some things happen only on bad ones.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    /// How many faces in a hundred match; a fifth of the others are faults of ours.
    pub matching: u64,
    /// Whether the desk lifts locks.
    pub lifting: bool,
    /// In how many moments of a thousand everybody waits for the end of a lock.
    pub waiting: u64,
}

impl Days {
    pub const ORDINARY: Self = Self { matching: 40, lifting: true, waiting: 1 };
    pub const BAD: Self = Self { matching: 3, lifting: false, waiting: 20 };
}

pub struct World {
    pub rng: Rng,
    pub days: Days,
    pub now: Timestamp,
    pub policy: Policy,
    pub cards: BTreeMap<CardId, Card>,
    pub apps: BTreeMap<InstallationId, Installation>,
    card_logs: BTreeMap<CardId, CardLog>,
    app_logs: BTreeMap<InstallationId, AppLog>,
    pub model: Model,
    pub sabotage: Sabotage,
    pub commands: u64,
    /// How often what happened: a run that never locks a card proves nothing about locks.
    pub seen: BTreeMap<String, u64>,
    next: u128,
}

impl World {
    pub fn new(seed: u64, sabotage: Sabotage) -> Self {
        Self {
            rng: Rng::new(seed),
            days: if seed % 4 == 3 { Days::BAD } else { Days::ORDINARY },
            now: noon(),
            policy: Policy::default(),
            cards: BTreeMap::new(),
            apps: BTreeMap::new(),
            card_logs: BTreeMap::new(),
            app_logs: BTreeMap::new(),
            model: Model::default(),
            sabotage,
            commands: 0,
            seen: BTreeMap::new(),
            next: 1,
        }
    }

    pub fn fresh(&mut self) -> u128 {
        self.next += 1;
        self.next
    }

    pub fn any_card(&mut self) -> CardId {
        card(self.rng.below(CARDS.into()) as u8)
    }

    pub fn any_app(&mut self) -> InstallationId {
        app(self.rng.below(APPS.into()) as u8)
    }

    pub fn saw(&mut self, what: impl Into<String>) {
        *self.seen.entry(what.into()).or_default() += 1;
    }

    /// Time goes on: mostly by moments, at times by hours, and now and then a server's clock lags behind.
    pub fn pass_time(&mut self) {
        if self.rng.below(1000) < self.days.waiting {
            let locks = self.cards.values().filter_map(|card| match card.standing {
                card::Standing::LockedUntil { until, .. } => Some(until),
                card::Standing::Open { .. } | card::Standing::LockedForGood { .. } => None,
            });
            self.now = locks.min().map_or(self.now, |until| self.now.max(until));
        }
        let millis = match self.rng.below(1000) {
            0..700 => self.rng.below(500),
            700..960 => self.rng.below(5_000),
            960..985 => self.rng.below(90_000),
            985..996 => self.rng.below(400_000),
            996..997 => self.rng.below(8 * 3_600_000),
            997 if self.rng.chance(30) => self.rng.below(30 * 3_600_000),
            _ => {
                let back = Duration::from_millis(self.rng.below(2_000));
                self.now = self.now.before(back);
                return;
            }
        };
        self.now = self.now.after(Duration::from_millis(millis));
    }

    /// Sends a command to a card; a refusal is an answer, a broken invariant is an error.
    pub fn send_card<C: Command<Card>>(
        &mut self,
        id: CardId,
        command: C,
        what: &What,
    ) -> Result<Answer<C::Outcome, card::Refusal>, Violation> {
        self.commands += 1;
        let before = self.cards.get(&id).cloned();
        let mut loaded = before.clone();
        if let Some(card) = &mut loaded {
            self.sabotage.before_card(card, what);
        }
        let mut decision = match decide(loaded.as_ref(), command, self.now, &self.policy) {
            Ok(decision) => decision,
            Err(refusal) => {
                self.saw(format!("card refuses: {}", variant(&refusal)));
                return Ok(Err(refusal));
            }
        };
        self.sabotage.after_card(before.as_ref(), &mut decision.state, &mut decision.event.facts);
        for dated in &decision.event.facts {
            self.saw(format!("card: {}", variant(&dated.fact)));
        }
        self.model.tick_card(id, self.now);
        let log = self.card_logs.entry(id).or_default();
        log.append(&decision.event)?;
        let voided = decision.event.facts.iter().any(|dated| {
            matches!(dated.fact, card::Fact::AttemptSettled { verdict: installation::Verdict::Voided, .. })
        });
        if let Some(before) = &before {
            check(before.high_water <= decision.state.high_water, "I3", || "time ran backwards".into())?;
            card_failures_never_fall(before, &decision.state, voided)?;
        }
        let last = decision.event.facts.last().map(|dated| &dated.fact);
        let repeated = matches!(last, Some(card::Fact::Repeated(_)));
        self.cards.insert(id, decision.state);
        Ok(Ok((decision.outcome, repeated)))
    }

    /// Sends a command to an installation.
    pub fn send_app<C: Command<Installation>>(
        &mut self,
        id: InstallationId,
        command: C,
    ) -> Result<Answer<C::Outcome, installation::Refusal>, Violation> {
        self.commands += 1;
        let before = self.apps.get(&id).cloned();
        let mut decision = match decide(before.as_ref(), command, self.now, &self.policy) {
            Ok(decision) => decision,
            Err(refusal) => {
                self.saw(format!("app refuses: {}", variant(&refusal)));
                return Ok(Err(refusal));
            }
        };
        self.sabotage.after_app(before.as_ref(), &mut decision.state);
        for dated in &decision.event.facts {
            self.saw(format!("app: {}", variant(&dated.fact)));
        }
        if let Some(app) = self.model.apps.get_mut(&id) {
            app.tick(self.now);
        }
        let log = self.app_logs.entry(id).or_default();
        log.append(&decision.event)?;
        let voided = decision.event.facts.iter().any(|dated| {
            matches!(
                dated.fact,
                installation::Fact::AttemptSettled { verdict: installation::Verdict::Voided, .. }
            )
        });
        if let Some(before) = &before {
            app_failures_never_fall(before, &decision.state, voided)?;
        }
        let last = decision.event.facts.last().map(|dated| &dated.fact);
        let repeated = matches!(last, Some(installation::Fact::Repeated(_)));
        self.apps.insert(id, decision.state);
        Ok(Ok((decision.outcome, repeated)))
    }

    /// After a card's commit and the model's: they tell the same, and the record is within its bounds.
    pub fn compare_card(&self, id: CardId) -> Checked {
        let Some(card) = self.cards.get(&id) else { return Ok(()) };
        let Some(model) = self.model.cards.get(&id) else {
            return check(false, "I7", || "a record of a card that never proved itself".into());
        };
        let (failures, lock) = match &card.standing {
            card::Standing::Open { .. } => (Some(debited(card)), Lock::None),
            card::Standing::LockedUntil { until, .. } => (None, Lock::Until(*until)),
            card::Standing::LockedForGood { .. } => (None, Lock::ForGood),
        };
        let in_all = card.failures_in_all;
        let same = lock == model.lock && failures.is_none_or(|failures| failures == model.debited());
        check(same && in_all == model.in_all, "I3", || {
            format!("the record stands at {:?} with {in_all} in all, the model at {model:?}", card.standing)
        })?;
        let bounded = card.ended.len() <= ENDED_RESERVATIONS_KEPT
            && card.verdicts.len() <= VERDICTS_KEPT
            && card.proved_in.len() <= PROOFS_KEPT
            && card.history.len() <= HISTORY_KEPT;
        check(bounded, "I8", || "a list outgrew its bound".into())?;
        if let Some(live) = &card.live {
            let claims = live.claims.len() + usize::from(matches!(live.state, Live::Claimed(_)));
            check(claims <= CLAIMS_PER_RESERVATION, "I1", || format!("{claims} claims"))?;
        }
        let counted = in_all > 0 || lock != Lock::None || failures != Some(0);
        check(card.keep_until().is_none() == counted, "I3", || {
            "a counted card may be forgotten, or the reverse".into()
        })?;
        self.compare_reservations(id)?;
        self.card_logs[&id].agrees_with(card)
    }

    /// I2: what was acknowledged is readable, and stands where the model says.
    fn compare_reservations(&self, id: CardId) -> Checked {
        let card = &self.cards[&id];
        let seen = at(card, card.high_water, &self.policy);
        for booking in self.model.cards[&id].reservations.iter().rev().take(ENDED_RESERVATIONS_KEPT - 1) {
            let model = &self.model.reservations[booking];
            let Some(status) = seen.reservation(*booking) else {
                // Kept for 90 days, or as one of the last eight that no claim was made on.
                let may_be_gone = model.end.is_some() && model.grants.is_empty()
                    || model.expires_at().after(Duration::from_secs(85 * 86_400)) < card.high_water;
                check(may_be_gone, "I2", || format!("{booking:?} is gone; it stood at {model:?}"))?;
                continue;
            };
            if let (Status::Reserved { claims_left }, None) = (&status.state, model.end) {
                let left = CLAIMS_PER_RESERVATION - model.grants.len();
                check(usize::from(*claims_left) == left, "I1", || {
                    format!("{claims_left} claims are left, the model says {left}")
                })?;
            }
            let same = match (&status.state, model.end) {
                (Status::Reserved { .. }, None) => model.live_grant().is_none(),
                (Status::Claimed { lease_ends }, None) => {
                    model.live_grant().is_some_and(|grant| grant.lease_ends == *lease_ends)
                }
                (Status::Ended(end), Some(model)) => matches!(
                    (end, model),
                    (card::End::Completed { .. }, ModelEnd::Completed)
                        | (card::End::Cancelled { .. }, ModelEnd::Cancelled)
                        | (card::End::Exhausted { .. }, ModelEnd::Exhausted)
                        | (card::End::Expired { .. }, ModelEnd::Expired)
                        | (card::End::Replaced { .. }, ModelEnd::Replaced)
                ),
                (Status::Reserved { .. } | Status::Claimed { .. }, Some(_)) | (Status::Ended(_), None) => {
                    false
                }
            };
            let invariant = if model.acknowledged && model.end.is_none() { "I2" } else { "I1" };
            check(same, invariant, || {
                format!("{booking:?} reads {:?}, the model says {model:?}", status.state)
            })?;
            let facts = status.installation == model.app
                && status.target == model.target
                && status.made_at == model.made_at
                && status.expires_at == model.expires_at();
            check(facts, "I5", || format!("{booking:?} reads {status:?}, the model says {model:?}"))?;
        }
        Ok(())
    }

    /// After an app's commit and the model's.
    pub fn compare_app(&self, id: InstallationId) -> Checked {
        let Some(app) = self.apps.get(&id) else { return Ok(()) };
        let model = &self.model.apps[&id];
        let same = match app.standing {
            installation::Standing::Open { .. } => {
                model.locked_until.is_none()
                    && app.tries_left() == reservation::limits::FACE_FAILURES_TO_LOCK - model.debited()
            }
            installation::Standing::Locked { until, .. } => model.locked_until == Some(until),
        };
        check(same, "I3", || format!("the record stands at {app:?}, the model at {model:?}"))?;
        let counted = model.locked_until.is_some() || model.debited() > 0;
        check(app.keep_until().is_none() == counted, "I3", || {
            "a counted app may be forgotten, or the reverse".into()
        })?;
        self.app_logs[&id].agrees_with(app)
    }
}

/// Failures in a row, an open attempt counted.
fn debited(card: &Card) -> u8 {
    match &card.standing {
        card::Standing::Open { failures, attempt } => failures + u8::from(attempt.is_some()),
        card::Standing::LockedUntil { .. } | card::Standing::LockedForGood { .. } => u8::MAX,
    }
}

/// I3, by the record alone: within a generation the count falls only by a recorded void.
fn card_failures_never_fall(before: &Card, after: &Card, voided: bool) -> Checked {
    let fell = debited(after) < debited(before);
    let new_generation = before.generation != after.generation;
    check(!fell || new_generation || voided, "I3", || {
        format!("failures fell from {:?} to {:?}", before.standing, after.standing)
    })?;
    let in_all_fell = after.failures_in_all < before.failures_in_all;
    check(!in_all_fell || new_generation && after.failures_in_all == 0, "I3", || {
        "failures in all fell".into()
    })
}

fn app_failures_never_fall(before: &Installation, after: &Installation, voided: bool) -> Checked {
    // Tries left rise only when failures fall; a lock has none left.
    let fell = after.tries_left() > before.tries_left();
    check(!fell || before.generation != after.generation || voided, "I3", || {
        format!("failures fell from {:?} to {:?}", before.standing, after.standing)
    })
}
