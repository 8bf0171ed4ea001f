//! The server is killed: phone and kiosk repeat what they asked, the restarted server knows what it answered, and one
//! reservation is completed once.

use end_to_end::cards;
use end_to_end::child::Child;
use end_to_end::relay::{Moment, Then, Trap};
use end_to_end::said::Said;
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Stack, Store};
use reservation::PinKind;

use crate::check::{Books, LIMIT, card_of, completed_once, on_several_stacks};

const NEW_PIN: &str = "8351";

/// Lets `begin` run while the server is killed at this moment and started again; the run finishes by itself.
fn server_dies(
    stack: &mut Stack,
    trap: impl Fn(&Stack) -> &Trap,
    moment: Moment,
    begin: impl Fn(&Stack) -> Child,
) -> Said {
    let killer = stack.server_killer();
    trap(stack).set(moment, Then::Lose, move || killer.kill());
    let run = begin(stack);
    assert!(trap(stack).wait(LIMIT), "{moment:?} never came: {}", run.said());
    stack.restart_server();
    run.finish(LIMIT).done()
}

fn booking(stack: &Stack) -> Child {
    stack.begin_booking(&[SIGNATURE_PIN])
}

fn visit(stack: &Stack) -> Child {
    stack.begin_redeeming(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN])
}

/// How many exchanges phone and kiosk have with the server in a run that is left alone.
fn exchanges(stack: &mut Stack) -> (usize, usize) {
    stack.app_trap().count();
    stack.kiosk_trap().count();
    stack.put(CARD, Place::Phone);
    booking(stack).finish(LIMIT).done();
    stack.put(CARD, Place::Kiosk);
    visit(stack).finish(LIMIT).done();
    (stack.app_trap().seen().len(), stack.kiosk_trap().seen().len())
}

fn a_server_killed_anywhere_loses_and_doubles_nothing(store: Store) {
    let order = Order::on(store).with_relays();
    let (of_phone, of_kiosk) = exchanges(&mut order.start());
    assert!(of_phone >= 4 && of_kiosk >= 3, "{of_phone} and {of_kiosk}");
    let phone = Moment::all(of_phone).map(|moment| (Place::Phone, moment));
    let kiosk = Moment::all(of_kiosk).map(|moment| (Place::Kiosk, moment));
    let moments: Vec<_> = phone.chain(kiosk).collect();
    on_several_stacks(order, 3, &moments, |stack, run, (place, moment)| {
        let what = format!("server killed {moment:?} of the {place:?}");
        let card = card_of(stack, run, Place::Phone);
        stack.put(&card, Place::Phone);
        stack.new_phone();
        let books = Books::open(stack, &card);
        match place {
            Place::Phone => server_dies(stack, Stack::app_trap, *moment, booking),
            Place::Kiosk => booking(stack).finish(LIMIT).done(),
        };
        let reservation = books.one_reservation_lives(stack, &what);
        stack.put(&card, Place::Kiosk);
        match place {
            Place::Phone => visit(stack).finish(LIMIT).done(),
            Place::Kiosk => server_dies(stack, Stack::kiosk_trap, *moment, visit),
        };
        completed_once(stack, &card, reservation, &what);
        let claims = stack.stored(&card).unwrap().claims(reservation);
        assert_eq!(claims.len(), 1, "{what}: one visit, one claim");
        stack.pull();
        assert!(cards::accepts(&stack.site().card(&card), PinKind::User, NEW_PIN), "{what}");
    });
}

#[test]
fn a_server_killed_between_any_two_messages_loses_nothing_on_the_embedded_store() {
    a_server_killed_anywhere_loses_and_doubles_nothing(Store::Embedded);
}

#[test]
fn a_server_killed_between_any_two_messages_loses_nothing_on_redis() {
    a_server_killed_anywhere_loses_and_doubles_nothing(Store::Redis);
}
