//! The kiosk is killed at every step of a visit: before and after every command to the card, every call to the server
//! and every line of the journal. The next start settles what was left open, and the next visit succeeds.

use kiosk::Outcome;
use reservation::PinKind;
use wire::kiosk::{Completion, FailureReason};

use crate::support::card::{accepts, block};
use crate::support::kill::survive;
use crate::support::pins::{holder, next_holder, pins};
use crate::support::server::{ClaimEnd, Way};
use crate::support::world::World;

const USER: PinKind = PinKind::User;

/// A card whose target is blocked, and a reservation to reset it.
fn world(target: PinKind) -> World {
    let world = World::new(target);
    block(&world.card, target);
    world
}

fn steps_of_a_visit(target: PinKind) -> usize {
    let world = world(target);
    world.kill.arm(0);
    assert!(matches!(world.visit(&mut holder(target)), Outcome::Done { .. }));
    world.kill.steps()
}

/// What must hold once the killed kiosk has started again.
fn check(world: &World, what: &str) {
    assert!(world.open_claims().is_empty(), "{what}: nothing is left open");
    let (target, pins) = (world.target, pins(world.target));
    let new_pin_works = accepts(&world.card, target, pins.new);
    assert!(accepts(&world.card, target.other(), pins.known), "{what}: the other PIN is as it was");
    let claims = world.server.claims();
    assert!(claims.len() <= 1, "{what}: one visit is one claim");
    if world.server.is_completed() {
        assert!(new_pin_works, "{what}: a false success");
    }
    if let [ClaimEnd::Failed(reason)] = claims.as_slice() {
        assert!(!new_pin_works, "{what}: told as failed ({reason:?})");
    }
    if !world.server.is_completed() {
        world.server.lease_ends();
        let outcome = world.visit(&mut next_holder(target));
        assert!(matches!(outcome, Outcome::Done { .. }), "{what}: the next visit {outcome:?}");
        assert!(accepts(&world.card, target, pins.next), "{what}");
    }
}

fn kill_at_every_step(target: PinKind) {
    let steps = steps_of_a_visit(target);
    assert!(steps > 80, "a visit has {steps} steps");
    let (mut stopped, mut unknown, mut completed) = (0, 0, 0);
    for at in 1..=steps {
        let world = world(target);
        world.kill.arm(at);
        assert!(survive(|| world.visit(&mut holder(target))).is_none(), "killed at step {at}");
        world.kill.arm(0);
        let sent_before = world.server.completions().len();
        world.recover();
        if let [completion] = &world.server.completions()[sent_before..] {
            match completion {
                Completion::Failed { reason: FailureReason::KioskStopped } => stopped += 1,
                Completion::Unknown {} => unknown += 1,
                Completion::Completed { .. } => completed += 1,
                other => panic!("step {at}: {other:?}"),
            }
        }
        check(&world, &format!("killed at step {at} of {steps}"));
    }
    assert!(
        stopped > 0 && unknown > 0 && completed > 0,
        "{stopped} stopped, {unknown} unknown, {completed} completed"
    );
}

#[test]
fn a_kiosk_killed_at_any_step_settles_its_claim_at_the_next_start() {
    kill_at_every_step(USER);
}

#[test]
fn a_kiosk_killed_at_any_step_of_a_signature_pin_s_reset_settles_its_claim_at_the_next_start() {
    kill_at_every_step(PinKind::Signature);
}

#[test]
fn a_kiosk_killed_again_in_mid_recovery_settles_it_at_the_start_after() {
    let steps = steps_of_a_visit(USER);
    // Deep enough that a claim was granted.
    for at in (steps / 2..=steps).step_by(3) {
        let recovery = {
            let world = world(USER);
            world.kill.arm(at);
            assert!(survive(|| world.visit(&mut holder(USER))).is_none());
            world.kill.arm(0);
            world.recover();
            world.kill.steps()
        };
        for again in 1..=recovery {
            let world = world(USER);
            world.kill.arm(at);
            assert!(survive(|| world.visit(&mut holder(USER))).is_none());
            world.kill.arm(again);
            assert!(survive(|| world.recover()).is_none());
            world.kill.arm(0);
            world.recover();
            check(&world, &format!("killed at step {at}, again at {again}"));
        }
    }
}

#[test]
fn a_recovery_without_the_server_keeps_everything_for_later() {
    let steps = steps_of_a_visit(USER);
    let mut waited = 0;
    for at in 1..=steps {
        let world = world(USER);
        world.kill.arm(at);
        assert!(survive(|| world.visit(&mut holder(USER))).is_none());
        world.kill.arm(0);
        world.server.ways(&[Way::NoServer, Way::Busy, Way::RequestLost]);
        let recovered = world.recover();
        waited += recovered.waiting.len();
        assert_eq!(recovered.waiting.len(), world.open_claims().len());
        world.server.ways(&[]);
        world.recover();
        check(&world, &format!("killed at step {at}"));
    }
    assert!(waited > 0);
}

#[test]
fn a_journal_that_cannot_be_written_stops_the_reset_before_the_card() {
    for record in [1, 2] {
        let world = world(USER);
        let outcome = world.visit_with_failing_journal(&mut holder(USER), record);
        assert!(
            matches!(outcome, Outcome::NotDone { reason: FailureReason::KioskStopped, .. }),
            "record {record}: {outcome:?}"
        );
        assert!(!accepts(&world.card, USER, pins(USER).new));
        assert_eq!(
            world.server.claims(),
            [ClaimEnd::Failed(FailureReason::KioskStopped)],
            "and frees the claim"
        );
    }
}

#[test]
fn a_proof_that_cannot_be_journaled_is_sent_all_the_same() {
    for record in [3, 4] {
        let world = world(USER);
        let outcome = world.visit_with_failing_journal(&mut holder(USER), record);
        assert!(matches!(outcome, Outcome::Done { .. }), "record {record}: {outcome:?}");
        assert!(world.server.is_completed());
        world.recover();
        assert!(world.server.is_completed(), "what a recovery says later does not undo it");
    }
}
