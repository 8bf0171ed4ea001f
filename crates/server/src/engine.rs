//! The face engine, asked and counted; and what its answers mean to a phone.

use std::time::Duration;

use face::{EngineError, FitFaces, FrontFinding, Inspection, Picture, Sitting, Unfit, UnfitReason, Which};
use reservation::installation::Rejection;
use reservation::{Pose, PoseSequence, card};
use wire::problem::{Advice, Facts, ProblemType};

use crate::parts::{FaceParts, Parts};
use crate::problem::Refusal;

/// Checks the photograph of a card's front against the chip's portrait.
///
/// # Errors
/// `front-unfit` or `portrait-unfit`, with advice; `unavailable`. Nothing is counted.
pub async fn check_front(
    parts: &Parts,
    face: &FaceParts,
    portrait: Picture,
    front: Picture,
) -> Result<(), Refusal> {
    let began = parts.clock.monotonic();
    let found = face.engine.check_front(portrait, front).await;
    count(parts, "front", &found, began);
    match found.map_err(no_answer)? {
        FrontFinding::Resembles => Ok(()),
        FrontFinding::Differs => {
            let facts = Facts { advice: Some(Advice::PhotographThisCard), ..Facts::default() };
            Err(Refusal::new(ProblemType::FrontUnfit).with(facts))
        }
        FrontFinding::Unfit(unfit) => Err(self::unfit(unfit, ProblemType::FrontUnfit)),
    }
}

/// Decodes portrait and frames and judges their quality.
///
/// # Errors
/// `unavailable`. Nothing is counted.
pub async fn inspect(parts: &Parts, face: &FaceParts, sitting: Sitting) -> Result<Inspection, Refusal> {
    let began = parts.clock.monotonic();
    let found = face.engine.inspect(sitting).await;
    count(parts, "inspect", &found, began);
    found.map_err(no_answer)
}

/// Compares; the debit is durable.
pub async fn compare(parts: &Parts, faces: Box<dyn FitFaces>) -> card::Finding {
    let began = parts.clock.monotonic();
    let found = faces.compare().await;
    count(parts, "compare", &found, began);
    match found {
        Ok(face::Finding::Match) => card::Finding::Match,
        Ok(face::Finding::Unsure | face::Finding::NoMatch) => card::Finding::NoMatch(Rejection::AnotherFace),
        Ok(face::Finding::SeveralPeople) => card::Finding::NoMatch(Rejection::SeveralPeople),
        Ok(face::Finding::NotTurned) => card::Finding::NoMatch(Rejection::NotTurned),
        Ok(face::Finding::OtherPoses) => card::Finding::NoMatch(Rejection::OtherPoses),
        Err(EngineError::Busy { .. } | EngineError::Failed) => card::Finding::OurFault,
    }
}

fn count<T>(parts: &Parts, step: &'static str, found: &Result<T, EngineError>, began: Duration) {
    let outcome = match found {
        Ok(_) => "answered",
        Err(EngineError::Busy { .. }) => "busy",
        Err(EngineError::Failed) => "failed",
    };
    let took = parts.clock.monotonic().saturating_sub(began);
    parts.metrics.face_engine(step, outcome, took);
}

fn no_answer(error: EngineError) -> Refusal {
    match error {
        EngineError::Busy { retry_after_secs } => Refusal::new(ProblemType::Unavailable)
            .retry_after(Duration::from_secs(retry_after_secs.into()))
            .because("the face engine is busy"),
        EngineError::Failed => Refusal::new(ProblemType::Unavailable).because("the face engine failed"),
    }
}

/// A picture that cannot be used, and what to do better; `kind` is the problem with pictures that the holder took.
pub fn unfit(unfit: Unfit, kind: ProblemType) -> Refusal {
    let advice = Some(advice(unfit.reason));
    match unfit.which {
        // Nobody can take the chip's portrait again.
        Which::Portrait => ProblemType::PortraitUnfit.into(),
        Which::Frame(index) => {
            let frame = u8::try_from(index + 1).ok();
            Refusal::new(kind).with(Facts { advice, frame, ..Facts::default() })
        }
        Which::Frames | Which::Front => Refusal::new(kind).with(Facts { advice, ..Facts::default() }),
    }
}

const fn advice(reason: UnfitReason) -> Advice {
    match reason {
        UnfitReason::NotAPicture => Advice::NotAPicture,
        UnfitReason::Empty => Advice::Empty,
        UnfitReason::OtherType => Advice::OtherType,
        UnfitReason::Damaged => Advice::Damaged,
        UnfitReason::Animated => Advice::Animated,
        UnfitReason::TooLarge => Advice::TooLarge,
        UnfitReason::NoFace => Advice::NoFace,
        UnfitReason::SeveralFaces => Advice::SeveralFaces,
        UnfitReason::TooSmall => Advice::Closer,
        UnfitReason::TooDark => Advice::MoreLight,
        UnfitReason::TooBright => Advice::LessLight,
        UnfitReason::NotFrontal => Advice::LookStraight,
        UnfitReason::Repeated => Advice::TakeEachAnew,
        UnfitReason::Count => Advice::MorePictures,
        UnfitReason::TooMany => Advice::FewerPictures,
    }
}

/// What to do better after a face was not accepted, where more is known than that.
pub const fn advice_after(why: Rejection) -> Option<Advice> {
    match why {
        Rejection::SeveralPeople => Some(Advice::OnePersonOnly),
        Rejection::NotTurned => Some(Advice::TurnFurther),
        Rejection::OtherPoses => Some(Advice::FollowPoses),
        Rejection::FaultsUsedUp => Some(Advice::FaultOfOurs),
        Rejection::AnotherFace => None,
    }
}

/// A challenge's poses, as the engine calls them.
pub fn poses(asked: &PoseSequence) -> Vec<face::Pose> {
    let pose = |pose: &Pose| match pose {
        Pose::Front => face::Pose::Front,
        Pose::Left => face::Pose::Left,
        Pose::Right => face::Pose::Right,
    };
    asked.as_slice().iter().map(pose).collect()
}
