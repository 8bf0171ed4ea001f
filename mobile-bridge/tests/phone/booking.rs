//! Bookings that go well, and cards that lead nowhere.

use std::sync::Arc;

use card::{SelectError, Smartphone, Tries, VerifyError};
use client::{NoUse, Office};
use mobile_bridge::{
    CallError, CardTrouble, DeviceKey as _, Next, Phone, PhoneError, Reading, SoftwareKey, StateFile,
};
use reservation::PinKind;
use secret::Pin;
use tempfile::TempDir;
use virtual_card::CardInHand;
use wire::app::{CardEvidence, Reservation, ReservationState};
use wire::problem::ProblemType;

use crate::support::card::{block, childs_card, fresh_card, smartphone_token};
use crate::support::server::TestServer;

pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) card: CardInHand,
    pub(crate) server: Arc<TestServer>,
    key: SoftwareKey,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let card = fresh_card(dir.path());
        let key = SoftwareKey::load_or_create(&dir.path().join("key")).unwrap();
        let server = Arc::new(TestServer::new(key.public_key().thumbprint()));
        Self { dir, card, server, key }
    }

    /// The phone as it starts: with whatever was stored.
    pub(crate) fn phone(&self) -> Phone {
        let states = Box::new(StateFile::at(self.dir.path().join("state.json")));
        Phone::open(self.server.clone(), states, self.key.public_key().thumbprint()).unwrap()
    }
}

/// What the phone program does, without its person.
pub(crate) async fn book(world: &World, phone: &mut Phone) -> Result<Reservation, PhoneError> {
    let terms = phone.register("test 1").await?;
    loop {
        match phone.next(PinKind::User) {
            Next::Start => phone.start(PinKind::User, &terms.version).await?,
            Next::ReadCard { statement, .. } => phone.prove(&read(&world.card, &statement)).await?,
            Next::Reserve => match phone.reserve().await {
                Err(PhoneError::EvidenceMissing) => {}
                other => return other,
            },
        }
    }
}

fn read(card: &CardInHand, statement: &reservation::statement::BookingStatement) -> CardEvidence {
    let reading = Reading::look(card.on_reader().unwrap(), PinKind::User, |_| {}).unwrap();
    reading.prove(signature_pin("ABC123"), statement).unwrap()
}

fn signature_pin(entry: &str) -> Pin {
    Pin::from_entry(PinKind::Signature, entry.into()).unwrap()
}

#[tokio::test]
async fn a_user_pin_is_booked_with_the_signature_pin() {
    let world = World::new();
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
    let world = World::new();
    let mut phone = world.phone();
    book(&world, &mut phone).await.unwrap();
    assert!(matches!(phone.cancel().await.unwrap().state, ReservationState::Cancelled { .. }));
    assert!(matches!(phone.cancel().await.unwrap().state, ReservationState::Cancelled { .. }));
}

#[tokio::test]
async fn without_a_reservation_there_is_nothing_to_show_or_cancel() {
    let phone = World::new().phone();
    assert!(matches!(phone.status().await, Err(PhoneError::NoReservation)));
    assert!(matches!(phone.cancel().await, Err(PhoneError::NoReservation)));
}

#[tokio::test]
async fn a_booking_that_ran_out_is_let_go_and_begun_anew() {
    let world = World::new();
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
    let world = World::new();
    let mut phone = world.phone();
    world.server.new_terms("2");
    let refused = phone.start(PinKind::User, "1").await.unwrap_err();
    assert!(matches!(refused, PhoneError::Call(CallError::Failure(failure))
        if failure.kind() == Some(ProblemType::TermsNotAccepted)));
    assert!(book(&world, &mut phone).await.is_ok());
}

