//! A face attempt: what is judged, what is counted, what is repeated.

use std::collections::HashSet;
use std::time::Duration;

use reservation::PinKind;
use uuid::Uuid;
use wire::app::{FaceChallenge, FaceVerdict, Pose, Reservation, ReservationState, Step};
use wire::kiosk::{Granted, Settled};
use wire::problem::{Advice, ProblemType};

use crate::phone::{Call, Phone};
use crate::signing::{AtFace, frames, frames_of};
use crate::site::{NOON, Site};
use crate::terminal::proof;
use server::clock::to_date_time;

fn not_matched(tries_left: u8) -> FaceVerdict {
    FaceVerdict::NotMatched { tries_left, advice: None }
}

/// The frames of a challenge well met by `taro`, with these in the place of some, counted from 0.
fn with(challenge: &FaceChallenge, others: &[(usize, &str)]) -> Vec<Vec<u8>> {
    let mut shown = frames(challenge, "taro", 50);
    for (at, recipe) in others {
        shown[*at] = recipe.as_bytes().to_vec();
    }
    shown
}

#[tokio::test]
async fn a_signature_pin_is_booked_with_a_face_and_reset_at_the_kiosk() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    assert_eq!((challenge.poses.len(), challenge.poses[0]), (4, Pose::Front));
    assert!(challenge.poses.windows(2).all(|pair| pair[0] != pair[1]), "{:?}", challenge.poses);
    assert_eq!((challenge.frames_least, challenge.frames_most), (9, 24));
    assert_eq!(challenge.expires_at, to_date_time(NOON) + Duration::from_secs(30));
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.json();
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
    let missed = phone.challenge(at.booking).await;
    for _ in 0..3 {
        let verdict: FaceVerdict = phone.show(&at, &missed, &frames(&missed, "stranger", 1)).await.json();
        assert_eq!(verdict, not_matched(4));
    }
    let other = phone.show(&at, &missed, &frames(&missed, "taro", 1)).await.refused();
    assert_eq!(other, ProblemType::AttemptUsed, "one debit pays for one set of frames");
    let matched = phone.challenge(at.booking).await;
    for _ in 0..3 {
        let verdict: FaceVerdict = phone.show(&at, &matched, &frames(&matched, "taro", 2)).await.json();
        assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
    }
    assert_eq!(site.faces.compares(), 2);
    phone.reserve(at.booking).await.json::<Reservation>();
    let verdict: FaceVerdict = phone.show(&at, &matched, &frames(&matched, "taro", 2)).await.json();
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
}

