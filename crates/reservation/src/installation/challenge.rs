//! A face challenge: poses drawn at random, at most ten to a booking.

use crate::decision::{Command, Dated};
use crate::installation::{
    Challenge, FaceStage, FaceStep, Fact, Installation, OpenAttempt, Progress, Refusal, Repeat,
};
use crate::limits::{CHALLENGES_PER_BOOKING, FACE_COPY_GRACE};
use crate::{AttemptId, BookingId, Nonce, Policy, PoseSequence, RequestKey, Timestamp};

/// Asks the holder to show poses. The same request again gets the same challenge; another request gets a new
/// one, which takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueChallenge {
    /// The booking.
    pub booking: BookingId,
    /// The request's idempotency key.
    pub request: RequestKey,
    /// A new id, for the challenge and the attempt on it.
    pub attempt: AttemptId,
    /// Drawn at random.
    pub nonce: Nonce,
    /// Drawn at random, as many as the policy asks for.
    pub poses: PoseSequence,
}

impl Installation {
    /// The face step of this booking, if a new challenge or attempt may be made in it.
    pub(super) fn face_step(&mut self, id: BookingId, now: Timestamp) -> Result<&mut FaceStep, Refusal> {
        self.refuse_locked()?;
        let booking = self.booking_mut(id)?;
        booking.refuse_over(now)?;
        let next = booking.expects();
        match &mut booking.progress {
            Progress::Face(step) => Ok(step),
            Progress::AwaitingCard { .. }
            | Progress::UserReady { .. }
            | Progress::SignatureReady { .. }
            | Progress::Finished { .. } => Err(Refusal::OutOfOrder { next }),
        }
    }
}

impl OpenAttempt {
    pub(super) fn refusal(&self) -> Refusal {
        Refusal::AttemptOpen { until: self.deadline.after(FACE_COPY_GRACE) }
    }
}

impl Command<Installation> for IssueChallenge {
    type Outcome = Challenge;

    fn apply(
        self,
        state: Option<Installation>,
        now: Timestamp,
        policy: &Policy,
        facts: &mut Vec<Dated<Fact>>,
    ) -> Result<(Installation, Challenge), Refusal> {
        let mut installation = state.ok_or(Refusal::NotRegistered)?;
        installation.booking(self.booking)?;
        let step = installation.face_step(self.booking, now)?;
        match &step.stage {
            FaceStage::Attempting(open) => return Err(open.refusal()),
            FaceStage::Challenged(out) if out.request == self.request => {
                let out = out.clone();
                facts.push(Dated::new(now, Fact::Repeated(Repeat::ChallengeIssued(out.attempt))));
                return Ok((installation, out));
            }
            FaceStage::Challenged(_) | FaceStage::Waiting => {}
        }
        if step.challenges >= CHALLENGES_PER_BOOKING {
            return Err(Refusal::ChallengesExhausted);
        }
        let challenge = Challenge {
            attempt: self.attempt,
            request: self.request,
            nonce: self.nonce,
            poses: self.poses,
            deadline: now.after(policy.challenge.life),
        };
        step.challenges += 1;
        step.stage = FaceStage::Challenged(challenge.clone());
        let fact = Fact::ChallengeIssued { attempt: self.attempt, booking: self.booking };
        facts.push(Dated::new(now, fact));
        Ok((installation, challenge))
    }
}
