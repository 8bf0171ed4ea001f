//! What every face engine must do, as one test: call [`check`] with an engine and pictures it can read. A certified
//! engine that takes dlib's place passes the same clauses.
//!
//! Compiled always, though only tests call it ([`crate::testing`] says why).

use crate::limits::{FRONT_FRAMES_LEAST, frames_least, frames_most};
use crate::{
    FaceEngine, Finding, FitFaces, FrontFinding, Inspection, Picture, Pose, Sitting, Unfit, UnfitReason,
    Which,
};

/// Frames, and the poses that somebody shows on them.
#[derive(Clone, Debug)]
pub struct Stream {
    /// In order.
    pub poses: Vec<Pose>,
    /// In order; as many as such a challenge takes.
    pub frames: Vec<Picture>,
}

/// Pictures to try an engine with.
#[derive(Clone, Debug)]
pub struct Album {
    /// The chip's portrait.
    pub portrait: Picture,
    /// A photograph of the front of that person's card.
    pub front: Picture,
    /// A photograph of the front of somebody else's card.
    pub other_front: Picture,
    /// The portrait's person before a camera: at least two streams, each of them with other poses, as many as the first
    /// has.
    pub streams: Vec<Stream>,
    /// The first stream as a mirror shows it, with the poses that were asked for.
    pub mirrored: Stream,
    /// Somebody else, who shows what the first stream shows, in as many frames.
    pub other: Stream,
    /// A photograph of the portrait's person that is held before the camera: frames from the front, no two alike, one
    /// more than a challenge of two poses takes.
    pub still: Vec<Picture>,
    /// The portrait's person with the head turned.
    pub turned: Picture,
    /// Frames that cannot be judged, and why.
    pub unfit_frames: Vec<(Picture, UnfitReason)>,
    /// Photographs of a card's front that cannot be judged, and why.
    pub unfit_fronts: Vec<(Picture, UnfitReason)>,
    /// Portraits that cannot be judged, and why.
    pub unfit_portraits: Vec<(Picture, UnfitReason)>,
}

impl Album {
    fn sitting(&self, poses: &[Pose], frames: Vec<Picture>) -> Sitting {
        Sitting { portrait: self.portrait.clone(), poses: poses.to_vec(), frames }
    }

    fn showing(&self, stream: &Stream) -> Sitting {
        self.sitting(&stream.poses, stream.frames.clone())
    }

    /// The fewest frames from the front that are taken.
    fn frontal(&self) -> Sitting {
        self.sitting(&[Pose::Front], self.still[..FRONT_FRAMES_LEAST].to_vec())
    }
}

/// Runs every clause; panics at the first that does not hold, naming it.
pub async fn check(engine: &dyn FaceEngine, album: &Album) {
    the_poses_that_were_asked_for_match(engine, album).await;
    other_poses_than_those_asked_for_do_not(engine, album).await;
    a_photograph_that_is_held_still_has_not_turned(engine, album).await;
    another_person_does_not_match(engine, album).await;
    somebody_who_takes_the_persons_place_is_noticed(engine, album).await;
    the_first_frames_are_from_the_front(engine, album).await;
    a_card_front_resembles_or_differs(engine, album).await;
    what_cannot_be_judged_is_named(engine, album).await;
    a_frame_counts_once(engine, album).await;
    the_number_of_frames_is_bounded(engine, album).await;
    dropped_faces_leave_the_engine_free(engine, album).await;
}

async fn fit(engine: &dyn FaceEngine, sitting: Sitting, clause: &str) -> Box<dyn FitFaces> {
    match engine.inspect(sitting).await {
        Ok(Inspection::Fit(faces)) => faces,
        other => panic!("{clause}: the sitting should be fit, and is {other:?}"),
    }
}

async fn found(engine: &dyn FaceEngine, sitting: Sitting, expected: Finding, clause: &str) {
    let finding = fit(engine, sitting, clause).await.compare().await;
    assert_eq!(finding, Ok(expected), "{clause}");
}

