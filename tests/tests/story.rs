//! Both stories on one card and on real parts: a blocked signature PIN is booked with the user PIN, the card's front and a
//! face, where an impostor's is refused, and reset at the kiosk; then a blocked user PIN is booked with the new signature
//! PIN and reset. The new PINs work, the old ones do not, each reservation is used up, and no program leaves a temporary file.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::time::Duration;

use client::exit::Exit;
use end_to_end::faces::Person;
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Stack, Store, TYPED_FOR_SIGNATURE, USER_PIN};
use reservation::PinKind;

const NEW_USER_PIN: &str = "8351";
const NEW_SIGNATURE_PIN: &str = "NEW2PIN6";
const LIMIT: Duration = Duration::from_secs(60);

/// Whether OpenSC, which knows nothing of this project, finds that a PIN opens the card on this reader.
fn pin_is_accepted(stack: &Stack, reader: &str, kind: PinKind, pin: &str) -> bool {
    let id = match kind {
        PinKind::User => "01",
        PinKind::Signature => "02",
    };
    stack
        .tool("pkcs15-tool", &["--reader", reader, "--verify-pin", "--auth-id", id, "--pin", pin], &[])
        .is_done()
}

/// Types wrong PINs until the right one is refused too.
fn block(stack: &Stack, kind: PinKind, right: &str) {
    let (wrong, tries) = match kind {
        PinKind::User => ("0000", 3),
        PinKind::Signature => ("WRONG0", 5),
    };
    for _ in 0..tries {
        assert!(!pin_is_accepted(stack, "0", kind, wrong));
    }
    assert!(!pin_is_accepted(stack, "0", kind, right), "{tries} wrong tries block the {kind:?} PIN");
}

/// The holder redeems at the kiosk, takes the card away, and the new PIN is the card's.
fn reset(stack: &mut Stack, kind: PinKind, known: &str, new: &str, old: &str) {
    stack.put(CARD, Place::Kiosk);
    let visit = stack.begin_kiosk(&["redeem", "--target", kind.as_str()], &[known, new, new]);
    visit.wait_until("card to be taken", LIMIT, || visit.said().contains("Please take your card"));
    stack.pull();
    visit.finish(LIMIT).done().saying("has been reset");
    stack.put(CARD, Place::Kiosk);
    assert!(pin_is_accepted(stack, "1", kind, new));
    assert!(!pin_is_accepted(stack, "1", kind, old));
    assert!(pin_is_accepted(stack, "1", kind, new));
    stack.phone(&["status"], &[]).done().saying("completed");
}

fn a_signature_pin(stack: &mut Stack) {
    stack.put(CARD, Place::Phone);
    block(stack, PinKind::Signature, SIGNATURE_PIN);
    let [holder, impostor] = [Person::Holder, Person::Impostor].map(|person| stack.frames(person));
    let refused = stack.book_signature(&impostor, &TYPED_FOR_SIGNATURE).ended(Exit::FaceNotMatched);
    let refused = refused.saying("10 tries left").saying("1. straight ahead");
    refused.saying("4 attempts left").not_saying("The reservation is made");
    let booked = stack.book_signature(&holder, &TYPED_FOR_SIGNATURE).done();
    booked.saying("Your face was matched").saying("The reservation is made");
    let card = stack.stored(CARD).unwrap();
    assert_eq!((card.attempts(), card.face_failures()), (2, Some(0)), "a match begins the count anew");
    reset(stack, PinKind::Signature, USER_PIN, NEW_SIGNATURE_PIN, SIGNATURE_PIN);
}

fn a_user_pin(stack: &mut Stack) {
    stack.put(CARD, Place::Phone);
    block(stack, PinKind::User, USER_PIN);
    stack.book(&[NEW_SIGNATURE_PIN]).done().saying("The reservation is made");
    reset(stack, PinKind::User, NEW_SIGNATURE_PIN, NEW_USER_PIN, USER_PIN);
    let again = stack.redeem(&[NEW_SIGNATURE_PIN, "9462", "9462"]);
    again.ended(Exit::Refused).not_saying("New user PIN");
    assert!(pin_is_accepted(stack, "1", PinKind::User, NEW_USER_PIN), "a refused claim changes nothing");
}

/// With as much time for a face as in the field.
fn both_stories(store: Store) {
    let mut stack = Order::on(store).with_faces().hurrying_faces().start();
    a_signature_pin(&mut stack);
    a_user_pin(&mut stack);
    stack.stop_server();
    let left: Vec<_> = fs::read_dir(stack.temporary()).unwrap().map(Result::unwrap).collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn a_blocked_signature_pin_and_then_a_blocked_user_pin_are_reset_from_phone_to_kiosk_on_the_embedded_store() {
    both_stories(Store::Embedded);
}

#[test]
fn a_blocked_signature_pin_and_then_a_blocked_user_pin_are_reset_from_phone_to_kiosk_on_redis() {
    both_stories(Store::Redis);
}
