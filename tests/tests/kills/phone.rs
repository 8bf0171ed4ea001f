//! The phone is killed: started again it goes on where it stood, and one reservation comes of it.

use end_to_end::relay::{Moment, Then, Trap};
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Stack, Store};

use crate::check::{Books, card_of, kill_at, on_several_stacks};

const ORDER: Order = Order::on(Store::Embedded).with_relays();

/// Started again it finishes; the store has one reservation, and the phone knows it.
fn resume(stack: &Stack, books: &Books, what: &str) {
    stack.book(&[SIGNATURE_PIN]).done();
    books.one_reservation_lives(stack, what);
    stack.phone(&["status"], &[]).done().saying("reservation");
}

/// What a booking that is left alone says through a relay.
fn seen(trap: impl Fn(&Stack) -> &Trap) -> Vec<String> {
    let mut stack = ORDER.start();
    stack.put(CARD, Place::Phone);
    trap(&stack).count();
    stack.book(&[SIGNATURE_PIN]).done();
    trap(&stack).seen()
}

#[test]
fn a_phone_killed_between_any_two_messages_goes_on_where_it_stood() {
    let exchanges = seen(Stack::app_trap);
    assert!(exchanges.len() >= 4, "{exchanges:?}");
    let moments: Vec<_> = Moment::all(exchanges.len()).collect();
    on_several_stacks(ORDER, 3, &moments, |stack, run, moment| {
        let what = format!("killed {moment:?} of {exchanges:?}");
        let card = card_of(stack, run, Place::Phone);
        stack.new_phone();
        let books = Books::open(stack, &card);
        kill_at(stack.app_trap(), *moment, Then::Lose, || stack.begin_booking(&[SIGNATURE_PIN]));
        resume(stack, &books, &what);
    });
}

#[test]
fn a_phone_killed_at_any_command_to_the_card_goes_on_and_costs_no_try() {
    let commands = seen(|stack| stack.card_trap(Place::Phone));
    assert!(commands.len() >= 10, "{commands:?}");
    let moments: Vec<_> = (1..=commands.len()).map(Moment::Before).collect();
    on_several_stacks(ORDER, 3, &moments, |stack, run, moment| {
        let what = format!("killed {moment:?} of {commands:?}");
        let card = card_of(stack, run, Place::Phone);
        stack.new_phone();
        let books = Books::open(stack, &card);
        let trap = stack.card_trap(Place::Phone);
        // The command itself still reaches the card, and its answer nobody.
        kill_at(trap, *moment, Then::Pass, || stack.begin_booking(&[SIGNATURE_PIN]));
        resume(stack, &books, &what);
        stack.put(&card, Place::Phone);
        assert!(!stack.card().log().contains("63C"), "{what}: a try was spent: {}", stack.card().log());
    });
}
