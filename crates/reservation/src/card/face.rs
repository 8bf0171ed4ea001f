//! The face step on the card's side: the debit that survives a re-install of the app, and the verdict.

use crate::card::{Card, Fact, OpenAttempt, Refusal, Repeat, SettledAttempt, Standing};
use crate::decision::{Command, Dated};
use crate::installation::{Rejection, Verdict};
use crate::limits::{
    FACE_ATTEMPT_LIFE, FACE_FAILURES_FOR_GOOD, FACE_FAILURES_TO_LOCK, FRAMES_REMEMBERED, VERDICTS_KEPT,
    VOIDS_PER_BOOKING,
};
use crate::{AttemptId, BookingId, FrameMark, InstallationId, Policy, ReservationNumber, Timestamp};

type Facts = Vec<Dated<Fact>>;

/// Debits an attempt that the installation has debited; the match runs when this is durable.
///
/// The same attempt again gets the same answer, or its verdict once it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debit {
    /// The attempt.
    pub attempt: AttemptId,
    /// The booking, in which this card proved itself.
    pub booking: BookingId,
    /// The app.
    pub installation: InstallationId,
    /// The first instant at which the attempt counts as failed; later than a match may take is cut short.
    pub deadline: Timestamp,
    /// The frames, in order: none may have been in an earlier attempt with this card.
    pub frames: Vec<FrameMark>,
}

/// What a debit leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebitAnswer {
    /// It is debited: once this is durable, match, and send [`Settle`] before the deadline.
    Open {
        /// The first instant at which it counts as failed.
        deadline: Timestamp,
    },
    /// The attempt already has its verdict: do not match again, copy it.
    Settled(SettleAnswer),
}

/// What the match found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The face is the card's.
    Match,
    /// It is not, or not live, or the match could not tell: every verdict but *accept* counts.
    NoMatch(Rejection),
    /// A fault of ours; the debit is taken back, at most [`VOIDS_PER_BOOKING`] times in a booking.
    OurFault,
}

/// Records the verdict of a debited attempt. The first one stands; a repeat gets it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settle {
    /// The attempt.
    pub attempt: AttemptId,
    /// What the match found.
    pub finding: Finding,
}

/// The card's verdict, to be copied into the installation, and how the card stands after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettleAnswer {
    /// The verdict.
    pub verdict: Verdict,
    /// How the card stands.
    pub card: CardTries,
}

/// Whether and how often a face can be tried with this card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardTries {
    /// So many attempts are left before the lock.
    Left(u8),
    /// Locked for a time.
    LockedUntil {
        /// The first instant at which it is over.
        until: Timestamp,
        /// For the support desk.
        number: ReservationNumber,
    },
    /// Locked until two people lift it.
    LockedForGood {
        /// For the support desk.
        number: ReservationNumber,
    },
}

impl Card {
    /// Whether and how often a face can be tried, an open attempt counted as used.
    pub fn tries(&self) -> CardTries {
        match &self.standing {
            Standing::Open { failures, attempt } => {
                let open = u8::from(attempt.is_some());
                let in_a_row = FACE_FAILURES_TO_LOCK.saturating_sub(*failures);
                let in_all = FACE_FAILURES_FOR_GOOD.saturating_sub(self.failures_in_all);
                let in_all = u8::try_from(in_all).unwrap_or(u8::MAX);
                CardTries::Left(in_a_row.min(in_all).saturating_sub(open))
            }
            Standing::LockedUntil { until, .. } => {
                CardTries::LockedUntil { until: *until, number: self.number }
            }
            Standing::LockedForGood { .. } => CardTries::LockedForGood { number: self.number },
        }
    }

    fn verdict(&self, attempt: AttemptId) -> Option<Verdict> {
        self.verdicts.iter().find(|settled| settled.attempt == attempt).map(|settled| settled.verdict)
    }

    /// Whether this attempt was accepted in this booking.
    pub(super) fn matched(&self, attempt: AttemptId, booking: BookingId) -> bool {
        self.verdicts.iter().any(|settled| {
            settled.attempt == attempt && settled.booking == booking && settled.verdict == Verdict::Accepted
        })
    }

    /// Takes one void of this booking, if any is left; a booking long over has no need of a limit.
    fn take_void(&mut self, booking: BookingId) -> bool {
        let Some(proof) = self.proved_in.iter_mut().find(|proof| proof.booking == booking) else {
            return true;
        };
        let left = proof.voids < VOIDS_PER_BOOKING;
        proof.voids += u8::from(left);
        left
    }

    /// Refuses frames that were in an earlier attempt.
    fn refuse_seen(&self, frames: &[FrameMark]) -> Result<(), Refusal> {
        match frames.iter().position(|frame| self.frames_seen.contains(frame)) {
            Some(frame) => Err(Refusal::FrameSeen { frame }),
            None => Ok(()),
        }
    }

    fn remember_frames(&mut self, frames: Vec<FrameMark>) {
        self.frames_seen.extend(frames);
        let too_many = self.frames_seen.len().saturating_sub(FRAMES_REMEMBERED);
        self.frames_seen.drain(..too_many);
    }

    /// The failures in a row begin anew.
    pub(super) fn open_generation(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        self.standing = Standing::Open { failures: 0, attempt: None };
    }

