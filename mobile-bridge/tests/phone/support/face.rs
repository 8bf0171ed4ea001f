//! Faces for the server in memory. A picture is text: who is on it, then `@left` or `@right` if the head is turned, `@way` if
//! it is on its way, and whatever tells it from other pictures of the same (`holder@left 4`). `holder…` is matched,
//! `other…` is not, `noface…` and `nopicture…` cannot be judged, `fault…` meets a fault of the service; a front that begins
//! with `holder` is the holder's. Rules are those of design §7, and the engine's own for poses: five failures lock, what
//! cannot be judged is not counted, the same attempt gets the same verdict, no frame is judged in two attempts.

use std::collections::BTreeSet;

use face::{Pose, UnfitReason, limits, poses};
use mobile_bridge::{CallError, CardProof, Frames};
use reservation::{PoseSequence, ReservationNumber, Turns};
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;
use wire::app::{FaceChallenge, FaceEvidence, FaceVerdict, Step};
use wire::problem::{Advice, ProblemType as P};

use super::{refused, refused_with};

/// Failures in a row that lock.
const FAILURES_TO_LOCK: u8 = 5;

/// When every challenge ends.
const CHALLENGE_ENDS: OffsetDateTime = datetime!(2026-11-21 03:02 UTC);

/// The number that a lock is told with.
pub(crate) fn lock_number() -> String {
    ReservationNumber::from_random(77).to_string()
}

pub(crate) const LOCKED_UNTIL: OffsetDateTime = datetime!(2026-11-22 03:01 UTC);

/// What the challenge of this number asks for, the first being 1: other poses each time, the same in every run of a test.
pub(crate) fn poses_of(challenge: u8) -> Vec<wire::app::Pose> {
    let drawn = PoseSequence::drawn(Turns::default(), challenge.wrapping_mul(0b101));
    drawn.as_slice().iter().map(|pose| on_the_wire(*pose)).collect()
}

/// The fewest frames in which this person shows these poses, different from those with another salt.
pub(crate) fn frames_showing(who: &str, poses: &[wire::app::Pose], salt: &str) -> Vec<Vec<u8>> {
    let held = poses.iter().enumerate().flat_map(|(number, pose)| {
        let frames = if number == 0 { limits::FRONT_FRAMES_LEAST } else { limits::HOLD_FRAMES_LEAST };
        let turned = match pose {
            wire::app::Pose::Front => "",
            wire::app::Pose::Left => "@left",
            wire::app::Pose::Right => "@right",
        };
        std::iter::repeat_n(turned, frames)
    });
    held.enumerate().map(|(number, turned)| format!("{who}{turned} {salt}{number}").into_bytes()).collect()
}

/// What the phone and its card have behind them.
pub(crate) struct Faces {
    pub(crate) failures: u8,
    pub(crate) judged: usize,
    /// What an open attempt answers, one for each time it is asked about.
    pub(crate) open: Vec<std::time::Duration>,
    /// How long before a challenge's end it is.
    pub(crate) challenge_left: std::time::Duration,
    seen: BTreeSet<Vec<u8>>,
    drawn: u8,
}

impl Default for Faces {
    fn default() -> Self {
        let challenge_left = std::time::Duration::from_secs(30);
        Self { failures: 0, judged: 0, open: Vec::new(), challenge_left, seen: BTreeSet::new(), drawn: 0 }
    }
}

