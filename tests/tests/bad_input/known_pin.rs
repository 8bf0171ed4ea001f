//! The PIN that proves the holder: wrong, blocked, or not of a PIN's form.

use client::exit::Exit;
use end_to_end::cards;
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Stack, Store, USER_PIN};
use reservation::PinKind;

const NEW_PIN: &str = "8351";

fn stack_with_card_at(place: Place) -> Stack {
    let mut stack = Order::on(Store::Embedded).start();
    stack.put(CARD, place);
    stack
}

#[test]
fn a_wrong_pin_on_the_phone_shows_what_is_left_costs_one_try_and_stores_nothing() {
    let stack = stack_with_card_at(Place::Phone);
    // What follows a wrong PIN in a pipe was meant for another question.
    let said = stack.book(&["WRONG1", SIGNATURE_PIN]).ended(Exit::Pin);
    said.saying("5 tries left").saying("4 tries are left");
    assert_eq!(stack.trace().pins_presented(), ["63C4"]);
    assert!(stack.stored(CARD).is_none(), "the card did not prove itself");
    stack.phone(&["status"], &[]).ended(Exit::Refused).saying("no reservation");
}

#[test]
fn a_wrong_pin_at_the_kiosk_shows_what_is_left_costs_one_try_and_claims_nothing() {
    let mut stack = stack_with_card_at(Place::Phone);
    stack.book(&[SIGNATURE_PIN]).done();
    stack.put(CARD, Place::Kiosk);
    let said = stack.redeem(&["WRONG1", NEW_PIN, NEW_PIN]).ended(Exit::Pin);
    said.saying("4 tries are left").not_saying("New user PIN");
    assert_eq!(stack.trace().pins_presented(), ["63C4"]);
    assert_eq!(stack.trace().resets(), 0);
    let card = stack.stored(CARD).unwrap();
    let booking = card.record.live.as_ref().expect("the reservation is as it was").booking;
    assert_eq!(card.claims(booking), []);
}

#[test]
fn a_blocked_known_pin_is_told_before_any_pin_is_asked_for() {
    let mut stack = Order::on(Store::Embedded).start();
    cards::block(&stack.site().card(CARD), PinKind::Signature);
    for place in [Place::Phone, Place::Kiosk] {
        stack.put(CARD, place);
        let said = match place {
            Place::Phone => stack.book(&[SIGNATURE_PIN]),
            Place::Kiosk => stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]),
        };
        said.ended(Exit::Office).saying("locked").saying("municipal office").not_saying("Type your");
        assert_eq!(stack.trace().pins_presented(), [""; 0]);
    }
    stack.pull();
    assert!(cards::accepts(&stack.site().card(CARD), PinKind::User, USER_PIN), "the other one is as it was");
}

#[test]
fn two_blocked_pins_are_for_the_office() {
    let mut stack = Order::on(Store::Embedded).start();
    for kind in PinKind::ALL {
        cards::block(&stack.site().card(CARD), kind);
    }
    stack.put(CARD, Place::Phone);
    stack
        .book(&[SIGNATURE_PIN])
        .ended(Exit::Office)
        .saying("Both PINs are locked")
        .saying("municipal office");
    stack.put(CARD, Place::Kiosk);
    stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).ended(Exit::Office).saying("Both PINs are locked");
    assert_eq!(stack.trace().pins_presented(), [""; 0]);
}

#[test]
fn full_width_and_other_characters_that_no_pin_has_never_reach_verify() {
    let stack = stack_with_card_at(Place::Phone);
    for typed in
        ["ＡＢＣ１２３", "ABC１２３", "ABC-12", "ABC12", "ABC12 3", "ABCDEFG1234567890", "АВС123", ""]
    {
        stack.book(&[typed]).ended(Exit::Pin).not_saying("4 tries are left");
        assert_eq!(stack.trace().pins_presented(), [""; 0], "{typed:?}");
    }
    stack.book(&[SIGNATURE_PIN]).done();
}

#[test]
fn lower_case_letters_reach_the_card_as_capitals_or_not_at_all() {
    let stack = stack_with_card_at(Place::Phone);
    // The card compares bytes: had the letters reached it as they were typed, this would have cost a try.
    stack.book(&["abc123"]).done();
    assert_eq!(stack.trace().pins_presented(), ["9000"]);
    stack.new_phone();
    // Letters that have a lower case and are no ASCII are no letters of a PIN, whatever their capitals.
    stack.book(&["ａｂｃ１２３"]).ended(Exit::Pin);
    stack.book(&["ſſſ123"]).ended(Exit::Pin);
    assert_eq!(stack.trace().pins_presented(), ["9000"]);
}
