//! Locks after face failures: of the phone and of the card, told with their end, and over at it.

use std::time::Duration;

use reservation::PinKind;
use server::clock::to_date_time;
use wire::app::{FaceChallenge, FaceVerdict, Reservation, Step};
use wire::kiosk::Granted;
use wire::problem::{Problem, ProblemType};

use crate::signing::frames;
use crate::site::{NOON, Site};

const DAY: Duration = Duration::from_secs(86_400);

/// A fresh lists of revocations: a test here lives for days.
fn days_pass(site: &Site, span: Duration) {
    site.advance(span);
    site.refresh_lists();
}

/// The number and the end of a lock, if that is what the problem tells.
#[track_caller]
fn lock(problem: &Problem) -> (String, time::OffsetDateTime) {
    assert_eq!(problem.problem_type(), Some(ProblemType::CardLocked));
    (problem.facts.number.clone().unwrap(), problem.facts.locked_until.unwrap())
}

#[tokio::test]
async fn five_failures_in_a_row_lock_phone_and_card_and_the_next_attempt_runs_no_match() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    for left in [4, 3, 2, 1] {
        let verdict: FaceVerdict = phone.attempt(&at, "stranger", u32::from(left)).await.json();
        assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: left, advice: None });
    }
    let last = phone.challenge(at.booking).await;
    let verdict: FaceVerdict = phone.show(&at, &last, &frames(&last, "stranger", 9)).await.json();
    let end = to_date_time(NOON.after(DAY));
    let FaceVerdict::Locked { until, number } = verdict.clone() else { panic!("{verdict:?}") };
    assert_eq!((until, site.card(&number).await.number.to_string()), (end, number.clone()));
    let again: FaceVerdict = phone.show(&at, &last, &frames(&last, "stranger", 9)).await.json();
    assert_eq!(again, verdict);

    assert_eq!(lock(&phone.try_challenge(at.booking).await.problem()), (number.clone(), end));
    let never = FaceChallenge { attempt: uuid::Uuid::new_v4(), ..last.clone() };
    let attempt = phone.show(&at, &never, &frames(&never, "taro", 1)).await;
    assert_eq!(attempt.refused(), ProblemType::InstallationLocked);
    assert_eq!(site.faces.compares(), 5);
    for target in [wire::PinKind::User, wire::PinKind::Signature] {
        let refused = phone.try_start(target).await;
        assert_eq!(refused.refused(), ProblemType::InstallationLocked, "{target:?}");
        let facts = refused.problem().facts;
        assert_eq!((facts.locked_until, facts.number.as_deref()), (Some(end), Some(number.as_str())));
    }
}

#[tokio::test]
async fn a_new_installation_after_the_lock_meets_the_cards_and_another_card_the_phones() {
    let site = Site::new();
    let (holder, other) = (site.holder("taro"), site.holder("hanako"));
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let FaceVerdict::Locked { number, until } = phone.fail(&at, 5).await else { panic!("not locked") };
    assert_eq!(phone.try_start(wire::PinKind::User).await.refused(), ProblemType::InstallationLocked);

    let fresh = site.registered_phone().await;
    let booking = fresh.start_signature().await;
    let reading = fresh.read(&booking, &holder);
    let told = fresh.send_reading(booking.booking, &reading).await.problem();
    assert_eq!(lock(&told), (number.clone(), until));
    assert_eq!(site.faces.fronts(), 1, "a locked card does not trouble the engine");
    let booking = fresh.start().await;
    let told = fresh.prove(booking.booking, &fresh.evidence(&booking, &holder)).await.problem();
    assert_eq!(lock(&told), (number, until), "for both targets");
    fresh.book_signature(&other).await;
}

#[tokio::test]
async fn a_lock_ends_at_its_end_and_not_a_second_before() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    phone.fail(&at, 5).await;
    let fresh = site.registered_phone().await;
    days_pass(&site, DAY - Duration::from_secs(1));
    assert_eq!(phone.try_start(wire::PinKind::User).await.refused(), ProblemType::InstallationLocked);
    let booking = fresh.start_signature().await;
    let reading = fresh.read(&booking, &holder);
    let refused = fresh.send_reading(booking.booking, &reading).await.refused();
    assert_eq!(refused, ProblemType::CardLocked);
    site.advance(Duration::from_secs(1));
    assert_eq!(fresh.send_reading(booking.booking, &reading).await.status, 200);
    let at = phone.at_face(&holder).await;
    assert_eq!(
        phone.fail(&at, 1).await,
        FaceVerdict::NotMatched { tries_left: 4, advice: None },
        "counted anew"
    );
}

#[tokio::test]
async fn a_reservation_made_before_the_lock_is_not_claimed_while_it_lasts_and_the_kiosk_is_told() {
    let site = Site::new();
    let holder = site.holder("taro");
    let (phone, other) = (site.registered_phone().await, site.registered_phone().await);
    let reservation = phone.book(&holder).await;
    let at = other.at_face(&holder).await;
    let FaceVerdict::Locked { number, until } = other.fail(&at, 5).await else { panic!("not locked") };
    assert_eq!(number, reservation.number, "a number that may have been written down stays");
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    assert_eq!(lock(&kiosk.claim(&holder).await.problem()), (number, until));
    let seen: Reservation = phone.look(&reservation).await.json();
    assert!(matches!(seen.state, wire::app::ReservationState::Reserved { claims_left: 3 }));
}

