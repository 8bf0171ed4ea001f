//! A face attempt: what is judged, what is counted, what is repeated.

use std::time::Duration;

use reservation::PinKind;
use uuid::Uuid;
use wire::app::{FaceVerdict, Pose, Reservation, ReservationState, Step};
use wire::kiosk::{Granted, Settled};
use wire::problem::{Advice, ProblemType};

use crate::phone::{Call, Phone};
use crate::signing::{AtFace, frames, recipes};
use crate::site::{NOON, Site};
use crate::terminal::proof;
use server::clock::to_date_time;

fn not_matched(tries_left: u8) -> FaceVerdict {
    FaceVerdict::NotMatched { tries_left }
}

#[tokio::test]
async fn a_signature_pin_is_booked_with_a_face_and_reset_at_the_kiosk() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    assert_eq!(challenge.poses, [Pose::Front]);
    assert_eq!((challenge.frames_least, challenge.frames_most), (3, 12));
    assert_eq!(challenge.expires_at, to_date_time(NOON) + Duration::from_secs(90));
    let verdict: FaceVerdict = phone.show(&at, challenge.attempt, &frames("taro", 1)).await.json();
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
    let reservation: Reservation = phone.reserve(at.booking).await.json();
    assert_eq!(reservation.target, wire::PinKind::Signature);
    assert!(reservation.places.iter().any(|place| place.operator == "lawson"));
    let kiosk = site.kiosk("k-1", "lawson").await;
    let granted: Granted = kiosk.claim_for(&holder, PinKind::Signature).await.json();
    let settled: Settled = kiosk.report(&granted, &proof(&granted, &holder)).await.json();
    assert_eq!(settled, Settled::Completed);
    let seen: Reservation = phone.look(&reservation).await.json();
    assert!(matches!(seen.state, ReservationState::Completed { .. }));
}

#[tokio::test]
async fn the_same_attempt_again_gets_the_same_verdict_without_another_match() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let missed = phone.challenge(at.booking).await.attempt;
    for _ in 0..3 {
        let verdict: FaceVerdict = phone.show(&at, missed, &frames("stranger", 1)).await.json();
        assert_eq!(verdict, not_matched(4));
    }
    let other = phone.show(&at, missed, &frames("taro", 1)).await.refused();
    assert_eq!(other, ProblemType::AttemptUsed, "one debit pays for one set of frames");
    let matched = phone.challenge(at.booking).await.attempt;
    for _ in 0..3 {
        let verdict: FaceVerdict = phone.show(&at, matched, &frames("taro", 2)).await.json();
        assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
    }
    assert_eq!(site.faces.compares(), 2);
    phone.reserve(at.booking).await.json::<Reservation>();
    let verdict: FaceVerdict = phone.show(&at, matched, &frames("taro", 2)).await.json();
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
}

#[tokio::test]
async fn whoever_cannot_be_told_apart_or_is_not_one_person_has_failed() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let doubtful = recipes(&["doubt:taro#1", "doubt:taro#2", "face:taro#3"]);
    let two = recipes(&["face:taro#1", "face:stranger#2", "face:taro#3"]);
    for (left, shown) in [(4, doubtful), (3, two), (2, frames("stranger", 1))] {
        let attempt = phone.challenge(at.booking).await.attempt;
        let verdict: FaceVerdict = phone.show(&at, attempt, &shown).await.json();
        assert_eq!(verdict, not_matched(left));
    }
    // A match begins the count anew.
    phone.attempt(&at, "taro", 9).await.json::<FaceVerdict>();
    phone.reserve(at.booking).await.json::<Reservation>();
    let at = phone.at_face(&holder).await;
    assert_eq!(phone.fail(&at, 1).await, not_matched(4));
}

#[tokio::test]
async fn poor_pictures_are_told_and_cost_nothing() {
    let site = Site::with(|config| crate::limits::admit_all(&mut config.rates), |_| {});
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let attempt = phone.challenge(at.booking).await.attempt;
    let good = "face:taro#1";
    for (shown, advice, frame) in [
        (vec![good, "noface", "face:taro#3"], Advice::NoFace, Some(2)),
        (vec!["two", good, "face:taro#3"], Advice::SeveralFaces, Some(1)),
        (vec![good, "face:taro#2", "tiny"], Advice::Closer, Some(3)),
        (vec!["dark", "dark#2", "dark#3"], Advice::MoreLight, Some(1)),
        (vec!["bright", good, "face:taro#3"], Advice::LessLight, Some(1)),
        (vec!["turned", good, "face:taro#3"], Advice::LookStraight, Some(1)),
        (vec![good, good, good], Advice::TakeEachAnew, Some(2)),
        (vec![good, "%PDF-1.4", "face:taro#3"], Advice::NotAPicture, Some(2)),
        (vec![good, "face:taro#2"], Advice::MorePictures, None),
        (vec![], Advice::MorePictures, None),
    ] {
        let refused = phone.show(&at, attempt, &recipes(&shown)).await;
        assert_eq!(refused.refused(), ProblemType::FramesUnfit, "{shown:?}");
        let facts = refused.problem().facts;
        assert_eq!((facts.advice, facts.frame), (Some(advice), frame), "{shown:?}");
    }
    assert_eq!((site.faces.compares(), site.faces.waiting()), (0, 0));
    // The challenge is still out, and every try is left.
    let verdict: FaceVerdict = phone.show(&at, attempt, &frames("stranger", 1)).await.json();
    assert_eq!(verdict, not_matched(4));
}

