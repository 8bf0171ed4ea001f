//! What every face engine must do, as one test: call [`check`] with an engine and pictures it can read. A certified
//! engine that takes dlib's place passes the same clauses.
//!
//! Compiled always, though only tests call it ([`crate::testing`] says why).

use crate::limits::{FRAMES_LEAST, FRAMES_MOST};
use crate::{
    FaceEngine, Finding, FitFaces, FrontFinding, Inspection, Picture, Pose, Sitting, Unfit, UnfitReason,
    Which,
};

/// Pictures to try an engine with.
#[derive(Clone, Debug)]
pub struct Album {
    /// The chip's portrait.
    pub portrait: Picture,
    /// A photograph of the front of that person's card.
    pub front: Picture,
    /// A photograph of the front of somebody else's card.
    pub other_front: Picture,
    /// At least as many frames of the portrait's person as one attempt may have, no two alike.
    pub frames: Vec<Picture>,
    /// At least three frames of somebody else, no two alike.
    pub others: Vec<Picture>,
    /// Frames that cannot be judged, and why.
    pub unfit_frames: Vec<(Picture, UnfitReason)>,
    /// Photographs of a card's front that cannot be judged, and why.
    pub unfit_fronts: Vec<(Picture, UnfitReason)>,
    /// Portraits that cannot be judged, and why.
    pub unfit_portraits: Vec<(Picture, UnfitReason)>,
}

impl Album {
    fn sitting(&self, frames: Vec<Picture>) -> Sitting {
        Sitting { portrait: self.portrait.clone(), poses: vec![Pose::Front], frames }
    }
}

/// Runs every clause; panics at the first that does not hold, naming it.
pub async fn check(engine: &dyn FaceEngine, album: &Album) {
    one_person_matches(engine, album).await;
    another_person_does_not(engine, album).await;
    two_people_are_noticed(engine, album).await;
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

async fn unfit(engine: &dyn FaceEngine, sitting: Sitting, expected: Unfit, clause: &str) {
    match engine.inspect(sitting).await {
        Ok(Inspection::Unfit(unfit)) => assert_eq!(unfit, expected, "{clause}"),
        other => panic!("{clause}: expected {expected:?}, not {other:?}"),
    }
}

async fn one_person_matches(engine: &dyn FaceEngine, album: &Album) {
    for frames in [&album.frames[..FRAMES_LEAST], &album.frames[..FRAMES_MOST]] {
        let faces = fit(engine, album.sitting(frames.to_vec()), "one person matches").await;
        assert_eq!(faces.compare().await, Ok(Finding::Match), "one person matches, {} frames", frames.len());
    }
}

async fn another_person_does_not(engine: &dyn FaceEngine, album: &Album) {
    let faces = fit(engine, album.sitting(album.others[..3].to_vec()), "another person does not").await;
    assert_eq!(faces.compare().await, Ok(Finding::NoMatch), "another person does not match");
}

async fn two_people_are_noticed(engine: &dyn FaceEngine, album: &Album) {
    for stranger_at in 0..3 {
        let mut frames = album.frames[..3].to_vec();
        frames[stranger_at] = album.others[0].clone();
        let faces = fit(engine, album.sitting(frames), "two people are noticed").await;
        let found = faces.compare().await;
        assert_eq!(found, Ok(Finding::SeveralPeople), "a stranger on frame {stranger_at} is noticed");
    }
}

async fn a_card_front_resembles_or_differs(engine: &dyn FaceEngine, album: &Album) {
    let front = engine.check_front(album.portrait.clone(), album.front.clone()).await;
    assert_eq!(front, Ok(FrontFinding::Resembles), "the front of the portrait's card resembles it");
    let other = engine.check_front(album.portrait.clone(), album.other_front.clone()).await;
    assert_eq!(other, Ok(FrontFinding::Differs), "another card's front differs");
}

async fn what_cannot_be_judged_is_named(engine: &dyn FaceEngine, album: &Album) {
    for (number, (picture, reason)) in album.unfit_frames.iter().enumerate() {
        let clause = format!("unfit frame {number} is named");
        for at in [0, 2] {
            let mut frames = album.frames[..3].to_vec();
            frames[at] = picture.clone();
            let expected = Unfit { which: Which::Frame(at), reason: *reason };
            unfit(engine, album.sitting(frames), expected, &clause).await;
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
        let sitting = Sitting { portrait: picture.clone(), ..album.sitting(album.frames[..3].to_vec()) };
        unfit(engine, sitting, expected, &clause).await;
        let found = engine.check_front(picture.clone(), album.front.clone()).await;
        assert_eq!(found, Ok(FrontFinding::Unfit(expected)), "{clause} beside a front");
    }
}

async fn a_frame_counts_once(engine: &dyn FaceEngine, album: &Album) {
    let [first, second, ..] = &album.frames[..] else { panic!("an album has frames") };
    let frames = vec![first.clone(), second.clone(), first.clone()];
    let expected = Unfit { which: Which::Frame(2), reason: UnfitReason::Repeated };
    unfit(engine, album.sitting(frames), expected, "a frame counts once").await;
}

async fn the_number_of_frames_is_bounded(engine: &dyn FaceEngine, album: &Album) {
    let many: Vec<_> = album.frames.iter().cycle().take(FRAMES_MOST + 1).cloned().collect();
    for frames in [Vec::new(), album.frames[..FRAMES_LEAST - 1].to_vec(), many] {
        let expected = Unfit { which: Which::Frames, reason: UnfitReason::Count };
        unfit(engine, album.sitting(frames), expected, "the number of frames is bounded").await;
    }
}

async fn dropped_faces_leave_the_engine_free(engine: &dyn FaceEngine, album: &Album) {
    let clause = "dropped faces leave the engine free";
    for _ in 0..8 {
        drop(fit(engine, album.sitting(album.frames[..3].to_vec()), clause).await);
    }
    let faces = fit(engine, album.sitting(album.frames[..3].to_vec()), clause).await;
    assert_eq!(faces.compare().await, Ok(Finding::Match), "{clause}");
}