#[tokio::test]
async fn whoever_cannot_be_told_apart_or_is_not_one_person_has_failed() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    for (tries_left, others, advice) in [
        (4, [(0, "doubt:taro#1"), (1, "doubt:taro#2")], None),
        (3, [(1, "face:stranger#2"), (2, "face:taro#3")], Some(Advice::OnePersonOnly)),
    ] {
        let challenge = phone.challenge(at.booking).await;
        let verdict: FaceVerdict = phone.show(&at, &challenge, &with(&challenge, &others)).await.json();
        assert_eq!(verdict, FaceVerdict::NotMatched { tries_left, advice });
    }
    assert_eq!(phone.fail(&at, 1).await, not_matched(2));
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
    let challenge = phone.challenge(at.booking).await;
    let good = "face:taro#1";
    let many: Vec<Vec<u8>> = (0..25).map(|number| format!("face:taro#{number}").into_bytes()).collect();
    let all = with(&challenge, &[]);
    for (shown, advice, frame) in [
        (with(&challenge, &[(1, "noface")]), Advice::NoFace, Some(2)),
        (with(&challenge, &[(8, "noface")]), Advice::NoFace, Some(9)),
        (with(&challenge, &[(0, "two")]), Advice::SeveralFaces, Some(1)),
        (with(&challenge, &[(5, "tiny")]), Advice::Closer, Some(6)),
        (with(&challenge, &[(0, "dark"), (1, "dark#2"), (2, "dark#3")]), Advice::MoreLight, Some(1)),
        (with(&challenge, &[(3, "bright")]), Advice::LessLight, Some(4)),
        (with(&challenge, &[(2, "turned")]), Advice::LookStraight, Some(3)),
        (with(&challenge, &[(0, good), (1, good)]), Advice::TakeEachAnew, Some(2)),
        (with(&challenge, &[(1, "%PDF-1.4")]), Advice::NotAPicture, Some(2)),
        (with(&challenge, &[(1, "")]), Advice::Empty, Some(2)),
        (with(&challenge, &[(4, "othertype")]), Advice::OtherType, Some(5)),
        (with(&challenge, &[(4, "damaged")]), Advice::Damaged, Some(5)),
        (with(&challenge, &[(4, "animated")]), Advice::Animated, Some(5)),
        (with(&challenge, &[(4, "huge")]), Advice::TooLarge, Some(5)),
        (all[..8].to_vec(), Advice::MorePictures, None),
        (Vec::new(), Advice::MorePictures, None),
        (many, Advice::FewerPictures, None),
    ] {
        let refused = phone.show(&at, &challenge, &shown).await;
        assert_eq!(refused.refused(), ProblemType::FramesUnfit, "{advice:?}");
        let facts = refused.problem().facts;
        assert_eq!((facts.advice, facts.frame), (Some(advice), frame), "{advice:?}");
    }
    assert_eq!((site.faces.compares(), site.faces.waiting()), (0, 0));
    // The challenge is still out, and every try is left.
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "stranger", 1)).await.json();
    assert_eq!(verdict, not_matched(4));
}

#[tokio::test]
async fn frames_after_the_deadline_and_frames_for_no_challenge_are_refused_and_not_counted() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let replaced = phone.challenge(at.booking).await;
    let never = FaceChallenge { attempt: Uuid::new_v4(), ..replaced.clone() };
    let late = phone.challenge(at.booking).await;
    let mixed = FaceChallenge { nonce: replaced.nonce.clone(), ..late.clone() };
    for challenge in [never, replaced, mixed] {
        let refused = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.refused();
        assert_eq!(refused, ProblemType::ChallengeUnknown);
    }
    site.advance(Duration::from_secs(30));
    let refused = phone.show(&at, &late, &frames(&late, "taro", 1)).await.refused();
    assert_eq!(refused, ProblemType::ChallengeOver);
    let in_time = phone.challenge(at.booking).await;
    site.advance(Duration::from_secs(29));
    let verdict: FaceVerdict = phone.show(&at, &in_time, &frames(&in_time, "stranger", 1)).await.json();
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
    let challenge = phone.challenge(at.booking).await;
    let spaced = [at.surface.clone(), b" ".to_vec()].concat();
    for surface in [theirs.surface, spaced] {
        let at = AtFace { surface, ..at.clone() };
        let refused = phone.show(&at, &challenge, &frames(&challenge, "thief", 1)).await.refused();
        assert_eq!(refused, ProblemType::AnotherCard);
    }
    assert_eq!(site.faces.inspections(), 0);
    assert_eq!(phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.status, 200);
}

#[tokio::test]
async fn an_attempt_of_another_phone_or_booking_is_nobodys() {
    let site = Site::new();
    let holder = site.holder("taro");
    let (phone, other) = (site.registered_phone().await, site.registered_phone().await);
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    let refused = other.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.refused();
    assert_eq!(refused, ProblemType::BookingUnknown);
    assert_eq!(other.try_challenge(at.booking).await.refused(), ProblemType::BookingUnknown);
    let elsewhere = AtFace { booking: Uuid::new_v4(), ..at.clone() };
    let refused = phone.show(&elsewhere, &challenge, &frames(&challenge, "taro", 1)).await.refused();
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
    let challenge = phone.challenge(at.booking).await;
    site.faces.set_busy(true);
    let busy = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await;
    assert_eq!((busy.refused(), busy.header("retry-after")), (ProblemType::Unavailable, Some("2")));
    site.faces.set_busy(false);
    let crashed = phone.show(&at, &challenge, &with(&challenge, &[(0, "crash")])).await;
    assert_eq!(crashed.refused(), ProblemType::Unavailable);
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "stranger", 1)).await.json();
    assert_eq!(verdict, not_matched(4));
}

