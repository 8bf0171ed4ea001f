//! The PIN that shall be set breaks the rules: it is refused before the card is touched, and the hold is given back.

use client::exit::Exit;
use end_to_end::cards;
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Store, USER_PIN};
use reservation::PinKind;

const NEW_PIN: &str = "8351";

#[test]
fn new_pins_that_break_the_rules_never_reach_the_card() {
    let mut stack = Order::on(Store::Embedded).start();
    stack.site().issue("birthday", &["--birth-date", "1975-09-30"]);
    stack.put("birthday", Place::Phone);
    stack.book(&[SIGNATURE_PIN]).done();
    stack.put("birthday", Place::Kiosk);
    // One digit, runs, the birth date's day and year, wrong length, full width, letters, and two that differ.
    let bad = ["1111", "1234", "4321", "0930", "1975", "835", "83511", "８３５１", "83a1"];
    let mut typed = vec![SIGNATURE_PIN];
    for pin in bad {
        typed.extend([pin, pin]);
    }
    typed.extend([NEW_PIN, "8352"]);
    // Then the input ends, as when the holder leaves.
    let left = stack.redeem(&typed).ended(Exit::Pin);
    let left = left.saying("The PIN is as it was").saying("2 visits left");
    assert_eq!(left.out.matches("New user PIN").count(), bad.len() + 2, "asked anew each time: {left}");
    assert_eq!(stack.trace().resets(), 0);
    typed.extend([NEW_PIN, NEW_PIN]);
    stack.redeem(&typed).done();
    assert_eq!(stack.trace().resets(), 2, "one authentication, one reset");
    stack.pull();
    assert!(cards::accepts(&stack.site().card("birthday"), PinKind::User, NEW_PIN));
}

#[test]
fn a_holder_who_chooses_no_new_pin_keeps_the_old_one_and_the_reservation() {
    let mut stack = Order::on(Store::Embedded).start();
    stack.put(CARD, Place::Phone);
    stack.book(&[SIGNATURE_PIN]).done();
    stack.put(CARD, Place::Kiosk);
    stack.redeem(&[SIGNATURE_PIN]).ended(Exit::Pin).saying("2 visits left");
    assert_eq!(stack.trace().resets(), 0);
    stack.pull();
    assert!(cards::accepts(&stack.site().card(CARD), PinKind::User, USER_PIN));
    assert!(stack.stored(CARD).unwrap().record.live.is_some());
}
