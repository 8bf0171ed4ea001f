//! The app lock: five consecutive face failures begin it, time or two members of staff end it.

use crate::decision::{Aggregate, Command, Dated};
use crate::installation::{
    ClosedAttempt, FaceStage, Fact, Installation, Progress, Refusal, Repeat, Standing, Verdict,
};
use crate::limits::{FACE_COPY_GRACE, FACE_FAILURES_TO_LOCK, RETENTION};
use crate::{Policy, Timestamp};

type Facts = Vec<Dated<Fact>>;

impl Installation {
    /// Face attempts that are left before the lock, an open one counted as used.
    pub fn tries_left(&self) -> u8 {
        match self.standing {
            Standing::Open { failures } => FACE_FAILURES_TO_LOCK
                .saturating_sub(failures)
                .saturating_sub(u8::from(self.attempt_is_open())),
            Standing::Locked { .. } => 0,
        }
    }

    /// Refuses while the app lock is in force.
    pub(super) fn refuse_locked(&self) -> Result<(), Refusal> {
        match self.standing {
            Standing::Open { .. } => Ok(()),
            Standing::Locked { until, .. } => {
                let card = self.booking.as_ref().and_then(|booking| booking.card());
                Err(Refusal::Locked { until, number: card.map(|card| card.number) })
            }
        }
    }

    fn attempt_is_open(&self) -> bool {
        let progress = self.booking.as_ref().map(|booking| &booking.progress);
        matches!(progress, Some(Progress::Face(step)) if matches!(step.stage, FaceStage::Attempting(_)))
    }

    /// Counts one failure, which may begin the lock.
    pub(super) fn count_failure(&mut self, at: Timestamp, policy: &Policy, facts: &mut Facts) {
        match &mut self.standing {
            Standing::Open { failures } if *failures + 1 < FACE_FAILURES_TO_LOCK => *failures += 1,
            Standing::Open { .. } => {
                let until = at.after(policy.lock);
                self.standing = Standing::Locked { since: at, until };
                facts.push(Dated::new(at, Fact::LockBegan { until }));
            }
            // An attempt cannot be open on a locked app; were it, the lock would stand as it is.
            Standing::Locked { .. } => {}
        }
    }

    /// The failures begin anew.
    pub(super) fn open_generation(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        self.standing = Standing::Open { failures: 0 };
    }

    /// Closes the open attempt, if there is one, as failed for want of a verdict.
    pub(super) fn lapse_attempt(&mut self, at: Timestamp, policy: &Policy, facts: &mut Facts) {
        let Some(booking) = &mut self.booking else { return };
        let Progress::Face(step) = &mut booking.progress else { return };
        let FaceStage::Attempting(open) = &step.stage else { return };
        let closed = ClosedAttempt { attempt: open.attempt, request: open.request, verdict: Verdict::Lapsed };
        facts.push(Dated::new(at, Fact::AttemptSettled { attempt: closed.attempt, verdict: closed.verdict }));
        step.last = Some(closed);
        step.stage = FaceStage::Waiting;
        self.count_failure(at, policy, facts);
    }

    /// The first instant at which the open attempt counts as failed here, if there is one.
    fn attempt_lapses_at(&self) -> Option<Timestamp> {
        match &self.booking.as_ref()?.progress {
            Progress::Face(step) => match &step.stage {
                FaceStage::Attempting(open) => Some(open.deadline.after(FACE_COPY_GRACE)),
                FaceStage::Waiting | FaceStage::Challenged(_) => None,
            },
            Progress::AwaitingCard { .. }
            | Progress::UserReady { .. }
            | Progress::SignatureReady { .. }
            | Progress::Finished { .. } => None,
        }
    }
}

impl Aggregate for Installation {
    type Fact = Fact;
    type Refusal = Refusal;

    fn high_water(&self) -> Timestamp {
        self.high_water
    }

    /// An attempt without a verdict becomes a failure, and a lock ends. A booking past its deadline stays, so
    /// that the card's answer can still be copied into it.
    fn advance(&mut self, now: Timestamp, policy: &Policy, facts: &mut Facts) {
        self.high_water = now;
        if let Some(lapses_at) = self.attempt_lapses_at().filter(|lapses_at| *lapses_at <= now) {
            self.lapse_attempt(lapses_at, policy, facts);
        }
        if let Standing::Locked { until, .. } = self.standing
            && until <= now
        {
            self.open_generation();
            facts.push(Dated::new(until, Fact::LockEnded));
        }
    }

    /// Never while anything is counted or locked; else [`RETENTION`] after the last change.
    fn keep_until(&self) -> Option<Timestamp> {
        match self.standing {
            Standing::Open { failures: 0 } if !self.attempt_is_open() => {
                Some(self.high_water.after(RETENTION))
            }
            Standing::Open { .. } | Standing::Locked { .. } => None,
        }
    }
}

/// Two members of staff have lifted the lock of the card whose failures were made on this app: the app's
/// lock is lifted with it. A lock that began later stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyLift {
    /// When the card's lock was lifted.
    pub lifted_at: Timestamp,
}

impl Command<Installation> for CopyLift {
    type Outcome = ();

    fn apply(
        self,
        state: Option<Installation>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Facts,
    ) -> Result<(Installation, ()), Refusal> {
        let mut installation = state.ok_or(Refusal::NotRegistered)?;
        let fact = match installation.standing {
            Standing::Locked { since, .. } if since <= self.lifted_at => {
                installation.open_generation();
                Fact::LockLifted
            }
            Standing::Locked { .. } | Standing::Open { .. } => Fact::Repeated(Repeat::LockLifted),
        };
        facts.push(Dated::new(now, fact));
        Ok((installation, ()))
    }
}