#[tokio::test]
async fn an_engine_that_fails_during_the_match_voids_three_debits_and_no_more() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let crash = |challenge: &FaceChallenge| {
        with(challenge, &[(0, &format!("late-crash:taro#{}", challenge.attempt))])
    };
    for _ in 0..3 {
        let challenge = phone.challenge(at.booking).await;
        for _ in 0..2 {
            let verdict: FaceVerdict = phone.show(&at, &challenge, &crash(&challenge)).await.json();
            assert_eq!(verdict, FaceVerdict::Voided { tries_left: 5 });
        }
    }
    let challenge = phone.challenge(at.booking).await;
    let verdict: FaceVerdict = phone.show(&at, &challenge, &crash(&challenge)).await.json();
    let advice = Some(Advice::FaultOfOurs);
    let counted = FaceVerdict::NotMatched { tries_left: 4, advice };
    assert_eq!(verdict, counted, "a fourth fault of one booking counts");
}

#[tokio::test]
async fn a_body_of_other_parts_or_sizes_is_refused() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    let many: Vec<Vec<u8>> = (0..33).map(|number| format!("face:taro#{number}").into_bytes()).collect();
    let refused = phone.show(&at, &challenge, &many).await;
    assert_eq!(refused.refused(), ProblemType::MalformedRequest);
    assert_eq!(refused.problem().facts.field.as_deref(), Some("frame"));
    let large = vec![vec![b'x'; 1024 * 1024 + 1]];
    let refused = phone.show(&at, &challenge, &large).await;
    assert_eq!(refused.refused(), ProblemType::PayloadTooLarge);
    assert_eq!(refused.problem().facts.field.as_deref(), Some("frame"));
    let whole = vec![vec![b'x'; 1024 * 1024]; 12];
    let refused = phone.show(&at, &challenge, &whole).await.refused();
    assert_eq!(refused, ProblemType::PayloadTooLarge, "twelve of the largest are more than the whole may be");
    let short = FaceChallenge { nonce: b"short".into(), ..challenge.clone() };
    let refused = phone.show(&at, &short, &frames(&challenge, "taro", 1)).await;
    assert_eq!(refused.refused(), ProblemType::MalformedRequest);
    assert_eq!(refused.problem().facts.field.as_deref(), Some("nonce"));
    assert_eq!(phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.status, 200);
}

#[tokio::test]
async fn a_phone_that_hangs_up_after_the_debit_finds_its_verdict() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    let call = Phone::frames_call(&at, &challenge, &frames(&challenge, "taro", 1));
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
    let heavy = |challenge: &FaceChallenge, name: &str| -> Vec<Vec<u8>> {
        let mut shown = frames(challenge, name, 1);
        shown.iter_mut().for_each(|frame| frame.resize(1_000_000, b'x'));
        shown
    };
    let challenge = first.challenge(mine.booking).await;
    let other = second.challenge(theirs.booking).await;
    let held = site.faces.hold_compares();
    let shown = heavy(&challenge, "taro");
    let judged = first.show(&mine, &challenge, &shown);
    let crowded = async {
        while site.faces.compares() == 0 {
            tokio::task::yield_now().await;
        }
        let crowded = second.show(&theirs, &other, &heavy(&other, "hanako")).await;
        drop(held);
        crowded
    };
    let (judged, crowded) = tokio::join!(judged, crowded);
    assert_eq!(crowded.refused(), ProblemType::Unavailable);
    assert!(matches!(judged.json(), FaceVerdict::Matched { .. }));
    let verdict: FaceVerdict = second.show(&theirs, &other, &heavy(&other, "hanako")).await.json();
    assert!(matches!(verdict, FaceVerdict::Matched { .. }));
}

