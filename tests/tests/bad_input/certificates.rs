//! The card, or a certificate on it: the person is told where to go, and why.

use client::exit::Exit;
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Stack, Store};

const NEW_PIN: &str = "8351";

/// Books with a card of this order and returns the stack, to look at more.
fn book_with(options: &[&str]) -> (Stack, end_to_end::said::Said) {
    let mut stack = Order::on(Store::Embedded).start();
    stack.site().issue("other", options);
    stack.put("other", Place::Phone);
    let said = stack.book(&[SIGNATURE_PIN]);
    (stack, said)
}

#[test]
fn an_expired_certificate_is_for_the_office() {
    let (stack, said) = book_with(&["--issued", "2020-05-01"]);
    said.ended(Exit::Office).saying("expired").saying("municipal office");
    assert_eq!(stack.trace().pins_presented(), ["9000"]);
}

#[test]
fn a_certificate_that_is_not_in_force_yet_is_for_another_day() {
    let tomorrow_or_later = "2027-01-01";
    let (_stack, said) = book_with(&["--issued", tomorrow_or_later]);
    said.ended(Exit::Refused).saying("not in force yet");
}

#[test]
fn a_revoked_certificate_is_for_the_office_whichever_of_the_two_it_is() {
    for (kind, why) in [("signature", "certificate"), ("user", "the PIN you want to reset")] {
        let mut stack = Order::on(Store::Embedded).start();
        stack.site().revoke(CARD, kind);
        stack.put(CARD, Place::Phone);
        stack
            .book(&[SIGNATURE_PIN])
            .ended(Exit::Office)
            .saying("revoked")
            .saying(why)
            .saying("municipal office");
        assert!(stack.stored(CARD).is_none_or(|card| card.reserved().is_empty()), "{kind}");
    }
}

#[test]
fn a_certificate_revoked_after_the_booking_is_told_at_the_kiosk_and_nothing_is_reset() {
    for kind in ["signature", "user"] {
        let mut stack = Order::on(Store::Embedded).start();
        stack.put(CARD, Place::Phone);
        stack.book(&[SIGNATURE_PIN]).done();
        stack.site().revoke(CARD, kind);
        stack.put(CARD, Place::Kiosk);
        let said = stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).ended(Exit::Office);
        said.saying("revoked").saying("municipal office").not_saying("New user PIN");
        assert_eq!(stack.trace().resets(), 0, "{kind}");
    }
}

#[test]
fn a_card_without_a_signature_certificate_is_for_the_office_with_every_try_still_there() {
    let (stack, said) = book_with(&["--no-signature", "--birth-date", "2015-04-02"]);
    said.ended(Exit::Office).saying("signature certificate").saying("municipal office");
    assert_eq!(stack.trace().pins_presented(), [""; 0]);
}

#[test]
fn a_smartphone_in_place_of_the_card_is_told_where_its_pin_is_reset() {
    for (token, name) in [("android", "Android"), ("iphone", "iPhone")] {
        let (mut stack, said) = book_with(&["--token", token]);
        said.ended(Exit::Office).saying(name).saying("Mynaportal");
        assert_eq!(stack.trace().pins_presented(), [""; 0]);
        stack.put("other", Place::Kiosk);
        stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).ended(Exit::Office).saying("Mynaportal");
        assert_eq!(stack.trace().pins_presented(), [""; 0]);
    }
}

#[test]
fn a_card_of_an_issuer_that_nobody_pinned_proves_nothing() {
    let mut stack = Order::on(Store::Embedded).start();
    // Another issuer of the very same names: its anchors are not the server's, though its card is in the register.
    let foreign = Order::on(Store::Embedded).start();
    std::fs::copy(foreign.site().card(CARD), stack.site().card("foreign")).unwrap();
    let register = stack.site().trust().join("register.json");
    let both = merged(&register, &foreign.site().trust().join("register.json"));
    std::fs::write(&register, both).unwrap();
    drop(foreign);
    stack.restart_server();
    stack.put("foreign", Place::Phone);
    stack.book(&[SIGNATURE_PIN]).ended(Exit::Refused);
    assert!(stack.stored(CARD).is_none());
    stack.put(CARD, Place::Phone);
    stack.book(&[SIGNATURE_PIN]).done();
}

/// Both registers' cards in one.
fn merged(one: &std::path::Path, other: &std::path::Path) -> String {
    let read = |path| serde_json::from_slice::<serde_json::Value>(&std::fs::read(path).unwrap()).unwrap();
    let (mut one, other) = (read(one), read(other));
    let cards = one["cards"].as_array_mut().unwrap();
    cards.extend(other["cards"].as_array().unwrap().iter().cloned());
    one.to_string()
}
