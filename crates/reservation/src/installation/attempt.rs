//! A face attempt on the installation's side: the debit, and the verdict that the card has recorded.
//!
//! The debit comes before the match and counts as a failure until a verdict takes it back (security facts
//! §2.2, R6). One debit pays for one set of frames.

use crate::card::Debit;
use crate::decision::{Command, Dated};
use crate::installation::{
    ClosedAttempt, FaceStage, FaceStep, Fact, Installation, Match, OpenAttempt, Progress, Refusal, Rejection,
    Repeat, Standing, Verdict,
};
use crate::limits::{FACE_ATTEMPT_LIFE, VOIDS_PER_BOOKING};
use crate::{
    AttemptId, BookingId, CardId, FrameMark, Nonce, Policy, PoseSequence, RequestHash, SurfaceHash, Timestamp,
};

/// Debits an attempt: frames have arrived that are good enough to be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebitAttempt {
    /// The booking.
    pub booking: BookingId,
    /// The challenge that the frames answer.
    pub attempt: AttemptId,
    /// Its nonce, as it came back.
    pub nonce: Nonce,
    /// What was sent, frames and all.
    pub request: RequestHash,
    /// The surface file that was sent again.
    pub surface: SurfaceHash,
    /// The frames, in order.
    pub frames: Vec<FrameMark>,
}

/// What a debit leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Debited {
    /// Send this to this card next; the match runs only when it is durable too.
    Open {
        /// The card.
        card: CardId,
        /// The command for it.
        debit: Debit,
        /// What the frames must show.
        poses: PoseSequence,
    },
    /// The attempt already has its verdict.
    Settled(AttemptAnswer),
}

/// Copies the verdict that the card has recorded. If the card refused the debit, no match ran: the verdict is
/// [`Verdict::Voided`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettleAttempt {
    /// The booking.
    pub booking: BookingId,
    /// The attempt.
    pub attempt: AttemptId,
    /// The card's verdict.
    pub verdict: Verdict,
}

/// How an attempt ended for this installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptAnswer {
    /// The face is the card's: ask for the reservation.
    Matched,
    /// It failed.
    Failed {
        /// Attempts that are left before the app lock.
        tries_left: u8,
        /// Why, unless no verdict came in time.
        why: Option<Rejection>,
    },
    /// A fault of ours; nothing was counted.
    Voided {
        /// Attempts that are left before the app lock.
        tries_left: u8,
    },
    /// It failed, and was the last.
    Locked {
        /// The first instant at which the lock is over.
        until: Timestamp,
    },
}

impl Installation {
    fn answer(&self, verdict: Verdict) -> AttemptAnswer {
        match (verdict, &self.standing) {
            (Verdict::Accepted, _) => AttemptAnswer::Matched,
            (Verdict::Voided, _) => AttemptAnswer::Voided { tries_left: self.tries_left() },
            (Verdict::Rejected(_) | Verdict::Lapsed, Standing::Locked { until, .. }) => {
                AttemptAnswer::Locked { until: *until }
            }
            (Verdict::Rejected(why), Standing::Open { .. }) => {
                AttemptAnswer::Failed { tries_left: self.tries_left(), why: Some(why) }
            }
            (Verdict::Lapsed, Standing::Open { .. }) => {
                AttemptAnswer::Failed { tries_left: self.tries_left(), why: None }
            }
        }
    }

    /// The attempt that has its verdict, if it is this one: what was sent, and the verdict.
    fn closed(&self, booking: BookingId, attempt: AttemptId) -> Option<(RequestHash, Verdict)> {
        match &self.booking(booking).ok()?.progress {
            Progress::AwaitingCard { .. } | Progress::UserReady { .. } => None,
            Progress::Finished { matched: None, .. } => None,
            Progress::Face(step) => {
                let last = step.last.as_ref()?;
                (last.attempt == attempt).then_some((last.request, last.verdict))
            }
            Progress::SignatureReady { matched, .. } | Progress::Finished { matched: Some(matched), .. } => {
                (matched.attempt == attempt).then_some((matched.request, Verdict::Accepted))
            }
        }
    }
}

impl DebitAttempt {
    fn opened(self, installation: &Installation, step: &FaceStep, open: OpenAttempt) -> Debited {
        let debit = Debit {
            attempt: open.attempt,
            booking: self.booking,
            installation: installation.id,
            deadline: open.deadline,
            frames: self.frames,
        };
        Debited::Open { card: step.card.id, debit, poses: open.poses }
    }
}

