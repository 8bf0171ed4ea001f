//! The engine for others' tests keeps the engines' contract, and its counts and switches work.

use std::collections::HashSet;

use face::contract::{self, Album, Stream};
use face::testing::{FakeEngine, frames_showing, picture, sitting};
use face::{EngineError, FaceEngine, Finding, FrontFinding, Inspection, Picture, Pose, Sitting, UnfitReason};

fn stream(name: &str, poses: &[Pose]) -> Stream {
    Stream { poses: poses.to_vec(), frames: frames_showing(name, poses, "album") }
}

fn album() -> Album {
    use Pose::{Front, Left, Right};
    let unfit = || {
        vec![
            (picture("noface"), UnfitReason::NoFace),
            (picture("two"), UnfitReason::SeveralFaces),
            (picture("tiny"), UnfitReason::TooSmall),
            (picture("dark"), UnfitReason::TooDark),
            (picture("bright"), UnfitReason::TooBright),
            (picture("huge"), UnfitReason::TooLarge),
            (picture("othertype"), UnfitReason::OtherType),
            (picture("damaged"), UnfitReason::Damaged),
            (picture("animated"), UnfitReason::Animated),
            (picture("any other text"), UnfitReason::NotAPicture),
            (picture("face:alice@elsewhere"), UnfitReason::NotAPicture),
            (Picture::new(vec![0xFF, 0xFE]), UnfitReason::NotAPicture),
            (picture(""), UnfitReason::Empty),
        ]
    };
    let first = [Front, Left, Front, Right];
    let others = [[Front, Left, Right, Left], [Front, Right, Front, Left], [Front, Left, Front, Left]];
    Album {
        portrait: picture("face:alice"),
        front: picture("face:alice#front"),
        other_front: picture("face:mallory#front"),
        streams: [&[first], &others[..]].concat().iter().map(|poses| stream("alice", poses)).collect(),
        mirrored: Stream { poses: first.to_vec(), ..stream("alice", &[Front, Right, Front, Left]) },
        other: stream("mallory", &first),
        still: (0..13).map(|number| picture(&format!("face:alice#still-{number}"))).collect(),
        turned: picture("face:alice@left#turned"),
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

#[tokio::test]
async fn a_frame_on_the_way_shows_no_pose() {
    let recipes = ["face:a#1", "face:a#2", "face:a#3", "face:a@way#4", "face:a@left#5", "face:a@left#6"];
    let judged = async |frames: &[&str]| {
        let poses = vec![Pose::Front, Pose::Left];
        let sitting = Sitting { poses, ..sitting("face:a", frames) };
        let Ok(Inspection::Fit(faces)) = FakeEngine::new().inspect(sitting).await else {
            panic!("these frames are fit");
        };
        faces.compare().await
    };
    assert_eq!(judged(&recipes).await, Ok(Finding::Match));
    let [one, two, three, way, left, _] = recipes;
    assert_eq!(judged(&[one, two, three, left, way]).await, Ok(Finding::NotTurned));
    assert_eq!(judged(&[one, two, three, left, way, "face:a@left#7"]).await, Ok(Finding::NotTurned));
}

#[test]
fn frames_of_another_salt_are_all_different() {
    let poses = [Pose::Front, Pose::Left, Pose::Right];
    let all: Vec<_> = ["one", "two"].iter().flat_map(|salt| frames_showing("alice", &poses, salt)).collect();
    let different: HashSet<_> = all.iter().map(Picture::as_bytes).collect();
    assert_eq!((all.len(), different.len()), (14, 14));
}