#[tokio::test]
async fn evidence_of_the_wrong_card_leaves_the_booking_open_for_the_right_one() {
    let world = World::new();
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
    let world = World::new();
    let mut phone = world.phone();
    phone.start(PinKind::User, "1").await.unwrap();
    world.server.refuse_evidence(Some(ProblemType::BookingOutOfOrder));
    let Next::ReadCard { statement, .. } = phone.next(PinKind::User) else { panic!("the card comes next") };
    phone.prove(&read(&world.card, &statement)).await.unwrap();
    assert_eq!(phone.next(PinKind::User), Next::Reserve);
    // Here the server had no evidence after all, so the card is read once more.
    assert!(matches!(phone.reserve().await, Err(PhoneError::EvidenceMissing)));
    assert!(matches!(phone.next(PinKind::User), Next::ReadCard { .. }));
}

#[tokio::test]
async fn a_card_that_cannot_be_helped_ends_the_booking() {
    let world = World::new();
    let mut phone = world.phone();
    phone.start(PinKind::User, "1").await.unwrap();
    world.server.refuse_evidence(Some(ProblemType::TargetCertificateRevoked));
    assert!(book(&world, &mut phone).await.is_err());
    assert_eq!(phone.booking(), None);
}

#[test]
fn both_counters_are_told_before_any_pin() {
    let world = World::new();
    block(&world.card, PinKind::User);
    let mut told = None;
    let reading =
        Reading::look(world.card.on_reader().unwrap(), PinKind::User, |counters| told = Some(counters))
            .unwrap();
    assert_eq!(told.unwrap().user, Tries::Blocked);
    assert_eq!((reading.known(), reading.tries()), (PinKind::Signature, Tries::Left(5)));
}

#[test]
fn cards_that_lead_nowhere_are_refused_with_every_try_still_there() {
    let dir = tempfile::tempdir().unwrap();
    let look = |card: &CardInHand| {
        Reading::look(card.on_reader().unwrap(), PinKind::User, |_| {}).map(drop).unwrap_err()
    };
    let phone = smartphone_token(dir.path());
    assert_eq!(look(&phone), NoUse::Select(SelectError::Smartphone(Smartphone::Android)));
    drop(phone);
    let child = childs_card(dir.path());
    assert_eq!(look(&child), NoUse::Office(Office::NoCertificate(PinKind::Signature)));
    drop(child);
    let card = fresh_card(dir.path());
    block(&card, PinKind::Signature);
    assert_eq!(look(&card), NoUse::Office(Office::KnownBlocked(PinKind::Signature)));
    block(&card, PinKind::User);
    assert_eq!(look(&card), NoUse::Office(Office::BothBlocked));
}

#[tokio::test]
async fn a_wrong_pin_costs_one_try_and_the_right_one_may_follow() {
    let world = World::new();
    let mut phone = world.phone();
    phone.start(PinKind::User, "1").await.unwrap();
    let Next::ReadCard { statement, .. } = phone.next(PinKind::User) else { panic!("the card comes next") };
    let reading = Reading::look(world.card.on_reader().unwrap(), PinKind::User, |_| {}).unwrap();
    let not_proved = reading.prove(signature_pin("WRONG1"), &statement).unwrap_err();
    assert_eq!(not_proved.trouble, CardTrouble::Pin(VerifyError::WrongPin { left: 4 }));
    let reading = not_proved.again.unwrap();
    assert_eq!(reading.tries(), Tries::Left(4));
    let evidence = reading.prove(signature_pin("ABC123"), &statement).unwrap();
    phone.prove(&evidence).await.unwrap();
}

#[tokio::test]
async fn the_evidence_is_not_stored_and_neither_is_a_name() {
    let world = World::new();
    let mut phone = world.phone();
    phone.start(PinKind::User, "1").await.unwrap();
    let Next::ReadCard { statement, .. } = phone.next(PinKind::User) else { panic!("the card comes next") };
    let evidence = read(&world.card, &statement);
    phone.prove(&evidence).await.unwrap();
    let stored = std::fs::read_to_string(world.dir.path().join("state.json")).unwrap();
    let json = serde_json::to_value(&evidence).unwrap();
    for part in ["certificate", "signature"] {
        assert!(!stored.contains(json[part].as_str().unwrap()));
    }
    assert!(stored.len() < 1000, "{stored}");
}
