//! The engine for others' tests keeps the engines' contract, and its counts and switches work.

use face::contract::{self, Album};
use face::testing::{FakeEngine, frames_of, picture, sitting};
use face::{EngineError, FaceEngine, Finding, FrontFinding, Inspection, UnfitReason};

fn album() -> Album {
    let unfit = || {
        vec![
            (picture("noface"), UnfitReason::NoFace),
            (picture("two"), UnfitReason::SeveralFaces),
            (picture("tiny"), UnfitReason::TooSmall),
            (picture("dark"), UnfitReason::TooDark),
            (picture("bright"), UnfitReason::TooBright),
            (picture("huge"), UnfitReason::TooLarge),
            (picture("any other text"), UnfitReason::NotAPicture),
            (picture(""), UnfitReason::NotAPicture),
        ]
    };
    Album {
        portrait: picture("face:alice"),
        front: picture("face:alice#front"),
        other_front: picture("face:mallory#front"),
        frames: (0..12).map(|number| picture(&format!("face:alice#{number}"))).collect(),
        others: frames_of("mallory"),
        unfit_frames: [unfit(), vec![(picture("turned"), UnfitReason::NotFrontal)]].concat(),
        unfit_fronts: unfit(),
        unfit_portraits: unfit(),
    }
}

#[tokio::test]
async fn it_keeps_the_contract() {
    contract::check(&FakeEngine::new(), &album()).await;
}

#[tokio::test]
async fn it_counts_comparisons_and_what_waits_for_one() {
    let engine = FakeEngine::new();
    let frames = ["doubt:alice#1", "doubt:alice#2", "doubt:alice#3"];
    let Ok(Inspection::Fit(faces)) = engine.inspect(sitting("face:alice", &frames)).await else {
        panic!("these frames are fit");
    };
    assert_eq!((engine.inspections(), engine.compares(), engine.waiting()), (1, 0, 1));
    assert_eq!(faces.compare().await, Ok(Finding::Unsure));
    assert_eq!((engine.inspections(), engine.compares(), engine.waiting()), (1, 1, 0));
    let Ok(Inspection::Fit(faces)) = engine.inspect(sitting("face:alice", &frames)).await else {
        panic!("these frames are fit");
    };
    drop(faces);
    assert_eq!((engine.compares(), engine.waiting()), (1, 0));
}

#[tokio::test]
async fn it_can_be_busy_and_can_crash_before_and_after_the_debit() {
    let engine = FakeEngine::new();
    let front = |recipe| engine.check_front(picture("face:alice"), picture(recipe));
    assert_eq!(front("crash").await, Err(EngineError::Failed));
    engine.set_busy(true);
    assert!(matches!(front("face:alice").await, Err(EngineError::Busy { .. })));
    engine.set_busy(false);
    assert_eq!(front("face:alice").await, Ok(FrontFinding::Resembles));
    let frames = ["face:alice#1", "face:alice#2", "late-crash:alice"];
    let Ok(Inspection::Fit(faces)) = engine.inspect(sitting("face:alice", &frames)).await else {
        panic!("these frames are fit");
    };
    assert_eq!(faces.compare().await, Err(EngineError::Failed));
}

#[tokio::test]
async fn a_held_comparison_ends_when_it_is_let_go() {
    let engine = FakeEngine::new();
    let frames = ["face:alice#1", "face:alice#2", "face:alice#3"];
    let Ok(Inspection::Fit(faces)) = engine.inspect(sitting("face:alice", &frames)).await else {
        panic!("these frames are fit");
    };
    let held = engine.hold_compares();
    let comparing = tokio::spawn(faces.compare());
    while engine.compares() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!comparing.is_finished());
    drop(held);
    assert_eq!(comparing.await.expect("it ends"), Ok(Finding::Match));
}
