//! Bookings of the user PIN that go well, and cards that lead nowhere.

use card::{SelectError, Smartphone, Tries, VerifyError};
use client::{NoUse, Office};
use mobile_bridge::reading::{self, Looked, Proved};
use mobile_bridge::{CallError, CardProof, CardTrouble, Next, PhoneError, Reading, ToSign};
use reservation::statement::BookingStatement;
use reservation::{BookingId, InstallationId, Nonce, PinKind};
use secret::Pin;
use virtual_card::CardInHand;
use wire::app::ReservationState;
use wire::problem::ProblemType;

use crate::support::card::{block, childs_card, fresh_card, smartphone_token};
use crate::support::world::{World, book};

fn user() -> World {
    World::new(PinKind::User)
}

fn look(card: &CardInHand, to_sign: &ToSign) -> Reading {
    match reading::look(card.on_reader().unwrap(), to_sign, |_| {}).unwrap() {
        Looked::Pin(reading) => reading,
        Looked::Code(_) => panic!("the user PIN is booked without the card's front"),
    }
}

fn signature_pin(entry: &str) -> Pin {
    Pin::from_entry(PinKind::Signature, entry.into()).unwrap()
}

/// Something to sign, where it does not matter what.
fn anything() -> ToSign {
    ToSign::User(BookingStatement {
        booking: BookingId::from_u128(1),
        nonce: Nonce::from_bytes([1; 32]),
        target: PinKind::User,
        installation: InstallationId::from_bytes([1; 32]),
        surface: None,
    })
}

#[tokio::test]
async fn a_user_pin_is_booked_with_the_signature_pin() {
    let world = user();
    block(&world.card, PinKind::User);
    let mut phone = world.phone();
    let reservation = book(&world, &mut phone).await.unwrap();
    assert_eq!(reservation.state, ReservationState::Reserved { claims_left: 3 });
    // After a restart it is still known.
    let phone = world.phone();
    assert_eq!(phone.held().unwrap().number(), reservation.number);
    assert_eq!(phone.booking(), None);
    assert_eq!(phone.status().await.unwrap(), reservation);
}

#[tokio::test]
async fn cancelling_twice_is_the_same_as_once() {
    let world = user();
    let mut phone = world.phone();
    book(&world, &mut phone).await.unwrap();
    assert!(matches!(phone.cancel().await.unwrap().state, ReservationState::Cancelled { .. }));
    assert!(matches!(phone.cancel().await.unwrap().state, ReservationState::Cancelled { .. }));
}

#[tokio::test]
async fn without_a_reservation_there_is_nothing_to_show_or_cancel() {
    let phone = user().phone();
    assert!(matches!(phone.status().await, Err(PhoneError::NoReservation)));
    assert!(matches!(phone.cancel().await, Err(PhoneError::NoReservation)));
}

#[tokio::test]
async fn a_booking_that_ran_out_is_let_go_and_begun_anew() {
    let world = user();
    let mut phone = world.phone();
    phone.start(PinKind::User, "1").await.unwrap();
    world.server.expire_bookings();
    let mut phone = world.phone();
    assert!(matches!(book(&world, &mut phone).await, Err(PhoneError::BookingOver)));
    assert_eq!(phone.next(PinKind::User), Next::Start);
    assert!(book(&world, &mut phone).await.is_ok());
}

#[tokio::test]
async fn terms_that_changed_meanwhile_are_accepted_anew() {
    let world = user();
    let mut phone = world.phone();
    world.server.new_terms("2");
    let refused = phone.start(PinKind::User, "1").await.unwrap_err();
    assert!(matches!(refused, PhoneError::Call(CallError::Failure(failure))
        if failure.kind() == Some(ProblemType::TermsNotAccepted)));
    assert!(book(&world, &mut phone).await.is_ok());
}

#[tokio::test]
async fn evidence_of_the_wrong_card_leaves_the_booking_open_for_the_right_one() {
    let world = user();
    let mut phone = world.phone();
    phone.start(PinKind::User, "1").await.unwrap();
    world.server.refuse_evidence(Some(ProblemType::AnotherCard));
    assert!(book(&world, &mut phone).await.is_err());
    world.server.refuse_evidence(None);
    assert!(matches!(phone.next(PinKind::User), Next::ReadCard { .. }));
    assert!(book(&world, &mut phone).await.is_ok());
    assert_eq!(world.server.bookings(), 1);
}

