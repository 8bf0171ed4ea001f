//! The face of a booking of the signature PIN: matched, not matched, not judged, locked.

use std::time::Duration;

use mobile_bridge::{CallError, CardProof, Frames, Next, NotJudged, PhoneError, PicturesRefused, Shown};
use reservation::PinKind;
use wire::app::{Pose, ReservationState};
use wire::problem::{Advice, ProblemType};

use crate::support::card::other_card;
use crate::support::server::face::{LOCKED_UNTIL, frames_showing, lock_number};
use crate::support::world::{Camera, Ended, World, book, book_with, frames, front, not_judged, show};

fn signature() -> World {
    World::new(PinKind::Signature)
}

#[track_caller]
fn refusal(error: PhoneError) -> client::Refusal {
    match error {
        PhoneError::Call(CallError::Failure(client::Failure::Refused(refusal))) => *refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_signature_pin_is_booked_with_the_user_pin_the_front_and_the_face() {
    let world = signature();
    let mut phone = world.phone();
    let reservation = book(&world, &mut phone).await.unwrap();
    assert_eq!(reservation.target, wire::PinKind::Signature);
    assert_eq!(reservation.state, ReservationState::Reserved { claims_left: 3 });
    let phone = world.phone();
    assert_eq!(phone.held().unwrap().number(), reservation.number);
    assert_eq!((phone.booking(), phone.lock()), (None, None));
}

#[tokio::test]
async fn a_face_that_is_not_matched_is_told_with_its_tries_and_another_may_follow() {
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    for left in [4, 3] {
        let shown = show(&mut phone, "other").await.unwrap();
        assert_eq!(shown, Shown::NotMatched { tries_left: left, advice: None });
        assert!(matches!(phone.next(PinKind::Signature), Next::ShowFace { .. }));
    }
    assert_eq!(show(&mut phone, "holder").await.unwrap(), Shown::Matched);
    assert_eq!(phone.next(PinKind::Signature), Next::Reserve);
    phone.reserve().await.unwrap();
    assert_eq!(world.server.bookings(), 1);
}

#[tokio::test]
async fn the_program_again_goes_on_with_the_same_booking_and_a_new_challenge() {
    let world = signature();
    let ended = book_with(&world, &mut world.phone(), "other", Camera::Forgets).await.unwrap();
    assert!(matches!(ended, Ended::NotMatched { tries_left: 4 }));
    // A new process has no surface file: the card is read again.
    let phone = world.phone();
    assert!(matches!(phone.next(PinKind::Signature), Next::ReadCard { .. }));
    book(&world, &mut world.phone()).await.unwrap();
    assert_eq!((world.server.bookings(), world.server.judged()), (1, 2));
}

#[tokio::test]
async fn a_fifth_failure_locks_and_the_end_and_the_number_are_kept() {
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    for _ in 0..4 {
        assert!(matches!(show(&mut phone, "other").await.unwrap(), Shown::NotMatched { .. }));
    }
    let Shown::Locked(lock) = show(&mut phone, "other").await.unwrap() else { panic!("the fifth locks") };
    assert_eq!((lock.until, lock.number()), (Some(LOCKED_UNTIL), Some(lock_number().as_str())));
    // After a restart it is still known, and the booking is over.
    let mut phone = world.phone();
    assert_eq!((phone.lock(), phone.booking()), (Some(&lock), None));
    // The refusal of another booking tells no number: the known one stays.
    let refused = refusal(book(&world, &mut phone).await.unwrap_err());
    assert_eq!(refused.kind, Some(ProblemType::InstallationLocked));
    assert_eq!((phone.lock(), phone.booking()), (Some(&lock), None));
    assert_eq!(world.server.judged(), 5);
    // A card that is accepted after the lock's end ends it here too.
    world.server.end_lock();
    book(&world, &mut phone).await.unwrap();
    assert_eq!(world.phone().lock(), None);
}

#[tokio::test]
async fn a_lock_that_begins_while_the_booking_waits_is_kept_with_its_end() {
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    let challenge = phone.challenge().await.unwrap();
    let mut elsewhere = World::phone(&world);
    // The same phone, started twice, fails five times over there.
    for _ in 0..5 {
        book_with(&world, &mut elsewhere, "other", Camera::Forgets).await.unwrap();
    }
    let refused = refusal(phone.show_face(&frames("holder", &challenge)).await.unwrap_err());
    assert_eq!(refused.kind, Some(ProblemType::InstallationLocked));
    assert_eq!(phone.lock().unwrap().until, Some(LOCKED_UNTIL));
    assert_eq!(phone.booking(), None);
}

#[tokio::test]
async fn an_attempt_that_is_still_open_leaves_the_booking_where_it_stands() {
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    world.server.open_attempt(1, Duration::from_secs(30));
    let error = phone.challenge().await.unwrap_err();
    let PhoneError::Call(CallError::Failure(failure)) = error else { panic!("{error:?}") };
    assert_eq!(failure.kind(), Some(ProblemType::AttemptInProgress));
    assert_eq!(show(&mut phone, "holder").await.unwrap(), Shown::Matched);
}

#[tokio::test]
async fn pictures_that_cannot_be_judged_cost_nothing_and_others_answer_the_same_challenge() {
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    let challenge = phone.challenge().await.unwrap();
    let refused = refusal(phone.show_face(&frames("noface", &challenge)).await.unwrap_err());
    assert_eq!(refused.kind, Some(ProblemType::FramesUnfit));
    assert_eq!((refused.facts.advice, refused.facts.frame), (Some(Advice::NoFace), Some(1)));
    let alike = Frames::new(vec![b"holder 1".to_vec(); 9]).unwrap();
    let refused = refusal(phone.show_face(&alike).await.unwrap_err());
    assert_eq!((refused.facts.advice, refused.facts.frame), (Some(Advice::TakeEachAnew), Some(2)));
    assert_eq!(phone.challenge().await.unwrap(), challenge);
    assert_eq!(phone.show_face(&frames("holder", &challenge)).await.unwrap(), Shown::Matched);
    assert_eq!(world.server.judged(), 1);
}

#[tokio::test]
async fn a_fault_of_the_service_and_a_late_face_are_not_counted_and_lead_to_a_new_challenge() {
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    let first = phone.challenge().await.unwrap();
    let voided = not_judged(phone.show_face(&frames("fault", &first)).await);
    assert_eq!(voided, NotJudged::OurFault { tries_left: 5 });
    let second = phone.challenge().await.unwrap();
    assert_ne!(first.attempt, second.attempt);
    world.server.end_challenge();
    assert_eq!(not_judged(phone.show_face(&frames("holder", &second)).await), NotJudged::TooLate);
    assert_eq!(show(&mut phone, "holder").await.unwrap(), Shown::Matched);
}

#[tokio::test]
async fn the_same_phone_started_twice_is_told_that_its_challenge_is_gone() {
    let world = signature();
    let mut first = world.waiting_for_face().await;
    let (mut second, to_sign) = world.reading_again();
    second.prove(&world.proof(&to_sign)).await.unwrap();
    let challenge = first.challenge().await.unwrap();
    second.challenge().await.unwrap();
    let gone = not_judged(first.show_face(&frames("holder", &challenge)).await);
    assert_eq!(gone, NotJudged::ChallengeGone);
}

#[tokio::test]
async fn a_face_that_was_matched_elsewhere_leads_to_the_reservation() {
    let world = signature();
    let mut first = world.waiting_for_face().await;
    let mut second = world.phone();
    book(&world, &mut second).await.unwrap();
    assert!(matches!(first.challenge().await, Err(PhoneError::OutOfOrder)));
    assert_eq!(first.next(PinKind::Signature), Next::Reserve);
    first.reserve().await.unwrap();
    assert_eq!(world.server.reservations(), 1);
}

#[tokio::test]
async fn other_frames_for_an_attempt_whose_verdict_was_lost_are_told_apart() {
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    let challenge = phone.challenge().await.unwrap();
    world.server.kill_at(2);
    phone.show_face(&frames("other", &challenge)).await.unwrap_err();
    world.server.kill_at(0);
    assert_eq!(phone.unsettled(), Some(&challenge));
    let shown = phone.show_face(&frames("holder", &challenge)).await;
    assert_eq!(not_judged(shown), NotJudged::OtherFramesBefore);
    assert_eq!(phone.unsettled(), None);
    assert_eq!(show(&mut phone, "holder").await.unwrap(), Shown::Matched);
    assert_eq!(world.server.judged(), 2);
}

#[tokio::test]
async fn fewer_or_more_pictures_than_the_challenge_takes_are_not_sent() {
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    phone.challenge().await.unwrap();
    let before = world.server.steps();
    let (least, most) = (9, 24);
    for found in [8, 25] {
        let frames = Frames::new((0..found).map(|number| vec![number as u8]).collect()).unwrap();
        match phone.show_face(&frames).await.unwrap_err() {
            PhoneError::Pictures(refused) => {
                assert_eq!(refused, PicturesRefused::Count { found, least, most });
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(world.server.steps(), before);
}

#[tokio::test]
async fn a_refused_face_is_told_with_what_to_do_better_and_the_attempts_left() {
    use Pose::{Front, Right};
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    // Asked for: front, right, front, right; front, left, front, left; front, right, left, front.
    for (tries_left, poses, advice) in [
        (4, vec![Front, Right, Front], Advice::TurnFurther),
        (3, vec![Front, Right, Front, Right], Advice::FollowPoses),
    ] {
        let challenge = phone.challenge().await.unwrap();
        let mut shown = frames_showing("holder", &poses, advice_name(advice));
        // As many as are taken; on the way nothing is held.
        shown.extend((shown.len()..9).map(|number| format!("holder@way {number}").into_bytes()));
        let shown = phone.show_face(&Frames::new(shown).unwrap()).await.unwrap();
        assert_eq!(shown, Shown::NotMatched { tries_left, advice: Some(advice) }, "{:?}", challenge.poses);
    }
    let challenge = phone.challenge().await.unwrap();
    let mut spliced = frames_showing("holder", &challenge.poses, "spliced");
    *spliced.last_mut().unwrap() = b"other 9".to_vec();
    let shown = phone.show_face(&Frames::new(spliced).unwrap()).await.unwrap();
    assert_eq!(shown, Shown::NotMatched { tries_left: 2, advice: Some(Advice::OnePersonOnly) });
}

fn advice_name(advice: Advice) -> &'static str {
    match advice {
        Advice::TurnFurther => "further",
        _ => "follow",
    }
}

#[tokio::test]
async fn frames_that_were_used_before_are_not_counted_and_others_answer_the_same_challenge() {
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    let first = phone.challenge().await.unwrap();
    let shown = phone.show_face(&frames("other", &first)).await.unwrap();
    assert_eq!(shown, Shown::NotMatched { tries_left: 4, advice: None });
    let second = phone.challenge().await.unwrap();
    assert_ne!((&first.nonce, &first.poses), (&second.nonce, &second.poses));
    let mut replayed: Vec<_> = frames("holder", &second).iter().map(<[u8]>::to_vec).collect();
    replayed[2] = frames("other", &first).iter().next().unwrap().to_vec();
    let refused = refusal(phone.show_face(&Frames::new(replayed).unwrap()).await.unwrap_err());
    assert_eq!(refused.kind, Some(ProblemType::FramesUnfit));
    assert_eq!((refused.facts.advice, refused.facts.frame), (Some(Advice::SeenBefore), Some(3)));
    assert_eq!(phone.challenge().await.unwrap(), second);
    assert_eq!(phone.show_face(&frames("holder", &second)).await.unwrap(), Shown::Matched);
    assert_eq!(world.server.judged(), 2);
}

#[tokio::test]
async fn a_challenge_is_begun_once_more_only_while_there_is_time_for_its_poses() {
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    let first = phone.challenge().await.unwrap();
    assert_eq!(phone.time_left(&first), Duration::from_secs(30));
    // Three seconds for each of four poses.
    world.server.leave(Duration::from_secs(12));
    assert_eq!(phone.challenge().await.unwrap(), first);
    world.server.leave(Duration::from_millis(11_999));
    let second = phone.challenge().await.unwrap();
    assert_ne!(second.attempt, first.attempt);
    world.server.leave(Duration::ZERO);
    assert_eq!(phone.time_left(&second), Duration::ZERO);
    // What is new is shown however short it is: that is for the server to say.
    assert_ne!(phone.challenge().await.unwrap().attempt, second.attempt);
}

#[tokio::test]
async fn a_challenge_survives_a_killed_phone_with_its_nonce_while_there_is_time() {
    let world = signature();
    let challenge = world.waiting_for_face().await.challenge().await.unwrap();
    let (mut phone, to_sign) = world.reading_again();
    phone.prove(&world.proof(&to_sign)).await.unwrap();
    assert_eq!(phone.challenge().await.unwrap(), challenge);
    assert_eq!(phone.show_face(&frames("holder", &challenge)).await.unwrap(), Shown::Matched);
}

#[tokio::test]
async fn a_front_that_will_not_do_is_taken_again_without_reading_the_card_again() {
    let world = signature();
    let (mut phone, to_sign) = world.waiting_for_card().await;
    let CardProof::Signature { card, .. } = world.proof(&to_sign) else { panic!("a surface proof") };
    let commands = world.card.commands();
    let with = |picture: &str| CardProof::Signature { card: card.clone(), front: front(picture) };
    let refused = refusal(phone.prove(&with("a cat")).await.unwrap_err());
    assert_eq!(refused.kind, Some(ProblemType::FrontUnfit));
    assert_eq!(refused.facts.advice, Some(Advice::PhotographThisCard));
    phone.prove(&with("holder's card")).await.unwrap();
    assert!(matches!(phone.next(PinKind::Signature), Next::ShowFace { .. }));
    assert_eq!(world.card.commands(), commands);
}

#[tokio::test]
async fn another_card_put_into_the_booking_is_refused_and_the_first_goes_on() {
    let mut world = signature();
    book_with(&world, &mut world.phone(), "other", Camera::Forgets).await.unwrap();
    let first = std::mem::replace(&mut world.card, other_card(world.dir.path()));
    let refused =
        refusal(book_with(&world, &mut world.phone(), "holder", Camera::Forgets).await.unwrap_err());
    assert_eq!(refused.kind, Some(ProblemType::AnotherCard));
    world.card = first;
    book(&world, &mut world.phone()).await.unwrap();
    assert_eq!(world.server.bookings(), 1);
}

#[tokio::test]
async fn a_surface_that_is_not_believed_leaves_the_booking_open_for_the_right_card() {
    for kind in [ProblemType::SurfaceNotGenuine, ProblemType::SurfaceOfAnotherCard] {
        let world = signature();
        let (mut phone, to_sign) = world.waiting_for_card().await;
        world.server.refuse_evidence(Some(kind));
        phone.prove(&world.proof(&to_sign)).await.unwrap_err();
        world.server.refuse_evidence(None);
        assert!(matches!(phone.next(PinKind::Signature), Next::ReadCard { .. }));
        book(&world, &mut phone).await.unwrap();
        assert_eq!(world.server.bookings(), 1);
    }
}

#[tokio::test]
async fn a_booking_without_challenges_left_is_let_go() {
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    for _ in 0..10 {
        let challenge = phone.challenge().await.unwrap();
        world.server.end_challenge();
        let late = not_judged(phone.show_face(&frames("holder", &challenge)).await);
        assert_eq!(late, NotJudged::TooLate);
    }
    let refused = refusal(phone.challenge().await.unwrap_err());
    assert_eq!(refused.kind, Some(ProblemType::ChallengesExhausted));
    assert_eq!(phone.next(PinKind::Signature), Next::Start);
}

#[tokio::test]
async fn a_booking_whose_time_is_over_is_told_at_the_face_too() {
    let world = signature();
    let mut phone = world.waiting_for_face().await;
    world.server.expire_bookings();
    assert!(matches!(phone.challenge().await, Err(PhoneError::BookingOver)));
    assert_eq!(phone.next(PinKind::Signature), Next::Start);
}
