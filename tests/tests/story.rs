//! The whole story on real parts: a user PIN is blocked, booked, reset; the new one works, the old one does not, and the
//! reservation is used up.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::time::Duration;

use client::exit::Exit;
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Stack, Store, USER_PIN};

const NEW_PIN: &str = "8351";
const LIMIT: Duration = Duration::from_secs(60);

/// OpenSC asks for the PIN on its standard input.
fn pin_is_accepted(stack: &Stack, reader: &str, pin: &str) -> bool {
    stack
        .tool("pkcs15-tool", &["--reader", reader, "--verify-pin", "--auth-id", "01", "--pin", pin], &[])
        .is_done()
}

fn the_story(store: Store) {
    let mut stack = Order::on(store).start();
    stack.put(CARD, Place::Phone);
    for _ in 0..3 {
        assert!(!pin_is_accepted(&stack, "0", "0000"));
    }
    assert!(!pin_is_accepted(&stack, "0", USER_PIN), "three wrong tries block the PIN");

    stack.book(&[SIGNATURE_PIN]).done().saying("The reservation is made");
    stack.phone(&["status"], &[]).done();

    stack.put(CARD, Place::Kiosk);
    let visit = stack.begin_kiosk(&["redeem", "--target", "user"], &[SIGNATURE_PIN, NEW_PIN, NEW_PIN]);
    visit.wait_until("card to be taken", LIMIT, || visit.said().contains("Please take your card"));
    stack.pull();
    visit.finish(LIMIT).done();

    stack.put(CARD, Place::Kiosk);
    assert!(pin_is_accepted(&stack, "1", NEW_PIN));
    assert!(!pin_is_accepted(&stack, "1", USER_PIN));
    assert!(pin_is_accepted(&stack, "1", NEW_PIN));

    stack.redeem(&[SIGNATURE_PIN, "9462", "9462"]).ended(Exit::Refused).not_saying("New user PIN");
    stack.phone(&["status"], &[]).done().saying("completed");
    assert!(pin_is_accepted(&stack, "1", NEW_PIN), "a refused claim changes nothing");
    stack.stop_server();
}

#[test]
fn a_blocked_user_pin_is_reset_from_phone_to_kiosk_on_the_embedded_store() {
    the_story(Store::Embedded);
}

#[test]
fn a_blocked_user_pin_is_reset_from_phone_to_kiosk_on_redis() {
    the_story(Store::Redis);
}
