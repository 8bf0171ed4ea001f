//! The phone is killed: started again it goes on where it stood, and one reservation comes of it.

use end_to_end::relay::{Moment, Then};
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Stack, Store};
use reservation::PinKind;

use crate::check::{Books, card_of, kill_at};

/// Started again it finishes; the store has one reservation, and the phone knows it.
fn resume(stack: &Stack, books: &Books, what: &str) {
    stack.book(&[SIGNATURE_PIN]).done();
    books.one_reservation_lives(stack, what);
    stack.phone(&["status"], &[]).done().saying("reservation");
}

#[test]
fn a_phone_killed_between_any_two_messages_goes_on_where_it_stood() {
    let mut stack = Order::on(Store::Embedded).with_relays().start();
    stack.put(CARD, Place::Phone);
    stack.app_trap().count();
    stack.book(&[SIGNATURE_PIN]).done();
    let exchanges = stack.app_trap().seen();
    assert!(exchanges.len() >= 4, "{exchanges:?}");
    for (run, moment) in Moment::all(exchanges.len()).enumerate() {
        let what = format!("killed {moment:?} of {exchanges:?}");
        let card = card_of(&mut stack, run, Place::Phone);
        stack.new_phone();
        let books = Books::open(&stack, &card);
        kill_at(stack.app_trap(), moment, Then::Lose, || stack.begin_booking(&[SIGNATURE_PIN]));
        resume(&stack, &books, &what);
    }
}

#[test]
fn a_phone_killed_at_any_command_to_the_card_goes_on_and_costs_no_try() {
    let mut stack = Order::on(Store::Embedded).with_relays().start();
    stack.put(CARD, Place::Phone);
    stack.card_trap(Place::Phone).count();
    stack.book(&[SIGNATURE_PIN]).done();
    let commands = stack.card_trap(Place::Phone).seen();
    assert!(commands.len() >= 10, "{commands:?}");
    let mut card = String::new();
    for (run, number) in (1..=commands.len()).enumerate() {
        let what = format!("killed at command {number} of {commands:?}");
        card = card_of(&mut stack, run, Place::Phone);
        stack.new_phone();
        let books = Books::open(&stack, &card);
        let trap = stack.card_trap(Place::Phone);
        // The command itself still reaches the card, and its answer nobody.
        kill_at(trap, Moment::Before(number), Then::Pass, || stack.begin_booking(&[SIGNATURE_PIN]));
        resume(&stack, &books, &what);
    }
    stack.pull();
    let tries = end_to_end::cards::tries(&stack.site().card(&card), PinKind::Signature);
    assert_eq!(tries, card::Tries::Left(PinKind::Signature.tries()));
}