async fn unfit(engine: &dyn FaceEngine, sitting: Sitting, expected: Unfit, clause: &str) {
    match engine.inspect(sitting).await {
        Ok(Inspection::Unfit(unfit)) => assert_eq!(unfit, expected, "{clause}"),
        other => panic!("{clause}: expected {expected:?}, not {other:?}"),
    }
}

async fn the_poses_that_were_asked_for_match(engine: &dyn FaceEngine, album: &Album) {
    for stream in &album.streams {
        let clause = format!("the poses {:?} that were asked for match", stream.poses);
        found(engine, album.showing(stream), Finding::Match, &clause).await;
    }
    let clause = "the front alone matches, with the fewest frames";
    found(engine, album.frontal(), Finding::Match, clause).await;
}

async fn other_poses_than_those_asked_for_do_not(engine: &dyn FaceEngine, album: &Album) {
    let [first, rest @ ..] = &album.streams[..] else { panic!("an album has streams") };
    assert!(!rest.is_empty(), "an album has at least two streams");
    for other in rest {
        let sitting = album.sitting(&other.poses, first.frames.clone());
        let finding = fit(engine, sitting, "other poses").await.compare().await;
        assert!(
            matches!(finding, Ok(Finding::OtherPoses | Finding::NotTurned)),
            "{:?} for {:?}: {finding:?}",
            first.poses,
            other.poses
        );
    }
    found(engine, album.showing(&album.mirrored), Finding::OtherPoses, "a mirrored stream shows other poses")
        .await;
    let clause = "poses beyond those asked for are other poses";
    let less = first.poses[..first.poses.len() - 1].to_vec();
    let most = frames_most(less.len()).min(first.frames.len());
    assert_eq!(most, first.frames.len(), "the first stream is short enough for one pose less");
    found(engine, album.sitting(&less, first.frames.clone()), Finding::OtherPoses, clause).await;
}

async fn a_photograph_that_is_held_still_has_not_turned(engine: &dyn FaceEngine, album: &Album) {
    let clause = "a photograph that is held still has not turned";
    for turn in [Pose::Left, Pose::Right] {
        let poses = [Pose::Front, turn];
        for frames in [frames_least(2), frames_most(2)] {
            let sitting = album.sitting(&poses, album.still[..frames].to_vec());
            found(engine, sitting, Finding::NotTurned, clause).await;
        }
    }
}

async fn another_person_does_not_match(engine: &dyn FaceEngine, album: &Album) {
    let clause = "another person does not match";
    found(engine, album.showing(&album.other), Finding::NoMatch, clause).await;
}

async fn somebody_who_takes_the_persons_place_is_noticed(engine: &dyn FaceEngine, album: &Album) {
    let own = &album.streams[0];
    assert_eq!(own.frames.len(), album.other.frames.len(), "both streams have as many frames");
    let last = own.frames.len() - 1;
    for from in [1, FRONT_FRAMES_LEAST, last] {
        let frames = [&own.frames[..from], &album.other.frames[from..]].concat();
        let clause = format!("somebody else from frame {from} on is noticed");
        found(engine, album.sitting(&own.poses, frames), Finding::SeveralPeople, &clause).await;
    }
    for at in [0, FRONT_FRAMES_LEAST, last] {
        let mut frames = own.frames.clone();
        frames[at] = album.other.frames[at].clone();
        let clause = format!("somebody else on frame {at} alone is noticed");
        found(engine, album.sitting(&own.poses, frames), Finding::SeveralPeople, &clause).await;
    }
}

async fn the_first_frames_are_from_the_front(engine: &dyn FaceEngine, album: &Album) {
    for at in 0..FRONT_FRAMES_LEAST {
        let mut sitting = album.showing(&album.streams[0]);
        sitting.frames[at] = album.turned.clone();
        let expected = Unfit { which: Which::Frame(at), reason: UnfitReason::NotFrontal };
        unfit(engine, sitting, expected, "the first frames are from the front").await;
    }
}

