//! Redis is killed before and after every write of a booking and a visit, and started again: what was acknowledged is
//! there, and phone and kiosk finish.

use end_to_end::cards;
use end_to_end::child::Child;
use end_to_end::relay::{Moment, Then};
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Stack, Store};
use reservation::PinKind;

use crate::check::{Books, LIMIT, card_of, completed_once, on_several_stacks};

const NEW_PIN: &str = "8351";

fn booking(stack: &Stack) -> Child {
    stack.begin_booking(&[SIGNATURE_PIN])
}

fn visit(stack: &Stack) -> Child {
    stack.begin_redeeming(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN])
}

fn redis_dies(stack: &mut Stack, moment: Moment, begin: impl Fn(&Stack) -> Child) {
    let killer = stack.redis().killer();
    stack.redis_trap().set(moment, Then::Lose, move || killer.kill());
    let run = begin(stack);
    assert!(stack.redis_trap().wait(LIMIT), "{moment:?} never came: {}", run.said());
    stack.redis().restart();
    run.finish(LIMIT).done();
}

/// How many writes a booking and a visit are, in a run that is left alone.
fn writes(stack: &mut Stack) -> (usize, usize) {
    stack.redis_trap().count();
    stack.put(CARD, Place::Phone);
    booking(stack).finish(LIMIT).done();
    let of_booking = stack.redis_trap().seen().len();
    stack.redis_trap().count();
    stack.put(CARD, Place::Kiosk);
    visit(stack).finish(LIMIT).done();
    (of_booking, stack.redis_trap().seen().len())
}

#[test]
fn a_redis_killed_before_or_after_any_write_loses_nothing_that_was_acknowledged() {
    let order = Order::on(Store::Redis).with_relays();
    let (of_booking, of_visit) = writes(&mut order.start());
    assert!(of_booking >= 6 && of_visit >= 3, "{of_booking} and {of_visit}");
    let phone = Moment::all(of_booking).map(|moment| (Place::Phone, moment));
    let kiosk = Moment::all(of_visit).map(|moment| (Place::Kiosk, moment));
    let moments: Vec<_> = phone.chain(kiosk).collect();
    // After each kill a client waits some seconds, as the server tells it to.
    on_several_stacks(order, 6, &moments, |stack, run, (place, moment)| {
        let what = format!("Redis killed {moment:?} of {of_booking} or {of_visit} writes, by the {place:?}");
        let card = card_of(stack, run, Place::Phone);
        stack.new_phone();
        let books = Books::open(stack, &card);
        if *place == Place::Phone {
            redis_dies(stack, *moment, booking);
            books.one_reservation_lives(stack, &what);
            return;
        }
        stack.put(&card, Place::Phone);
        booking(stack).finish(LIMIT).done();
        let reservation = books.one_reservation_lives(stack, &what);
        stack.put(&card, Place::Kiosk);
        redis_dies(stack, *moment, visit);
        completed_once(stack, &card, reservation, &what);
        assert_eq!(stack.stored(&card).unwrap().claims(reservation).len(), 1, "{what}: one visit, one claim");
        stack.pull();
        assert!(cards::accepts(&stack.site().card(&card), PinKind::User, NEW_PIN), "{what}");
    });
}
