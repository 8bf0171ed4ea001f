//! The card is taken away before and after every command, at the phone and at the kiosk. What the card did is what the
//! card says afterwards; the holder finishes with the same reservation, or the hold's end is told.

use end_to_end::cards;
use end_to_end::child::Child;
use end_to_end::relay::{Moment, Then};
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Stack};
use reservation::PinKind;
use reservation::limits::CLAIM_LEASE;

use crate::check::{Books, LIMIT, card_of, completed_once, on_several_stacks};

const ORDER: Order = Order::moving_time().with_relays();
const FIRST: &str = "8351";
const SECOND: &str = "9462";
/// `client::exit::Exit`: no card; nobody can tell.
const DONE: i32 = 0;
const REFUSED: i32 = 3;
const CARD_LEFT: i32 = 5;
const UNKNOWN: i32 = 8;

fn visit(stack: &Stack, new: &str) -> Child {
    stack.begin_redeeming(&[SIGNATURE_PIN, new, new])
}

/// Every command before it reaches the card, and those that change something after the card has done it too.
fn moments(commands: &[String]) -> Vec<Moment> {
    let changes = |header: &str| ["0020", "0082", "002C", "802A"].contains(&&header[..4]);
    let after = |(index, header): (usize, &String)| changes(header).then_some(Moment::After(index + 1));
    let before = (1..=commands.len()).map(Moment::Before);
    before.chain(commands.iter().enumerate().filter_map(after)).collect()
}

/// Puts the card on the reader, begins, takes the card away at the moment, and puts it back.
fn pulled(
    stack: &mut Stack,
    (card, place): (&str, Place),
    moment: Moment,
    begin: impl Fn(&Stack) -> Child,
) -> Child {
    stack.put(card, place);
    stack.card_trap(place).set(moment, Then::Lose, || {});
    let run = begin(stack);
    assert!(stack.card_trap(place).wait(LIMIT), "{moment:?} never came: {}", run.said());
    stack.put(card, place);
    run
}

#[test]
fn a_card_pulled_from_the_phone_at_any_command_books_when_it_is_back() {
    let commands = {
        let mut stack = ORDER.start();
        stack.put(CARD, Place::Phone);
        stack.card_trap(Place::Phone).count();
        stack.book(&[SIGNATURE_PIN]).done();
        stack.card_trap(Place::Phone).seen()
    };
    on_several_stacks(ORDER, &moments(&commands), |stack, run, moment| {
        let what = format!("pulled {moment:?} of {commands:?}");
        let card = card_of(stack, run, Place::Phone);
        stack.new_phone();
        let books = Books::open(stack, &card);
        let booking = |stack: &Stack| stack.begin_booking(&[SIGNATURE_PIN]);
        let said = pulled(stack, (&card, Place::Phone), *moment, booking).finish(LIMIT);
        assert_eq!(said.code, Some(CARD_LEFT), "{what}: {said}");
        stack.book(&[SIGNATURE_PIN]).done();
        books.one_reservation_lives(stack, &what);
        stack.pull();
        let tries = cards::tries(&stack.site().card(&card), PinKind::Signature);
        assert_eq!(tries, card::Tries::Left(PinKind::Signature.tries()), "{what}");
    });
}

/// A reservation for a blocked user PIN; the card is in the holder's hand.
fn reserve(stack: &mut Stack, run: usize) -> (String, reservation::BookingId) {
    let card = card_of(stack, run, Place::Phone);
    stack.pull();
    cards::block(&stack.site().card(&card), PinKind::User);
    stack.put(&card, Place::Phone);
    stack.new_phone();
    let books = Books::open(stack, &card);
    stack.book(&[SIGNATURE_PIN]).done();
    (card.clone(), books.one_reservation_lives(stack, "left alone"))
}

#[test]
fn a_card_pulled_from_the_kiosk_at_any_command_ends_with_the_new_pin_and_one_completion() {
    let commands = {
        let mut stack = ORDER.start();
        let (card, _) = reserve(&mut stack, 0);
        stack.put(&card, Place::Kiosk);
        stack.card_trap(Place::Kiosk).count();
        visit(&stack, FIRST).finish(LIMIT).done();
        stack.card_trap(Place::Kiosk).seen()
    };
    assert!(commands.iter().any(|header| header.starts_with("002C")), "{commands:?}");
    on_several_stacks(ORDER, &moments(&commands), |stack, run, moment| {
        let what = format!("pulled {moment:?} of {commands:?}");
        let (card, reservation) = reserve(stack, run);
        let said = pulled(stack, (&card, Place::Kiosk), *moment, |stack| visit(stack, FIRST)).finish(LIMIT);
        let done = match said.code {
            Some(DONE) => FIRST,
            Some(CARD_LEFT) => {
                visit(stack, SECOND).finish(LIMIT).done();
                SECOND
            }
            Some(UNKNOWN) => {
                let early = visit(stack, SECOND).finish(LIMIT);
                assert_eq!(early.code, Some(REFUSED), "{what}: the hold lives: {early}");
                stack.clock().advance(CLAIM_LEASE);
                visit(stack, SECOND).finish(LIMIT).done();
                SECOND
            }
            _ => panic!("{what}: {said}"),
        };
        completed_once(stack, &card, reservation, &what);
        stack.pull();
        assert!(cards::accepts(&stack.site().card(&card), PinKind::User, done), "{what}: {said}");
    });
}