#[tokio::test]
async fn other_poses_than_those_asked_for_have_failed_and_are_told_what_to_do_better() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let mirrored = |pose: &Pose| match pose {
        Pose::Front => Pose::Front,
        Pose::Left => Pose::Right,
        Pose::Right => Pose::Left,
    };
    let challenge = phone.challenge(at.booking).await;
    let shown: Vec<_> = challenge.poses.iter().map(mirrored).collect();
    let shown = frames_of(&shown, "taro", "mirrored");
    for _ in 0..2 {
        let verdict: FaceVerdict = phone.show(&at, &challenge, &shown).await.json();
        assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: 4, advice: Some(Advice::FollowPoses) });
    }
    let challenge = phone.challenge(at.booking).await;
    let still = vec![Pose::Front; 4];
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames_of(&still, "taro", "still")).await.json();
    assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: 3, advice: Some(Advice::TurnFurther) });
    assert_eq!(phone.fail(&at, 1).await, not_matched(2));
    assert_eq!(site.faces.compares(), 3);
}

#[tokio::test]
async fn a_frame_of_an_earlier_attempt_is_not_taken_again_on_any_phone_and_costs_nothing() {
    let site = Site::new();
    let (holder, other) = (site.holder("taro"), site.holder("hanako"));
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let first = phone.challenge(at.booking).await;
    let shown = frames(&first, "stranger", 1);
    assert_eq!(phone.show(&at, &first, &shown).await.json::<FaceVerdict>(), not_matched(4));
    let fresh = site.registered_phone().await;
    let theirs = fresh.at_face(&holder).await;
    for (phone, at, tries_left) in [(&phone, &at, 3), (&fresh, &theirs, 2)] {
        let challenge = phone.challenge(at.booking).await;
        let mut replay = frames(&challenge, "taro", 2);
        replay[6] = shown[6].clone();
        let refused = phone.show(at, &challenge, &replay).await;
        assert_eq!(refused.refused(), ProblemType::FramesUnfit);
        let facts = refused.problem().facts;
        assert_eq!((facts.advice, facts.frame), (Some(Advice::SeenBefore), Some(7)));
        assert_eq!(phone.fail(at, 1).await, not_matched(tries_left));
    }
    assert_eq!(site.faces.inspections(), 3, "a replay is not looked at");
    // With another card they are new; and whose they are is seen.
    let hers = fresh.at_face(&other).await;
    let challenge = fresh.challenge(hers.booking).await;
    let verdict: FaceVerdict =
        fresh.show(&hers, &challenge, &with(&challenge, &[(0, "face:hanako#1")])).await.json();
    assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: 3, advice: Some(Advice::OnePersonOnly) });
}

#[tokio::test]
async fn poses_are_drawn_and_their_number_and_time_are_settings() {
    let site = Site::with(
        |config| crate::limits::admit_all(&mut config.rates),
        |parts| {
            parts.policy.challenge = reservation::ChallengePolicy {
                turns: reservation::Turns::new(1).unwrap(),
                life: Duration::from_secs(45),
            };
        },
    );
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let (mut nonces, mut sequences) = (HashSet::new(), HashSet::new());
    for _ in 0..4 {
        let at = phone.at_face(&holder).await;
        for _ in 0..10 {
            let challenge = phone.challenge(at.booking).await;
            assert_eq!(challenge.expires_at, to_date_time(NOON) + Duration::from_secs(45));
            assert!(nonces.insert(challenge.nonce.to_array::<32>().unwrap()), "a nonce of its own");
            assert_eq!((challenge.frames_least, challenge.frames_most), (5, 12));
            sequences.insert(challenge.poses);
        }
    }
    // That one of the two never comes in forty has odds of one in 2^39.
    assert_eq!(sequences, HashSet::from([vec![Pose::Front, Pose::Left], vec![Pose::Front, Pose::Right]]));
}
