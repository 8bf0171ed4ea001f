//! Holders who are slow, and holders who walk away: no card waits for ever, and no hold outlasts its end.

use std::time::Duration;

use card::{Tries, VerifyError};
use kiosk::{Delivery, NotClaimed, Outcome, Patience, Timer as _, Verdict};
use reservation::PinKind;
use wire::kiosk::FailureReason;

use crate::support::card::{accepts, tries};
use crate::support::holder::Holder;
use crate::support::pins::pins;
use crate::support::world::{World, done};

const KNOWN_SIGNATURE: &str = "ABC123";
const NEW_USER: (&str, &str) = ("5071", "5071");

#[test]
fn a_holder_who_thinks_longer_than_the_hold_gets_no_reset() {
    let world = World::new(PinKind::User);
    let mut holder = Holder::types(&[KNOWN_SIGNATURE], &[NEW_USER]);
    holder.thinks = Duration::from_secs(295);
    let outcome = world.visit(&mut holder);
    assert!(matches!(outcome, Outcome::NotDone { reason: FailureReason::TimedOut, .. }), "{outcome:?}");
    assert!(accepts(&world.card, PinKind::User, "1234"));
}

#[test]
fn a_holder_who_is_slow_with_the_known_pin_gets_a_fresh_session() {
    let world = World::new(PinKind::User);
    let mut holder = Holder::types(&[KNOWN_SIGNATURE], &[NEW_USER]);
    holder.thinks = Duration::from_secs(160);
    assert!(done(&world.visit(&mut holder)));
    assert_eq!(world.server.calls(), 4, "two sessions, the claim, the completion");
}

#[test]
fn a_holder_who_walks_away_from_the_known_pin_leaves_no_card_waiting() {
    for target in PinKind::ALL {
        let world = World::new(target);
        let mut holder = Holder { walks_away: true, ..Holder::default() };
        let outcome = world.visit(&mut holder);
        assert!(matches!(outcome, Outcome::NotClaimed(NotClaimed::NotInTime)), "{outcome:?}");
        assert_eq!(world.clock.elapsed(), Patience::default().key);
        assert!(world.server.claims().is_empty());
        assert_eq!(tries(&world.card, target.other()), Tries::Left(target.other().tries()));
    }
}

#[test]
fn walking_away_after_a_wrong_pin_still_tells_what_is_left() {
    let world = World::new(PinKind::Signature);
    let mut holder = Holder { walks_away: true, ..Holder::types(&["9999"], &[]) };
    let outcome = world.visit(&mut holder);
    assert!(matches!(outcome, Outcome::NotClaimed(NotClaimed::Pin(VerifyError::WrongPin { left: 2 }))));
}

#[test]
fn a_holder_who_walks_away_from_the_new_pin_frees_the_reservation_and_keeps_the_old_pin() {
    for target in PinKind::ALL {
        let world = World::new(target);
        let mut holder = Holder { walks_away: true, ..Holder::types(&[pins(target).known], &[]) };
        let outcome = world.visit(&mut holder);
        let freed = Delivery::Final(Verdict::Released { claims_left: 2 });
        assert!(
            matches!(&outcome, Outcome::NotDone { reason: FailureReason::TimedOut, delivery, .. }
                if format!("{delivery:?}") == format!("{freed:?}")),
            "{outcome:?}"
        );
        assert!(accepts(&world.card, target, pins(target).old));
    }
}

#[test]
fn the_new_pin_is_waited_for_no_longer_than_the_hold_lasts() {
    let world = World::new(PinKind::Signature);
    let mut holder = Holder::types(&["1234"], &[("ABCDEF", "ABCDEF"), ("NEWPIN77", "NEWPIN77")]);
    holder.thinks = Duration::from_secs(120);
    assert!(done(&world.visit(&mut holder)));
    let key = Patience::default().key;
    assert_eq!(holder.new_pin_patience, [key, key], "170 seconds are left");
    let world = World::new(PinKind::Signature);
    let mut holder = Holder::types(&["1234"], &[("ABCDEF", "ABCDEF"), ("NEWPIN77", "NEWPIN77")]);
    holder.thinks = Duration::from_secs(260);
    let outcome = world.visit(&mut holder);
    assert_eq!(holder.new_pin_patience, [key, Duration::from_secs(30)]);
    assert!(matches!(outcome, Outcome::NotDone { reason: FailureReason::TimedOut, .. }), "{outcome:?}");
}