#[tokio::test]
async fn a_server_that_is_past_the_card_is_asked_for_the_reservation() {
    let world = user();
    let mut phone = world.phone();
    phone.start(PinKind::User, "1").await.unwrap();
    world.server.refuse_evidence(Some(ProblemType::BookingOutOfOrder));
    let Next::ReadCard { to_sign, .. } = phone.next(PinKind::User) else { panic!("the card comes next") };
    phone.prove(&world.proof(&to_sign)).await.unwrap();
    assert_eq!(phone.next(PinKind::User), Next::Reserve);
    // Here the server had no evidence after all, so the card is read once more.
    assert!(matches!(phone.reserve().await, Err(PhoneError::EvidenceMissing)));
    assert!(matches!(phone.next(PinKind::User), Next::ReadCard { .. }));
}

#[tokio::test]
async fn a_card_that_cannot_be_helped_ends_the_booking() {
    let world = user();
    let mut phone = world.phone();
    phone.start(PinKind::User, "1").await.unwrap();
    world.server.refuse_evidence(Some(ProblemType::TargetCertificateRevoked));
    assert!(book(&world, &mut phone).await.is_err());
    assert_eq!(phone.booking(), None);
}

#[test]
fn both_counters_are_told_before_any_pin() {
    let world = user();
    block(&world.card, PinKind::User);
    let mut told = None;
    let looked =
        reading::look(world.card.on_reader().unwrap(), &anything(), |seen| told = Some(seen)).unwrap();
    let told = told.unwrap();
    assert_eq!((told.counters.user, told.code), (Tries::Blocked, None));
    let Looked::Pin(reading) = looked else { panic!("{looked:?}") };
    assert_eq!((reading.known(), reading.tries()), (PinKind::Signature, Tries::Left(5)));
}

#[test]
fn cards_that_lead_nowhere_are_refused_with_every_try_still_there() {
    let dir = tempfile::tempdir().unwrap();
    let look = |card: &CardInHand| match reading::look(card.on_reader().unwrap(), &anything(), |_| {})
        .map(drop)
        .unwrap_err()
    {
        CardTrouble::NoUse(trouble) => trouble,
        other => panic!("{other}"),
    };
    let phone = smartphone_token(dir.path());
    assert_eq!(look(&phone), NoUse::Select(SelectError::Smartphone(Smartphone::Android)));
    let child = childs_card(dir.path());
    assert_eq!(look(&child), NoUse::Office(Office::NoCertificate(PinKind::Signature)));
    let card = fresh_card(dir.path());
    block(&card, PinKind::Signature);
    assert_eq!(look(&card), NoUse::Office(Office::KnownBlocked(PinKind::Signature)));
    block(&card, PinKind::User);
    assert_eq!(look(&card), NoUse::Office(Office::BothBlocked));
}

#[tokio::test]
async fn a_wrong_pin_costs_one_try_and_the_right_one_may_follow() {
    let world = user();
    let (mut phone, to_sign) = world.waiting_for_card().await;
    let not_proved = look(&world.card, &to_sign).prove(signature_pin("WRONG1")).unwrap_err();
    assert_eq!(not_proved.trouble, CardTrouble::Pin(VerifyError::WrongPin { left: 4 }));
    let reading = not_proved.again.unwrap();
    assert_eq!(reading.tries(), Tries::Left(4));
    let Proved::User(evidence) = reading.prove(signature_pin("ABC123")).unwrap() else {
        panic!("no surface is read for the user PIN")
    };
    assert_eq!(evidence.presence, None);
    phone.prove(&evidence.into()).await.unwrap();
}

#[tokio::test]
async fn a_proof_for_the_other_pin_is_not_sent() {
    let world = user();
    let (mut phone, _) = world.waiting_for_card().await;
    let other = World::new(PinKind::Signature);
    let (_, to_sign) = other.waiting_for_card().await;
    let refused = phone.prove(&other.proof(&to_sign)).await.unwrap_err();
    assert!(matches!(refused, PhoneError::OutOfOrder));
    assert_eq!(world.server.evidence(), None);
}

#[tokio::test]
async fn the_evidence_is_not_stored_and_neither_is_a_name() {
    let world = user();
    let (mut phone, to_sign) = world.waiting_for_card().await;
    let proof = world.proof(&to_sign);
    phone.prove(&proof).await.unwrap();
    let stored = std::fs::read_to_string(world.state_file()).unwrap();
    let CardProof::User(evidence) = proof else { panic!("{proof:?}") };
    let json = serde_json::to_value(&evidence).unwrap();
    for part in ["certificate", "signature"] {
        assert!(!stored.contains(json[part].as_str().unwrap()));
    }
    assert!(stored.len() < 1000, "{stored}");
}
