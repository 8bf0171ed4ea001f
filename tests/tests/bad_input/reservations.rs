//! The moment is wrong, or something else is going on with the reservation.

use std::time::Duration;

use client::exit::Exit;
use end_to_end::child::Killer;
use end_to_end::keys::CardKey;
use end_to_end::relay::{Moment, Then};
use end_to_end::stack::{CARD, KIOSK, OPERATOR, Order, Place, SIGNATURE_PIN, Stack};
use end_to_end::terminal::{self, Terminal};
use reservation::PinKind;
use reservation::limits::{BOOKING_LIFE, CLAIM_LEASE, RESERVATION_LIFE};
use wire::kiosk::{Completion, FailureReason, Granted};

const NEW_PIN: &str = "8351";
const LIMIT: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

/// A stack whose card has a reservation and lies at the kiosk.
fn reserved() -> Stack {
    let mut stack = Order::moving_time().start();
    stack.put(CARD, Place::Phone);
    stack.book(&[SIGNATURE_PIN]).done();
    stack.put(CARD, Place::Kiosk);
    stack
}

/// Another kiosk, as a program of somebody else's, that claims the reservation.
fn claimed_elsewhere(stack: &Stack) -> (Terminal, Granted) {
    let port = stack.site().kiosk_port();
    let kiosk = Terminal::of(&stack.site().file(&format!("kiosk-{KIOSK}")), port);
    let known = CardKey::read(&stack.site().card(CARD), PinKind::Signature);
    let granted = stack.library().runtime().block_on(async {
        let session = kiosk.session(Some(PinKind::User)).await;
        kiosk
            .claim(&terminal::claim(&session, &known, PinKind::User, terminal::random_challenge()))
            .await
            .json()
            .unwrap()
    });
    (kiosk, granted)
}

fn gives_up(stack: &Stack, kiosk: &Terminal, granted: &Granted) {
    let failed = Completion::Failed { reason: FailureReason::HolderLeft };
    let answer = stack.library().runtime().block_on(kiosk.complete(granted, &failed));
    assert_eq!(answer.status, 200);
}

#[test]
fn a_booking_that_was_left_for_more_than_fifteen_minutes_begins_anew() {
    let mut stack = Order::moving_time().with_relays().start();
    stack.put(CARD, Place::Phone);
    // The phone dies with the card's evidence on its way.
    let (name, victim) = std::sync::mpsc::channel::<Killer>();
    let evidence = 3;
    stack.app_trap().set(Moment::Before(evidence + 1), Then::Lose, move || victim.recv().unwrap().kill());
    let run = stack.begin_booking(&[SIGNATURE_PIN]);
    name.send(run.killer()).unwrap();
    assert!(stack.app_trap().wait(LIMIT), "{}", run.said());
    let seen = stack.app_trap().seen();
    assert!(seen.last().unwrap().starts_with("PUT "), "{seen:?}");
    stack.app_trap().count();
    stack.clock().advance(BOOKING_LIFE);
    stack.book(&[SIGNATURE_PIN]).done().saying("15 minutes are over").saying("The reservation is made");
    assert_eq!(stack.stored(CARD).unwrap().reserved().len(), 1);
}

#[test]
fn a_reservation_is_good_until_its_last_second_and_refused_one_second_later() {
    let stack = reserved();
    stack.clock().advance(RESERVATION_LIFE);
    let refused = stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).ended(Exit::Refused);
    refused.saying("24 hours").not_saying("New user PIN");
    assert_eq!(stack.trace().resets(), 0);
    let stack = reserved();
    stack.clock().advance(RESERVATION_LIFE - SECOND);
    stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).done();
}

#[test]
fn a_second_claim_during_a_hold_is_told_when_the_hold_ends() {
    let stack = reserved();
    let (kiosk, granted) = claimed_elsewhere(&stack);
    stack.site().add_kiosk("osaka-0001", OPERATOR, stack.site().kiosk_port());
    let ends = client::jst::to_the_second(granted.lease_ends, client::Language::En);
    for kiosk in [KIOSK, "osaka-0001"] {
        let refused = stack.redeem_at(kiosk, &[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).ended(Exit::Refused);
        refused.saying("hold ends").saying(&ends).not_saying("New user PIN");
    }
    gives_up(&stack, &kiosk, &granted);
    stack.redeem_at("osaka-0001", &[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).done();
}

#[test]
fn a_fourth_claim_is_refused_and_the_holder_told_to_book_again() {
    let stack = reserved();
    for _ in 0..3 {
        let (kiosk, granted) = claimed_elsewhere(&stack);
        gives_up(&stack, &kiosk, &granted);
    }
    let refused = stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).ended(Exit::Refused);
    refused.saying("ook again").not_saying("New user PIN");
}

#[test]
fn neither_cancelling_nor_booking_anew_is_possible_during_a_hold_and_both_are_told_its_end() {
    let mut stack = reserved();
    let (_kiosk, granted) = claimed_elsewhere(&stack);
    let ends = client::jst::to_the_second(granted.lease_ends, client::Language::En);
    stack.put(CARD, Place::Phone);
    stack.phone(&["cancel", "--yes"], &[]).ended(Exit::Refused).saying(&ends);
    let terms = stack.site().terms();
    let again = ["book", "--target", "user", "--again", "--accept-terms", &terms];
    stack.phone(&again, &[SIGNATURE_PIN]).ended(Exit::Refused).saying(&ends);
    stack.clock().advance(CLAIM_LEASE);
    stack.phone(&["cancel", "--yes"], &[]).done();
    stack.put(CARD, Place::Kiosk);
    stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).ended(Exit::Refused);
}