    /// Closes an attempt that was open: remembers the verdict and counts it.
    pub(super) fn close_attempt(
        &mut self,
        open: &OpenAttempt,
        failures: u8,
        verdict: Verdict,
        at: Timestamp,
        policy: &Policy,
        facts: &mut Facts,
    ) {
        if self.verdicts.len() >= VERDICTS_KEPT {
            self.verdicts.remove(0);
        }
        self.verdicts.push(SettledAttempt { attempt: open.attempt, booking: open.booking, verdict, at });
        facts.push(Dated::new(at, Fact::AttemptSettled { attempt: open.attempt, verdict }));
        match verdict {
            Verdict::Accepted => self.open_generation(),
            Verdict::Voided => self.standing = Standing::Open { failures, attempt: None },
            Verdict::Rejected(_) | Verdict::Lapsed => {
                self.count_failure(failures, open.installation, at, policy, facts);
            }
        }
    }

    fn count_failure(
        &mut self,
        failures: u8,
        installation: InstallationId,
        at: Timestamp,
        policy: &Policy,
        facts: &mut Facts,
    ) {
        let failures = failures.saturating_add(1);
        self.failures_in_all = self.failures_in_all.saturating_add(1);
        self.standing = if self.failures_in_all >= FACE_FAILURES_FOR_GOOD {
            facts.push(Dated::new(at, Fact::LockedForGood));
            Standing::LockedForGood { since: at, installation, approval: None }
        } else if failures >= FACE_FAILURES_TO_LOCK {
            let until = at.after(policy.lock);
            facts.push(Dated::new(at, Fact::LockBegan { until }));
            Standing::LockedUntil { since: at, until, installation, approval: None }
        } else {
            Standing::Open { failures, attempt: None }
        };
    }
}

impl Command<Card> for Debit {
    type Outcome = DebitAnswer;

    fn apply(
        self,
        state: Option<Card>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Facts,
    ) -> Result<(Card, DebitAnswer), Refusal> {
        let mut card = state.ok_or(Refusal::NotProved)?;
        if let Some(verdict) = card.verdict(self.attempt) {
            facts.push(Dated::new(now, Fact::Repeated(Repeat::AttemptSettled(self.attempt))));
            let answer = SettleAnswer { verdict, card: card.tries() };
            return Ok((card, DebitAnswer::Settled(answer)));
        }
        card.refuse_unproved(self.booking)?;
        let number = card.number;
        match &card.standing {
            Standing::Open { attempt: Some(open), .. } if open.attempt == self.attempt => {
                facts.push(Dated::new(now, Fact::Repeated(Repeat::AttemptDebited(self.attempt))));
                let deadline = open.deadline;
                Ok((card, DebitAnswer::Open { deadline }))
            }
            Standing::Open { attempt: Some(open), .. } => Err(Refusal::AttemptOpen { until: open.deadline }),
            Standing::Open { attempt: None, failures } => {
                if self.deadline <= now {
                    return Err(Refusal::AttemptOver);
                }
                card.refuse_seen(&self.frames)?;
                let deadline = self.deadline.min(now.after(FACE_ATTEMPT_LIFE));
                let Self { attempt, booking, installation, frames, .. } = self;
                let open = OpenAttempt { attempt, booking, installation, deadline };
                card.standing = Standing::Open { failures: *failures, attempt: Some(open) };
                card.remember_frames(frames);
                facts.push(Dated::new(now, Fact::AttemptDebited { attempt, booking, installation }));
                Ok((card, DebitAnswer::Open { deadline }))
            }
            Standing::LockedUntil { until, .. } => Err(Refusal::Locked { until: *until, number }),
            Standing::LockedForGood { .. } => Err(Refusal::LockedForGood { number }),
        }
    }
}

impl Command<Card> for Settle {
    type Outcome = SettleAnswer;

    fn apply(
        self,
        state: Option<Card>,
        now: Timestamp,
        policy: &Policy,
        facts: &mut Facts,
    ) -> Result<(Card, SettleAnswer), Refusal> {
        let mut card = state.ok_or(Refusal::NotProved)?;
        if let Some(verdict) = card.verdict(self.attempt) {
            facts.push(Dated::new(now, Fact::Repeated(Repeat::AttemptSettled(self.attempt))));
            let answer = SettleAnswer { verdict, card: card.tries() };
            return Ok((card, answer));
        }
        let (failures, open) = match &card.standing {
            Standing::Open { failures, attempt: Some(open) } if open.attempt == self.attempt => {
                (*failures, open.clone())
            }
            Standing::Open { .. } | Standing::LockedUntil { .. } | Standing::LockedForGood { .. } => {
                return Err(Refusal::AttemptUnknown);
            }
        };
        let verdict = match self.finding {
            Finding::Match => Verdict::Accepted,
            Finding::NoMatch(why) => Verdict::Rejected(why),
            Finding::OurFault if card.take_void(open.booking) => Verdict::Voided,
            Finding::OurFault => Verdict::Rejected(Rejection::FaultsUsedUp),
        };
        card.close_attempt(&open, failures, verdict, now, policy, facts);
        let answer = SettleAnswer { verdict, card: card.tries() };
        Ok((card, answer))
    }
}