impl Command<Installation> for DebitAttempt {
    type Outcome = Debited;

    fn apply(
        self,
        state: Option<Installation>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Vec<Dated<Fact>>,
    ) -> Result<(Installation, Debited), Refusal> {
        let mut installation = state.ok_or(Refusal::NotRegistered)?;
        installation.booking(self.booking)?;
        if let Some((request, verdict)) = installation.closed(self.booking, self.attempt) {
            if request != self.request {
                return Err(Refusal::AttemptUsed);
            }
            facts.push(Dated::new(now, Fact::Repeated(Repeat::AttemptSettled(self.attempt))));
            let answer = installation.answer(verdict);
            return Ok((installation, Debited::Settled(answer)));
        }
        let step = installation.face_step(self.booking, now)?;
        let (open, fact) = match &step.stage {
            FaceStage::Waiting => return Err(Refusal::ChallengeUnknown),
            FaceStage::Challenged(out) if out.attempt != self.attempt || out.nonce != self.nonce => {
                return Err(Refusal::ChallengeUnknown);
            }
            FaceStage::Challenged(out) if out.deadline <= now => return Err(Refusal::ChallengeOver),
            FaceStage::Challenged(_) if step.surface != self.surface => return Err(Refusal::AnotherCard),
            FaceStage::Challenged(out) => {
                let open = OpenAttempt {
                    attempt: self.attempt,
                    request: self.request,
                    poses: out.poses.clone(),
                    deadline: now.after(FACE_ATTEMPT_LIFE),
                };
                (open, Fact::AttemptDebited { attempt: self.attempt, booking: self.booking })
            }
            FaceStage::Attempting(open) if open.attempt != self.attempt => return Err(open.refusal()),
            FaceStage::Attempting(open) if open.request != self.request => return Err(Refusal::AttemptUsed),
            FaceStage::Attempting(open) => {
                (open.clone(), Fact::Repeated(Repeat::AttemptDebited(self.attempt)))
            }
        };
        step.stage = FaceStage::Attempting(open.clone());
        let step = step.clone();
        facts.push(Dated::new(now, fact));
        let debited = self.opened(&installation, &step, open);
        Ok((installation, debited))
    }
}

impl Command<Installation> for SettleAttempt {
    type Outcome = AttemptAnswer;

    fn apply(
        self,
        state: Option<Installation>,
        now: Timestamp,
        policy: &Policy,
        facts: &mut Vec<Dated<Fact>>,
    ) -> Result<(Installation, AttemptAnswer), Refusal> {
        let mut installation = state.ok_or(Refusal::NotRegistered)?;
        if let Some((_, verdict)) = installation.closed(self.booking, self.attempt) {
            facts.push(Dated::new(now, Fact::Repeated(Repeat::AttemptSettled(self.attempt))));
            let answer = installation.answer(verdict);
            return Ok((installation, answer));
        }
        let booking = installation.booking_mut(self.booking)?;
        let step = match &mut booking.progress {
            Progress::Face(step) => step,
            Progress::AwaitingCard { .. }
            | Progress::UserReady { .. }
            | Progress::SignatureReady { .. }
            | Progress::Finished { .. } => return Err(Refusal::AttemptUnknown),
        };
        let request = match &step.stage {
            FaceStage::Attempting(open) if open.attempt == self.attempt => open.request,
            FaceStage::Attempting(_) | FaceStage::Challenged(_) | FaceStage::Waiting => {
                return Err(Refusal::AttemptUnknown);
            }
        };
        let verdict = match self.verdict {
            // One fault too many in this booking: it counts (design §7).
            Verdict::Voided if step.voids >= VOIDS_PER_BOOKING => Verdict::Rejected(Rejection::FaultsUsedUp),
            verdict => verdict,
        };
        step.stage = FaceStage::Waiting;
        step.last = Some(ClosedAttempt { attempt: self.attempt, request, verdict });
        facts.push(Dated::new(now, Fact::AttemptSettled { attempt: self.attempt, verdict }));
        match verdict {
            Verdict::Accepted => {
                let matched = Match { attempt: self.attempt, request, surface: step.surface };
                booking.progress = Progress::SignatureReady { card: step.card.clone(), matched };
                installation.open_generation();
            }
            Verdict::Rejected(_) | Verdict::Lapsed => installation.count_failure(now, policy, facts),
            Verdict::Voided => step.voids += 1,
        }
        let answer = installation.answer(verdict);
        Ok((installation, answer))
    }
}
