//! The card is pulled, or its answer lost, at every single command of a visit. Whatever happens: no false success, no
//! reservation burnt, and the server is told `failed` only if the card certainly kept its old PIN.

use card::Tries;
use kiosk::{Delivery, Outcome, Verdict};
use reservation::PinKind;
use virtual_card::{CardInHand, Fault};
use wire::kiosk::{Completion, FailureReason};

use crate::support::card::{TestReader, accepts, block, fresh_card_of_another_holder, tries};
use crate::support::pins::{holder, next_holder, pins};
use crate::support::world::World;

/// How many commands a visit without faults sends, and the command that sets the new PIN.
fn commands_of_a_visit(target: PinKind, blocked: bool) -> usize {
    let world = World::new(target);
    if blocked {
        block(&world.card, target);
    }
    let before = world.card.commands();
    assert!(matches!(world.visit(&mut holder(target)), Outcome::Done { .. }));
    world.card.commands() - before
}

/// What must hold after any visit, and after the next one.
fn check(world: &World, outcome: &Outcome, what: &str) {
    let (target, pins) = (world.target, pins(world.target));
    let new_pin_works = accepts(&world.card, target, pins.new);
    assert!(accepts(&world.card, target.other(), pins.known), "{what}: the other PIN is as it was");
    let last = world.server.completions().last().cloned();
    match outcome {
        Outcome::Done { delivery, .. } => {
            assert!(new_pin_works, "{what}");
            assert!(matches!(delivery, Delivery::Final(Verdict::Completed)), "{what}");
        }
        Outcome::NotDone { .. } => {
            assert!(!new_pin_works, "{what}: told as not done");
            assert!(matches!(last, Some(Completion::Failed { .. })), "{what}");
        }
        Outcome::Unknown { .. } => assert_eq!(last, Some(Completion::Unknown {}), "{what}"),
        Outcome::NotClaimed(_) => assert!(!new_pin_works && world.server.claims().is_empty(), "{what}"),
        Outcome::PerhapsClaimed(_) => panic!("{what}: the server always answered"),
    }
    assert_eq!(world.server.is_completed(), matches!(outcome, Outcome::Done { .. }), "{what}");
    assert!(world.open_claims().is_empty(), "{what}: every answer was final");
    if !world.server.is_completed() {
        world.server.lease_ends();
        let outcome = world.visit(&mut next_holder(target));
        assert!(matches!(outcome, Outcome::Done { .. }), "{what}: the next visit");
        assert!(accepts(&world.card, target, pins.next), "{what}");
    }
}

fn pull_at_every_command(target: PinKind) {
    let commands = commands_of_a_visit(target, false);
    assert!(commands > 30, "a visit has {commands} commands");
    for nth in 1..=commands {
        for fault in [Fault::PulledBefore(nth), Fault::PulledDuring(nth), Fault::PulledAfter(nth)] {
            let world = World::new(target);
            let outcome = world.visit_with(&mut holder(target), &[fault]);
            check(&world, &outcome, &format!("{fault:?}, not put back: {outcome:?}"));
        }
    }
}

#[test]
fn a_card_pulled_before_during_or_after_any_command_leaves_nothing_in_the_dark() {
    pull_at_every_command(PinKind::User);
}

#[test]
fn a_card_pulled_at_any_command_of_a_signature_pin_s_reset_leaves_nothing_in_the_dark() {
    pull_at_every_command(PinKind::Signature);
}

fn put_back_after_every_command(target: PinKind) {
    let commands = commands_of_a_visit(target, true);
    let (mut done, mut not_done) = (0, 0);
    for nth in 1..=commands {
        for fault in [Fault::PulledBefore(nth), Fault::PulledDuring(nth), Fault::AnswerLost(nth)] {
            let world = World::new(target);
            block(&world.card, target);
            let mut holder = holder(target);
            let outcome = world.visit_with(&mut holder, &[fault, Fault::None]);
            if holder.was_told("PutCardBack") {
                match &outcome {
                    Outcome::Done { .. } => done += 1,
                    Outcome::NotDone { reason: FailureReason::CardRemoved, .. } => not_done += 1,
                    other => panic!("{fault:?}: a blocked PIN's counter always tells, but {other:?}"),
                }
            }
            check(&world, &outcome, &format!("{fault:?}, put back: {outcome:?}"));
        }
    }
    assert_eq!((done, not_done), (2, 1), "the reset command carried out twice, and once not");
}

#[test]
fn a_card_that_is_put_back_after_a_lost_answer_tells_what_became_of_it() {
    put_back_after_every_command(PinKind::User);
}

#[test]
fn a_card_that_is_put_back_tells_what_became_of_its_signature_pin() {
    put_back_after_every_command(PinKind::Signature);
}

#[test]
fn a_counter_that_was_full_before_tells_nothing_and_no_try_is_spent_to_find_out() {
    for target in PinKind::ALL {
        let commands = commands_of_a_visit(target, false);
        let mut unknown = 0;
        for nth in 1..=commands {
            let world = World::new(target);
            let mut holder = holder(target);
            let outcome = world.visit_with(&mut holder, &[Fault::AnswerLost(nth), Fault::None]);
            if holder.was_told("PutCardBack") {
                assert!(matches!(outcome, Outcome::Unknown { confirmed: false, .. }), "{outcome:?}");
                assert_eq!(tries(&world.card, target), Tries::Left(target.tries()));
                unknown += 1;
            }
        }
        assert_eq!(unknown, 1, "{target}");
    }
}

#[test]
fn another_card_that_is_put_back_is_not_asked() {
    let target = PinKind::User;
    let commands = commands_of_a_visit(target, true);
    for nth in 1..=commands {
        let world = World::new(target);
        block(&world.card, target);
        let other = another_card(&world);
        let before = other.commands();
        let mut reader = TestReader::with(&world.card, &[Fault::PulledBefore(nth)], world.kill.clone());
        reader.plans.push_back((other.clone(), Fault::None));
        let mut holder = holder(target);
        let outcome = world.visit_at(&mut holder, &mut reader);
        if holder.was_told("PutCardBack") {
            assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
            assert!(other.commands() > before, "it was looked at");
            assert!(accepts(&other, target, pins(target).old), "and no PIN was tried on it");
            return;
        }
    }
    panic!("no fault hit the reset command");
}

/// A card with other certificates.
fn another_card(world: &World) -> CardInHand {
    let dir = world.dir.path().join("other");
    std::fs::create_dir(&dir).unwrap();
    fresh_card_of_another_holder(&dir)
}
