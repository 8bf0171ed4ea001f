//! Faces for the server in memory. A picture is text: `holder…` is matched, `other…` is not, `noface…` and `nopicture…`
//! cannot be judged, `fault…` meets a fault of the service; a front that begins with `holder` is the holder's. Rules are those of design
//! §7: five failures lock, what cannot be judged is not counted, the same attempt gets the same verdict.

use mobile_bridge::{CallError, CardProof, Frames};
use reservation::ReservationNumber;
use time::macros::datetime;
use uuid::Uuid;
use wire::app::{FaceChallenge, FaceVerdict, Pose, Step};
use wire::problem::ProblemType as P;

use super::{refused, refused_with};

/// Failures in a row that lock.
const FAILURES_TO_LOCK: u8 = 5;

/// The number that a lock is told with.
pub(crate) fn lock_number() -> String {
    ReservationNumber::from_random(77).to_string()
}

pub(crate) const LOCKED_UNTIL: time::OffsetDateTime = datetime!(2026-11-22 03:01 UTC);

/// What the phone and its card have behind them.
#[derive(Default)]
pub(crate) struct Faces {
    pub(crate) failures: u8,
    pub(crate) judged: usize,
    /// What an open attempt answers, one for each time it is asked about.
    pub(crate) open: Vec<std::time::Duration>,
}

impl Faces {
    pub(crate) fn refuse_locked(&self) -> Result<(), CallError> {
        if self.failures < FAILURES_TO_LOCK {
            return Ok(());
        }
        Err(refused_with(P::InstallationLocked, r#","locked_until":"2026-11-22T03:01:00Z""#))
    }

    fn tries_left(&self) -> u8 {
        FAILURES_TO_LOCK - self.failures
    }
}

/// The face step of one booking.
#[derive(Default)]
pub(crate) struct FaceStep {
    out: Option<Out>,
    last: Option<Judged>,
    challenges: u8,
    pub(crate) matched: bool,
}

struct Out {
    key: Uuid,
    challenge: FaceChallenge,
    over: bool,
}

struct Judged {
    attempt: Uuid,
    frames: Frames,
    verdict: FaceVerdict,
}

impl FaceStep {
    pub(crate) fn challenge(&mut self, key: Uuid) -> Result<FaceChallenge, CallError> {
        if let Some(out) = self.out.as_ref().filter(|out| out.key == key) {
            return Ok(out.challenge.clone());
        }
        if self.challenges == 10 {
            return Err(refused(P::ChallengesExhausted));
        }
        self.challenges += 1;
        let challenge = FaceChallenge {
            attempt: Uuid::from_u128(1000 + u128::from(self.challenges)),
            poses: vec![Pose::Front],
            expires_at: datetime!(2026-11-21 03:02 UTC),
            frames_least: 3,
            frames_most: 12,
        };
        self.out = Some(Out { key, challenge: challenge.clone(), over: false });
        Ok(challenge)
    }

    pub(crate) fn end_challenge(&mut self) {
        if let Some(out) = &mut self.out {
            out.over = true;
        }
    }

    pub(crate) fn known_verdict(
        &self,
        attempt: Uuid,
        frames: &Frames,
    ) -> Result<Option<FaceVerdict>, CallError> {
        match &self.last {
            Some(last) if last.attempt != attempt => Ok(None),
            Some(last) if last.frames != *frames => Err(refused(P::AttemptUsed)),
            Some(last) => Ok(Some(last.verdict.clone())),
            None => Ok(None),
        }
    }

    pub(crate) fn judge(
        &mut self,
        faces: &mut Faces,
        attempt: Uuid,
        frames: &Frames,
    ) -> Result<FaceVerdict, CallError> {
        match &self.out {
            Some(out) if out.challenge.attempt != attempt => return Err(refused(P::ChallengeUnknown)),
            Some(out) if out.over => return Err(refused(P::ChallengeOver)),
            Some(_) => {}
            None if self.matched => return Err(refused(P::BookingOutOfOrder)),
            None => return Err(refused(P::ChallengeUnknown)),
        }
        refuse_unfit(frames)?;
        let verdict = match frames.iter().next().unwrap() {
            frame if frame.starts_with(b"holder") => {
                faces.failures = 0;
                self.matched = true;
                FaceVerdict::Matched { next: Step::Reservation }
            }
            frame if frame.starts_with(b"fault") => FaceVerdict::Voided { tries_left: faces.tries_left() },
            _ => {
                faces.failures += 1;
                match faces.tries_left() {
                    0 => FaceVerdict::Locked { until: LOCKED_UNTIL, number: lock_number() },
                    tries_left => FaceVerdict::NotMatched { tries_left },
                }
            }
        };
        faces.judged += 1;
        self.out = None;
        self.last = Some(Judged { attempt, frames: frames.clone(), verdict: verdict.clone() });
        Ok(verdict)
    }
}

fn refuse_unfit(frames: &Frames) -> Result<(), CallError> {
    let all: Vec<_> = frames.iter().collect();
    for (index, frame) in all.iter().enumerate() {
        let advice = if frame.starts_with(b"noface") {
            "no-face"
        } else if frame.starts_with(b"nopicture") {
            "not-a-picture"
        } else if all[..index].contains(frame) {
            "take-each-anew"
        } else {
            continue;
        };
        let facts = format!(r#","advice":"{advice}","frame":{}"#, index + 1);
        return Err(refused_with(P::FramesUnfit, &facts));
    }
    Ok(())
}

pub(crate) fn look_at_front(proof: &CardProof) -> Result<(), CallError> {
    match proof {
        CardProof::Signature { front, .. } if !front.as_bytes().starts_with(b"holder") => {
            Err(refused_with(P::FrontUnfit, r#","advice":"photograph-this-card""#))
        }
        _ => Ok(()),
    }
}