async fn a_card_front_resembles_or_differs(engine: &dyn FaceEngine, album: &Album) {
    let front = engine.check_front(album.portrait.clone(), album.front.clone()).await;
    assert_eq!(front, Ok(FrontFinding::Resembles), "the front of the portrait's card resembles it");
    let other = engine.check_front(album.portrait.clone(), album.other_front.clone()).await;
    assert_eq!(other, Ok(FrontFinding::Differs), "another card's front differs");
}

async fn what_cannot_be_judged_is_named(engine: &dyn FaceEngine, album: &Album) {
    let poses = [Pose::Front, Pose::Left];
    for (number, (picture, reason)) in album.unfit_frames.iter().enumerate() {
        let clause = format!("unfit frame {number} is named");
        // Among the frames that must be frontal, and among those that need not.
        for at in [0, FRONT_FRAMES_LEAST + 1] {
            let mut frames = album.still[..frames_least(2)].to_vec();
            frames[at] = picture.clone();
            let expected = Unfit { which: Which::Frame(at), reason: *reason };
            unfit(engine, album.sitting(&poses, frames), expected, &clause).await;
        }
    }
    for (number, (picture, reason)) in album.unfit_fronts.iter().enumerate() {
        let found = engine.check_front(album.portrait.clone(), picture.clone()).await;
        let expected = FrontFinding::Unfit(Unfit { which: Which::Front, reason: *reason });
        assert_eq!(found, Ok(expected), "unfit front {number} is named");
    }
    for (number, (picture, reason)) in album.unfit_portraits.iter().enumerate() {
        let expected = Unfit { which: Which::Portrait, reason: *reason };
        let clause = format!("unfit portrait {number} is named");
        let sitting = Sitting { portrait: picture.clone(), ..album.frontal() };
        unfit(engine, sitting, expected, &clause).await;
        let found = engine.check_front(picture.clone(), album.front.clone()).await;
        assert_eq!(found, Ok(FrontFinding::Unfit(expected)), "{clause} beside a front");
    }
}

async fn a_frame_counts_once(engine: &dyn FaceEngine, album: &Album) {
    let mut sitting = album.showing(&album.streams[0]);
    let last = sitting.frames.len() - 1;
    for earlier in [0, last - 1] {
        sitting.frames[last] = sitting.frames[earlier].clone();
        let expected = Unfit { which: Which::Frame(last), reason: UnfitReason::Repeated };
        unfit(engine, sitting.clone(), expected, "a frame counts once").await;
    }
}

async fn the_number_of_frames_is_bounded(engine: &dyn FaceEngine, album: &Album) {
    let frames = |count: usize| album.still.iter().cycle().take(count).cloned().collect::<Vec<_>>();
    for poses in [&[Pose::Front][..], &[Pose::Front, Pose::Left]] {
        let (least, most) = (frames_least(poses.len()), frames_most(poses.len()));
        for (count, reason) in [
            (0, UnfitReason::Count),
            (least - 1, UnfitReason::Count),
            (most + 1, UnfitReason::TooMany),
            (100, UnfitReason::TooMany),
        ] {
            let expected = Unfit { which: Which::Frames, reason };
            let clause = format!("{count} frames for {} poses are not taken", poses.len());
            unfit(engine, album.sitting(poses, frames(count)), expected, &clause).await;
        }
    }
    let many = vec![Pose::Front; 100];
    let expected = Unfit { which: Which::Frames, reason: UnfitReason::TooMany };
    unfit(engine, album.sitting(&many, frames(32)), expected, "the number of poses is bounded").await;
}

async fn dropped_faces_leave_the_engine_free(engine: &dyn FaceEngine, album: &Album) {
    let clause = "dropped faces leave the engine free";
    for _ in 0..8 {
        drop(fit(engine, album.frontal(), clause).await);
    }
    found(engine, album.frontal(), Finding::Match, clause).await;
}
