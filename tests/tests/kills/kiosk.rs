//! The kiosk is killed: started again it settles what it left open, and the holder gets the new PIN with the same
//! reservation, after the hold's end at the latest. The server is told a success only where there was one.

use client::exit::Exit;
use end_to_end::cards;
use end_to_end::relay::{Moment, Then, Trap};
use end_to_end::said::Said;
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Stack};
use reservation::limits::CLAIM_LEASE;
use reservation::{BookingId, PinKind};

use crate::check::{Books, card_of, completed_once, kill_at, on_several_stacks};

const ORDER: Order = Order::moving_time().with_relays();

const FIRST: &str = "8351";
const SECOND: &str = "9462";

fn visit(stack: &Stack, new: &str) -> Said {
    stack.redeem(&[SIGNATURE_PIN, new, new])
}

/// A stack with a card that has a reservation for its blocked user PIN and lies at the kiosk.
fn reserve(stack: &mut Stack, run: usize) -> (String, BookingId) {
    let card = card_of(stack, run, Place::Phone);
    stack.pull();
    cards::block(&stack.site().card(&card), PinKind::User);
    stack.put(&card, Place::Phone);
    stack.new_phone();
    let books = Books::open(stack, &card);
    stack.book(&[SIGNATURE_PIN]).done();
    let reservation = books.one_reservation_lives(stack, "left alone");
    stack.put(&card, Place::Kiosk);
    (card, reservation)
}

/// The kiosk starts again, tells what it owes, and the holder tries again until it is done.
fn resume(stack: &mut Stack, card: &str, reservation: BookingId, what: &str) {
    stack.kiosk(&["recover"], &[]).done();
    if stack.stored(card).unwrap().completions(reservation) == 0 {
        let again = visit(stack, SECOND);
        if !again.is_done() {
            again.ended(Exit::Refused);
            stack.clock().advance(CLAIM_LEASE);
            visit(stack, SECOND).done();
        }
        stack.pull();
        assert!(cards::accepts(&stack.site().card(card), PinKind::User, SECOND), "{what}");
    } else {
        stack.pull();
        assert!(cards::accepts(&stack.site().card(card), PinKind::User, FIRST), "{what}: a false success");
    }
    completed_once(stack, card, reservation, what);
}

/// What a visit that is left alone says through a relay.
fn seen(trap: impl Fn(&Stack) -> &Trap) -> Vec<String> {
    let mut stack = ORDER.start();
    stack.put(CARD, Place::Phone);
    stack.book(&[SIGNATURE_PIN]).done();
    stack.put(CARD, Place::Kiosk);
    trap(&stack).count();
    visit(&stack, FIRST).done();
    trap(&stack).seen()
}

#[test]
fn a_kiosk_killed_between_any_two_messages_settles_it_and_the_reset_is_done_once() {
    let exchanges = seen(Stack::kiosk_trap);
    assert!(exchanges.len() >= 3, "{exchanges:?}");
    let moments: Vec<_> = Moment::all(exchanges.len()).collect();
    on_several_stacks(ORDER, 3, &moments, |stack, run, moment| {
        let what = format!("killed {moment:?} of {exchanges:?}");
        let (card, reservation) = reserve(stack, run);
        let begin = || stack.begin_redeeming(&[SIGNATURE_PIN, FIRST, FIRST]);
        kill_at(stack.kiosk_trap(), *moment, Then::Lose, begin);
        resume(stack, &card, reservation, &what);
    });
}

#[test]
fn a_kiosk_killed_at_any_command_to_the_card_settles_it_and_the_reset_is_done_once() {
    let commands = seen(|stack| stack.card_trap(Place::Kiosk));
    assert!(commands.len() >= 20, "{commands:?}");
    let moments: Vec<_> = (1..=commands.len()).map(Moment::Before).collect();
    on_several_stacks(ORDER, 3, &moments, |stack, run, moment| {
        let what = format!("killed {moment:?} of {commands:?}");
        let (card, reservation) = reserve(stack, run);
        let begin = || stack.begin_redeeming(&[SIGNATURE_PIN, FIRST, FIRST]);
        // The command itself still reaches the card, and its answer nobody.
        kill_at(stack.card_trap(Place::Kiosk), *moment, Then::Pass, begin);
        resume(stack, &card, reservation, &what);
    });
}