#[tokio::test]
async fn a_booking_that_matched_before_the_lock_gets_no_reservation_while_it_lasts() {
    let site = Site::new();
    let holder = site.holder("taro");
    let (phone, other) = (site.registered_phone().await, site.registered_phone().await);
    let mine = phone.at_face(&holder).await;
    let verdict: FaceVerdict = phone.attempt(&mine, "taro", 1).await.json();
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
    let theirs = other.at_face(&holder).await;
    other.fail(&theirs, 5).await;
    let told = phone.reserve(mine.booking).await.problem();
    assert_eq!(told.problem_type(), Some(ProblemType::CardLocked));
    assert!(told.facts.locked_until.is_some() && told.facts.number.is_some());
}

#[tokio::test]
async fn failures_of_two_phones_add_up_on_their_card_and_the_smaller_rest_is_told() {
    let site = Site::new();
    let holder = site.holder("taro");
    let (first, second) = (site.registered_phone().await, site.registered_phone().await);
    let at = first.at_face(&holder).await;
    assert_eq!(first.fail(&at, 3).await, FaceVerdict::NotMatched { tries_left: 2, advice: None });
    let theirs = second.at_face(&holder).await;
    assert_eq!(second.fail(&theirs, 1).await, FaceVerdict::NotMatched { tries_left: 1, advice: None });
    let FaceVerdict::Locked { .. } = second.attempt(&theirs, "stranger", 7).await.json() else {
        panic!("five on one card")
    };
    // The second phone has failed twice only: it is the card that is locked.
    assert_eq!(second.try_challenge(theirs.booking).await.refused(), ProblemType::CardLocked);
    assert!(second.try_start(wire::PinKind::User).await.status == 201);
}

#[tokio::test]
async fn failures_with_two_cards_add_up_on_their_phone() {
    let site = Site::new();
    let (taro, hanako) = (site.holder("taro"), site.holder("hanako"));
    let phone = site.registered_phone().await;
    let at = phone.at_face(&taro).await;
    phone.fail(&at, 3).await;
    let at = phone.at_face(&hanako).await;
    assert_eq!(phone.fail(&at, 1).await, FaceVerdict::NotMatched { tries_left: 1, advice: None });
    let FaceVerdict::Locked { number, .. } = phone.attempt(&at, "stranger", 5).await.json() else {
        panic!("five on one phone")
    };
    assert_eq!(site.card(&number).await.failures_in_all, 2);
    assert_eq!(phone.try_challenge(at.booking).await.refused(), ProblemType::InstallationLocked);
    let fresh = site.registered_phone().await;
    fresh.book_signature(&hanako).await;
}

#[tokio::test]
async fn nothing_is_counted_against_a_card_that_was_not_proved() {
    let site = Site::new();
    let (holder, thief) = (site.holder("taro"), site.holder("thief"));
    let phone = site.registered_phone().await;
    for _ in 0..8 {
        let booking = phone.start_signature().await;
        let spliced = phone.read_two(&booking, &thief, &holder);
        let refused = phone.send_reading(booking.booking, &spliced).await.refused();
        assert_eq!(refused, ProblemType::SurfaceOfAnotherCard);
        let refused = phone.try_challenge(booking.booking).await.refused();
        assert_eq!(refused, ProblemType::BookingOutOfOrder);
    }
    site.registered_phone().await.book_signature(&holder).await;
}

#[tokio::test]
async fn fifty_failures_in_all_lock_the_card_for_good() {
    let site = Site::with(|config| crate::limits::admit_all(&mut config.rates), |_| {});
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book_signature(&holder).await;
    let mut last = None;
    for round in 0..10 {
        let at = phone.at_face(&holder).await;
        last = Some(phone.fail(&at, 5).await);
        if round < 9 {
            days_pass(&site, DAY);
        }
    }
    let Some(FaceVerdict::LockedForGood { number }) = last else { panic!("{last:?}") };
    let _expired_meanwhile = reservation;
    days_pass(&site, DAY * 500);
    let fresh = site.registered_phone().await;
    let kiosk = site.kiosk("k-1", "lawson").await;
    // The certificates have not run out: the usual card's live until 2032.
    let booking = fresh.start_signature().await;
    let told = fresh.send_reading(booking.booking, &fresh.read(&booking, &holder)).await.problem();
    assert_eq!(told.problem_type(), Some(ProblemType::CardLockedForGood));
    assert_eq!(told.facts.number.as_ref(), Some(&number));
    let told = kiosk.claim_for(&holder, PinKind::Signature).await;
    assert_ne!(told.status, 201);
    assert_eq!(site.card(&number).await.failures_in_all, 50, "its number still leads to it");
}

#[tokio::test]
async fn a_match_wins_over_earlier_failures_and_its_reservation_can_be_claimed() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    phone.fail(&at, 4).await;
    let verdict: FaceVerdict = phone.attempt(&at, "taro", 1).await.json();
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
    phone.reserve(at.booking).await.json::<Reservation>();
    let kiosk = site.kiosk("k-1", "lawson").await;
    let granted: Granted = kiosk.claim_for(&holder, PinKind::Signature).await.json();
    assert_eq!(granted.target, wire::PinKind::Signature);
}