#[tokio::test]
async fn frames_after_the_deadline_and_frames_for_no_challenge_are_refused_and_not_counted() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let never = phone.show(&at, Uuid::new_v4(), &frames("taro", 1)).await.refused();
    assert_eq!(never, ProblemType::ChallengeUnknown);
    let replaced = phone.challenge(at.booking).await.attempt;
    let late = phone.challenge(at.booking).await.attempt;
    let refused = phone.show(&at, replaced, &frames("taro", 1)).await.refused();
    assert_eq!(refused, ProblemType::ChallengeUnknown);
    site.advance(Duration::from_secs(90));
    let refused = phone.show(&at, late, &frames("taro", 1)).await.refused();
    assert_eq!(refused, ProblemType::ChallengeOver);
    let in_time = phone.challenge(at.booking).await.attempt;
    site.advance(Duration::from_secs(89));
    let verdict: FaceVerdict = phone.show(&at, in_time, &frames("stranger", 1)).await.json();
    assert_eq!(verdict, not_matched(4));
    assert_eq!(site.faces.inspections(), 1, "what cannot count is not decoded");
}

#[tokio::test]
async fn the_same_key_gets_the_same_challenge_and_there_are_ten() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let path = format!("/app/v1/bookings/{}/face-challenge", at.booking);
    let call = || Call::new(reqwest::Method::POST, path.clone()).key("the-same-key-again");
    let first = phone.call(call()).await;
    assert_eq!(first.status, 201);
    assert_eq!(phone.call(call()).await.body, first.body);
    for _ in 0..9 {
        phone.challenge(at.booking).await;
    }
    let exhausted = phone.try_challenge(at.booking).await.refused();
    assert_eq!(exhausted, ProblemType::ChallengesExhausted);
    let with_body = Call { body: Some(("application/json".into(), b"{}".to_vec())), ..call() };
    assert_eq!(phone.call(with_body).await.refused(), ProblemType::MalformedRequest);
    let without_key = Call { key: None, ..call() };
    assert_eq!(phone.call(without_key).await.refused(), ProblemType::IdempotencyKeyMissing);
}

#[tokio::test]
async fn a_surface_file_that_changed_between_the_requests_is_another_cards() {
    let site = Site::new();
    let (holder, thief) = (site.holder("taro"), site.holder("thief"));
    let (phone, other) = (site.registered_phone().await, site.registered_phone().await);
    let at = phone.at_face(&holder).await;
    let theirs = other.at_face(&thief).await;
    let attempt = phone.challenge(at.booking).await.attempt;
    let spaced = [at.surface.clone(), b" ".to_vec()].concat();
    for surface in [theirs.surface, spaced] {
        let at = AtFace { surface, ..at.clone() };
        let refused = phone.show(&at, attempt, &frames("thief", 1)).await.refused();
        assert_eq!(refused, ProblemType::AnotherCard);
    }
    assert_eq!(site.faces.inspections(), 0);
    assert_eq!(phone.show(&at, attempt, &frames("taro", 1)).await.status, 200);
}

#[tokio::test]
async fn an_attempt_of_another_phone_or_booking_is_nobodys() {
    let site = Site::new();
    let holder = site.holder("taro");
    let (phone, other) = (site.registered_phone().await, site.registered_phone().await);
    let at = phone.at_face(&holder).await;
    let attempt = phone.challenge(at.booking).await.attempt;
    let refused = other.show(&at, attempt, &frames("taro", 1)).await.refused();
    assert_eq!(refused, ProblemType::BookingUnknown);
    assert_eq!(other.try_challenge(at.booking).await.refused(), ProblemType::BookingUnknown);
    let elsewhere = AtFace { booking: Uuid::new_v4(), ..at.clone() };
    let refused = phone.show(&elsewhere, attempt, &frames("taro", 1)).await.refused();
    assert_eq!(refused, ProblemType::BookingUnknown);
    let user = phone.start().await;
    phone.prove(user.booking, &phone.evidence(&user, &holder)).await;
    assert_eq!(phone.try_challenge(user.booking).await.refused(), ProblemType::BookingOutOfOrder);
}

#[tokio::test]
async fn an_engine_that_is_busy_or_fails_before_the_match_counts_nothing_and_can_be_retried() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let attempt = phone.challenge(at.booking).await.attempt;
    site.faces.set_busy(true);
    let busy = phone.show(&at, attempt, &frames("taro", 1)).await;
    assert_eq!((busy.refused(), busy.header("retry-after")), (ProblemType::Unavailable, Some("2")));
    site.faces.set_busy(false);
    let crashed = phone.show(&at, attempt, &recipes(&["crash", "face:taro", "face:taro#2"])).await;
    assert_eq!(crashed.refused(), ProblemType::Unavailable);
    let verdict: FaceVerdict = phone.show(&at, attempt, &frames("stranger", 1)).await.json();
    assert_eq!(verdict, not_matched(4));
}