impl Faces {
    pub(crate) fn refuse_locked(&self) -> Result<(), CallError> {
        if self.failures < FAILURES_TO_LOCK {
            return Ok(());
        }
        Err(refused_with(P::InstallationLocked, r#","locked_until":"2026-11-22T03:01:00Z""#))
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        CHALLENGE_ENDS - self.challenge_left
    }

    fn tries_left(&self) -> u8 {
        FAILURES_TO_LOCK - self.failures
    }

    fn draw(&mut self) -> Vec<wire::app::Pose> {
        self.drawn += 1;
        poses_of(self.drawn)
    }

    fn refuse_seen(&self, frames: &Frames) -> Result<(), CallError> {
        match frames.iter().position(|frame| self.seen.contains(frame)) {
            Some(index) => Err(unfit(Advice::SeenBefore, Some(index))),
            None => Ok(()),
        }
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
    evidence: FaceEvidence,
    frames: Frames,
    verdict: FaceVerdict,
}

impl FaceStep {
    pub(crate) fn challenge(&mut self, faces: &mut Faces, key: Uuid) -> Result<FaceChallenge, CallError> {
        if let Some(out) = self.out.as_ref().filter(|out| out.key == key) {
            return Ok(out.challenge.clone());
        }
        if self.challenges == 10 {
            return Err(refused(P::ChallengesExhausted));
        }
        self.challenges += 1;
        let poses = faces.draw();
        let count = poses.len();
        let nonce = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        let challenge = FaceChallenge {
            attempt: Uuid::new_v4(),
            nonce: nonce.into(),
            poses,
            expires_at: CHALLENGE_ENDS,
            frames_least: limits::frames_least(count) as u8,
            frames_most: limits::frames_most(count) as u8,
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
        evidence: &FaceEvidence,
        frames: &Frames,
    ) -> Result<Option<FaceVerdict>, CallError> {
        match &self.last {
            Some(last) if last.evidence.attempt != evidence.attempt => Ok(None),
            Some(last) if last.evidence != *evidence || last.frames != *frames => {
                Err(refused(P::AttemptUsed))
            }
            Some(last) => Ok(Some(last.verdict.clone())),
            None => Ok(None),
        }
    }

    pub(crate) fn judge(
        &mut self,
        faces: &mut Faces,
        evidence: &FaceEvidence,
        frames: &Frames,
    ) -> Result<FaceVerdict, CallError> {
        let out = match &self.out {
            Some(Out { challenge, .. })
                if challenge.attempt != evidence.attempt || challenge.nonce != evidence.nonce =>
            {
                return Err(refused(P::ChallengeUnknown));
            }
            Some(out) if out.over => return Err(refused(P::ChallengeOver)),
            Some(out) => out,
            None if self.matched => return Err(refused(P::BookingOutOfOrder)),
            None => return Err(refused(P::ChallengeUnknown)),
        };
        faces.refuse_seen(frames)?;
        refuse_unfit(&out.challenge, frames)?;
        faces.seen.extend(frames.iter().map(<[u8]>::to_vec));
        let shown = if frames.iter().next().unwrap().starts_with(b"fault") {
            Err(None)
        } else {
            look(&out.challenge, frames).map_err(Some)
        };
        let verdict = match shown {
            Ok(()) => {
                faces.failures = 0;
                self.matched = true;
                FaceVerdict::Matched { next: Step::Reservation }
            }
            Err(None) => FaceVerdict::Voided { tries_left: faces.tries_left() },
            Err(Some(NotMatched(advice))) => {
                faces.failures += 1;
                match faces.tries_left() {
                    0 => FaceVerdict::Locked { until: LOCKED_UNTIL, number: lock_number() },
                    tries_left => FaceVerdict::NotMatched { tries_left, advice },
                }
            }
        };
        faces.judged += 1;
        self.out = None;
        self.last =
            Some(Judged { evidence: evidence.clone(), frames: frames.clone(), verdict: verdict.clone() });
        Ok(verdict)
    }
}

struct NotMatched(Option<Advice>);

/// Poses, then one person, then whose face it is.
fn look(challenge: &FaceChallenge, frames: &Frames) -> Result<(), NotMatched> {
    let asked: Vec<_> = challenge.poses.iter().map(|pose| of_the_wire(*pose)).collect();
    let seen: Vec<_> = frames.iter().map(pose).collect();
    poses::judge(&asked, &seen).map_err(|reason| {
        NotMatched(Some(match reason {
            poses::NotShown::NotTurned => Advice::TurnFurther,
            poses::NotShown::OtherPoses => Advice::FollowPoses,
        }))
    })?;
    let people: BTreeSet<_> = frames.iter().map(|frame| frame.starts_with(b"holder")).collect();
    match (people.len(), people.contains(&true)) {
        (1, true) => Ok(()),
        (1, false) => Err(NotMatched(None)),
        _ => Err(NotMatched(Some(Advice::OnePersonOnly))),
    }
}

/// The pose on a picture; nothing on its way.
fn pose(frame: &[u8]) -> Option<Pose> {
    let text = String::from_utf8_lossy(frame);
    let turned = text.split_once('@').map(|(_, turned)| turned.to_owned());
    match turned.as_deref().and_then(|turned| turned.split_ascii_whitespace().next()) {
        None => Some(Pose::Front),
        Some("left") => Some(Pose::Left),
        Some("right") => Some(Pose::Right),
        Some(_) => None,
    }
}

fn refuse_unfit(challenge: &FaceChallenge, frames: &Frames) -> Result<(), CallError> {
    limits::frames_fit(challenge.poses.len(), frames.iter().len()).map_err(|reason| match reason {
        UnfitReason::TooMany => unfit(Advice::FewerPictures, None),
        _ => unfit(Advice::MorePictures, None),
    })?;
    let all: Vec<_> = frames.iter().collect();
    for (index, frame) in all.iter().enumerate() {
        let advice = if frame.starts_with(b"noface") {
            Advice::NoFace
        } else if frame.starts_with(b"nopicture") {
            Advice::NotAPicture
        } else if all[..index].contains(frame) {
            Advice::TakeEachAnew
        } else if index < limits::FRONT_FRAMES_LEAST && pose(frame) != Some(Pose::Front) {
            Advice::LookStraight
        } else {
            continue;
        };
        return Err(unfit(advice, Some(index)));
    }
    Ok(())
}

fn unfit(advice: Advice, index: Option<usize>) -> CallError {
    let advice = serde_json::to_string(&advice).unwrap();
    let frame = index.map_or(String::new(), |index| format!(r#","frame":{}"#, index + 1));
    refused_with(P::FramesUnfit, &format!(r#","advice":{advice}{frame}"#))
}

fn on_the_wire(pose: reservation::Pose) -> wire::app::Pose {
    match pose {
        reservation::Pose::Front => wire::app::Pose::Front,
        reservation::Pose::Left => wire::app::Pose::Left,
        reservation::Pose::Right => wire::app::Pose::Right,
    }
}

fn of_the_wire(pose: wire::app::Pose) -> Pose {
    match pose {
        wire::app::Pose::Front => Pose::Front,
        wire::app::Pose::Left => Pose::Left,
        wire::app::Pose::Right => Pose::Right,
    }
}

pub(crate) fn look_at_front(proof: &CardProof) -> Result<(), CallError> {
    match proof {
        CardProof::Signature { front, .. } if !front.as_bytes().starts_with(b"holder") => {
            Err(refused_with(P::FrontUnfit, r#","advice":"photograph-this-card""#))
        }
        _ => Ok(()),
    }
}
