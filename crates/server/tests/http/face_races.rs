//! Many attempts at once: never more than five matches, and never the same one twice.

use std::sync::Arc;

use futures_util::future::join_all;
use wire::app::FaceVerdict;
use wire::problem::ProblemType;

use crate::answer::Answer;
use crate::signing::frames;
use crate::site::Site;

fn unhurried() -> Site {
    Site::with(|config| crate::limits::admit_all(&mut config.rates), |_| {})
}

/// A verdict, or one of the refusals that a race may end with.
#[track_caller]
fn is_fair(answer: &Answer) -> bool {
    if answer.status == 200 {
        return !matches!(answer.json(), FaceVerdict::Matched { .. } | FaceVerdict::Voided { .. });
    }
    [
        ProblemType::AttemptInProgress,
        ProblemType::AttemptUsed,
        ProblemType::ChallengeUnknown,
        ProblemType::InstallationLocked,
        ProblemType::CardLocked,
    ]
    .contains(&answer.refused())
}

#[tokio::test]
async fn a_hundred_times_the_same_frames_at_once_are_one_match() {
    let site = unhurried();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    let shown = frames(&challenge, "stranger", 1);
    let answers = join_all((0..100).map(|_| phone.show(&at, &challenge, &shown))).await;
    assert!(answers.iter().all(is_fair));
    assert!(answers.iter().any(|answer| answer.status == 200));
    assert_eq!(site.faces.compares(), 1);
}

#[tokio::test]
async fn a_hundred_different_frames_at_once_are_one_match_for_one_challenge() {
    let site = unhurried();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    let shown: Vec<_> = (0..100).map(|round| frames(&challenge, "stranger", round)).collect();
    let answers = join_all(shown.iter().map(|shown| phone.show(&at, &challenge, shown))).await;
    assert!(answers.iter().all(is_fair));
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(site.faces.compares(), 1);
    assert_eq!(site.faces.waiting(), 0, "no face stays in the engine");
}

#[tokio::test]
async fn a_hundred_attempts_of_ten_phones_on_one_card_are_five_matches_at_most() {
    let site = unhurried();
    let holder = site.holder("taro");
    let mut phones = Vec::new();
    for _ in 0..10 {
        let phone = site.registered_phone().await;
        let at = phone.at_face(&holder).await;
        phones.push((phone, at));
    }
    let phones = Arc::new(phones);
    let tries = phones.iter().map(|(phone, at)| async move {
        for round in 0..10 {
            let challenge = phone.try_challenge(at.booking).await;
            if challenge.status != 201 {
                assert!(is_fair(&challenge), "{challenge}");
                continue;
            }
            let challenge: wire::app::FaceChallenge = challenge.json();
            let shown = frames(&challenge, "stranger", round);
            let mut answer = phone.show(at, &challenge, &shown).await;
            for _ in 0..20 {
                if answer.status != 503 {
                    break;
                }
                answer = phone.show(at, &challenge, &shown).await;
            }
            assert!(is_fair(&answer), "{answer}");
        }
    });
    join_all(tries).await;
    assert_eq!(site.faces.compares(), 5);
    assert_eq!(site.faces.waiting(), 0);
    let (phone, at) = &phones[0];
    let told = phone.try_challenge(at.booking).await.problem();
    assert!(
        [Some(ProblemType::CardLocked), Some(ProblemType::InstallationLocked)].contains(&told.problem_type())
    );
}

#[tokio::test]
async fn a_second_phone_waits_while_the_first_ones_attempt_is_judged() {
    let site = Site::new();
    let holder = site.holder("taro");
    let (first, second) = (site.registered_phone().await, site.registered_phone().await);
    let (mine, theirs) = (first.at_face(&holder).await, second.at_face(&holder).await);
    let challenge = first.challenge(mine.booking).await;
    let other = second.challenge(theirs.booking).await;
    let held = site.faces.hold_compares();
    let shown = frames(&challenge, "stranger", 1);
    let judged = first.show(&mine, &challenge, &shown);
    let impatient = async {
        while site.faces.compares() == 0 {
            tokio::task::yield_now().await;
        }
        let waits = second.show(&theirs, &other, &frames(&other, "taro", 1)).await;
        drop(held);
        waits
    };
    let (judged, waits) = tokio::join!(judged, impatient);
    assert_eq!(judged.json::<FaceVerdict>(), FaceVerdict::NotMatched { tries_left: 4, advice: None });
    assert_eq!(waits.refused(), ProblemType::AttemptInProgress);
    let verdict: FaceVerdict = second.show(&theirs, &other, &frames(&other, "taro", 1)).await.json();
    assert!(matches!(verdict, FaceVerdict::Matched { .. }));
    assert_eq!(site.faces.compares(), 2);
}