#[tokio::test]
async fn an_engine_that_fails_during_the_match_voids_three_debits_and_no_more() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let crash = recipes(&["late-crash:taro#1", "late-crash:taro#2", "late-crash:taro#3"]);
    for _ in 0..3 {
        let attempt = phone.challenge(at.booking).await.attempt;
        for _ in 0..2 {
            let verdict: FaceVerdict = phone.show(&at, attempt, &crash).await.json();
            assert_eq!(verdict, FaceVerdict::Voided { tries_left: 5 });
        }
    }
    let attempt = phone.challenge(at.booking).await.attempt;
    let verdict: FaceVerdict = phone.show(&at, attempt, &crash).await.json();
    assert_eq!(verdict, not_matched(4), "a fourth fault of one booking counts");
}

#[tokio::test]
async fn a_body_of_other_parts_or_sizes_is_refused() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let attempt = phone.challenge(at.booking).await.attempt;
    let many: Vec<Vec<u8>> = (0..13).map(|number| format!("face:taro#{number}").into_bytes()).collect();
    let refused = phone.show(&at, attempt, &many).await;
    assert_eq!(refused.refused(), ProblemType::MalformedRequest);
    assert_eq!(refused.problem().facts.field.as_deref(), Some("frame"));
    let large = vec![vec![b'x'; 1024 * 1024 + 1]];
    let refused = phone.show(&at, attempt, &large).await;
    assert_eq!(refused.refused(), ProblemType::PayloadTooLarge);
    assert_eq!(refused.problem().facts.field.as_deref(), Some("frame"));
    let whole = vec![vec![b'x'; 1024 * 1024]; 12];
    let refused = phone.show(&at, attempt, &whole).await.refused();
    assert_eq!(refused, ProblemType::PayloadTooLarge, "twelve of the largest are more than the whole may be");
    assert_eq!(phone.show(&at, attempt, &many[..12]).await.status, 200);
}

#[tokio::test]
async fn a_phone_that_hangs_up_after_the_debit_finds_its_verdict() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let attempt = phone.challenge(at.booking).await.attempt;
    let call = Phone::frames_call(&at, attempt, &frames("taro", 1));
    let held = site.faces.hold_compares();
    let proof = phone.draft(&call).sign();
    let gone = tokio::time::timeout(Duration::from_millis(400), phone.send(&call, &proof)).await;
    assert!(gone.is_err(), "the answer waits for the engine");
    assert_eq!(site.faces.compares(), 1);
    let meanwhile = phone.call(call.clone()).await;
    assert_eq!(meanwhile.refused(), ProblemType::AttemptInProgress);
    assert!(meanwhile.header("retry-after").is_some());
    drop(held);
    let verdict: FaceVerdict = until_judged(&phone, &call).await;
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
    assert_eq!(site.faces.compares(), 1);
}

/// Repeats a call as long as its attempt is being judged, as a phone does.
async fn until_judged(phone: &Phone, call: &Call) -> FaceVerdict {
    loop {
        let answer = phone.call(call.clone()).await;
        if answer.status == 200 {
            return answer.json();
        }
        assert_eq!(answer.refused(), ProblemType::AttemptInProgress, "{answer}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn bodies_with_pictures_share_a_bounded_memory() {
    let site = Site::with(|config| config.listen.app.budget.upload_memory_mib = Some(16), |_| {});
    let (taro, hanako) = (site.holder("taro"), site.holder("hanako"));
    let (first, second) = (site.registered_phone().await, site.registered_phone().await);
    let (mine, theirs) = (first.at_face(&taro).await, second.at_face(&hanako).await);
    let heavy = |name: &str| -> Vec<Vec<u8>> {
        let frame = |number| format!("face:{name}#{number}{}", "x".repeat(900_000)).into_bytes();
        (0..12).map(frame).collect()
    };
    let attempt = first.challenge(mine.booking).await.attempt;
    let other = second.challenge(theirs.booking).await.attempt;
    let held = site.faces.hold_compares();
    let shown = heavy("taro");
    let judged = first.show(&mine, attempt, &shown);
    let crowded = async {
        while site.faces.compares() == 0 {
            tokio::task::yield_now().await;
        }
        let crowded = second.show(&theirs, other, &heavy("hanako")).await;
        drop(held);
        crowded
    };
    let (judged, crowded) = tokio::join!(judged, crowded);
    assert_eq!(crowded.refused(), ProblemType::Unavailable);
    assert!(matches!(judged.json(), FaceVerdict::Matched { .. }));
    let verdict: FaceVerdict = second.show(&theirs, other, &heavy("hanako")).await.json();
    assert!(matches!(verdict, FaceVerdict::Matched { .. }));
}
