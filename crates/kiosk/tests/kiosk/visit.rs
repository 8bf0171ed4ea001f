//! Visits that go well, and visits that end before anything has changed.

use crate::support::card::{TestReader, accepts, block, tries};
use crate::support::holder::Holder;
use crate::support::pins::{holder, pins};
use crate::support::server::{ClaimEnd, Way};
use crate::support::world::{World, done};
use card::{Tries, VerifyError};
use client::{Failure, NoUse, Office};
use kiosk::{CardGone, Delivery, KnownPinComplaint, NotClaimed, Outcome, Patience};
use reservation::PinKind;
use reservation::pin::{PinFormat, WeakPin};
use secret::NewPinRefused;
use time::macros::datetime;
use wire::problem::{Facts, ProblemType};

const NEW_USER: (&str, &str) = ("5071", "5071");
const KNOWN_SIGNATURE: &str = "ABC123";

#[test]
fn a_blocked_user_pin_is_reset_with_the_signature_pin() {
    let world = World::new(PinKind::User);
    block(&world.card, PinKind::User);
    let mut holder = Holder::types(&[KNOWN_SIGNATURE], &[NEW_USER]);
    let outcome = world.visit(&mut holder);
    assert!(done(&outcome), "{outcome:?}");
    assert!(accepts(&world.card, PinKind::User, "5071"));
    assert!(!accepts(&world.card, PinKind::User, "1234"));
    assert!(accepts(&world.card, PinKind::Signature, KNOWN_SIGNATURE), "the other PIN is unchanged");
    assert_eq!(world.server.claims(), [ClaimEnd::Completed]);
    assert!(world.open_claims().is_empty());
}

#[test]
fn a_blocked_signature_pin_is_reset_with_the_user_pin() {
    let world = World::new(PinKind::Signature);
    block(&world.card, PinKind::Signature);
    let mut holder = Holder::types(&["1234"], &[("AB1234", "AB1234"), ("xyz789", "XYZ789")]);
    let outcome = world.visit(&mut holder);
    assert!(done(&outcome), "{outcome:?}");
    assert_eq!(holder.refusals, [NewPinRefused::Weak(WeakPin::ContainsOtherPin)]);
    assert!(accepts(&world.card, PinKind::Signature, "XYZ789"));
    assert!(accepts(&world.card, PinKind::User, "1234"));
}

#[test]
fn both_counters_are_shown_before_the_pin_is_asked_for() {
    let world = World::new(PinKind::User);
    block(&world.card, PinKind::User);
    let mut holder = Holder::types(&[], &[]);
    let outcome = world.visit(&mut holder);
    assert!(matches!(outcome, Outcome::NotClaimed(NotClaimed::GaveUp)));
    assert!(holder.was_told("Counters(Counters { signature: Left(5), user: Blocked })"));
    assert_eq!(holder.shown_tries, [Tries::Left(5)]);
    assert!(world.server.claims().is_empty());
}

#[test]
fn a_wrong_known_pin_costs_one_try_and_is_asked_for_again_with_what_is_left() {
    let world = World::new(PinKind::User);
    let mut holder = Holder::types(&["WRONG1", KNOWN_SIGNATURE], &[NEW_USER]);
    assert!(done(&world.visit(&mut holder)));
    assert_eq!(holder.complaints, [KnownPinComplaint::Wrong]);
    assert_eq!(holder.shown_tries, [Tries::Left(5), Tries::Left(4)]);
}

#[test]
fn giving_up_after_a_wrong_pin_tells_what_is_left_and_claims_nothing() {
    let world = World::new(PinKind::User);
    let outcome = world.visit(&mut Holder::types(&["WRONG1"], &[]));
    assert!(matches!(outcome, Outcome::NotClaimed(NotClaimed::Pin(VerifyError::WrongPin { left: 4 }))));
    assert_eq!(tries(&world.card, PinKind::Signature), Tries::Left(4));
    assert!(world.server.claims().is_empty());
    assert!(world.journal_text().is_empty());
}

#[test]
fn the_last_wrong_try_blocks_and_ends_the_visit() {
    let world = World::new(PinKind::User);
    let mut holder = Holder::types(&["WRONG1"; 6], &[NEW_USER]);
    let outcome = world.visit(&mut holder);
    assert!(matches!(outcome, Outcome::NotClaimed(NotClaimed::Pin(VerifyError::Blocked))));
    assert_eq!(holder.known.len(), 1, "a sixth entry is not asked for");
}

#[test]
fn what_cannot_be_a_pin_never_reaches_the_card() {
    let world = World::new(PinKind::Signature);
    let mut holder = Holder::types(&["１２３４", "12a4", "123", "1234"], &[("XYZ789", "XYZ789")]);
    assert!(done(&world.visit(&mut holder)));
    let character = KnownPinComplaint::Format(PinFormat::Character);
    let length = KnownPinComplaint::Format(PinFormat::Length { least: 4, most: 4 });
    assert_eq!(holder.complaints, [character, character, length]);
    assert_eq!(holder.shown_tries, [Tries::Left(3); 4]);
}

#[test]
fn with_both_pins_blocked_the_way_to_the_office_is_told_before_any_pin_is_asked_for() {
    let world = World::new(PinKind::User);
    block(&world.card, PinKind::User);
    block(&world.card, PinKind::Signature);
    let mut holder = Holder::types(&[KNOWN_SIGNATURE], &[NEW_USER]);
    let outcome = world.visit(&mut holder);
    assert!(matches!(outcome, Outcome::NotClaimed(NotClaimed::NoUse(NoUse::Office(Office::BothBlocked)))));
    assert!(holder.shown_tries.is_empty());
}

#[test]
fn a_card_that_was_locked_since_the_booking_is_refused_with_end_and_number_and_nothing_is_spent() {
    let end = datetime!(2026-11-22 03:00 UTC);
    let number = Some("123456789012".to_owned());
    let locked = Facts { locked_until: Some(end), number: number.clone(), ..Facts::default() };
    let for_good = Facts { number, ..Facts::default() };
    for (kind, facts) in [(ProblemType::CardLocked, locked), (ProblemType::CardLockedForGood, for_good)] {
        for target in PinKind::ALL {
            let world = World::new(target);
            world.server.lock(kind, facts.clone());
            let mut holder = holder(target);
            let outcome = world.visit(&mut holder);
            let Outcome::NotClaimed(NotClaimed::Server(Failure::Refused(refusal))) = &outcome else {
                panic!("{outcome:?}");
            };
            assert_eq!((refusal.kind, &refusal.facts), (Some(kind), &facts));
            assert!(holder.new_pin_patience.is_empty(), "no new PIN is asked for");
            assert!(world.server.claims().is_empty(), "no visit is spent");
            assert!(world.journal_text().is_empty());
            for kind in PinKind::ALL {
                assert_eq!(tries(&world.card, kind), Tries::Left(kind.tries()), "no try is spent");
            }
            assert!(accepts(&world.card, target, pins(target).old));
        }
    }
}

#[test]
fn without_the_server_nothing_is_reset() {
    let world = World::new(PinKind::User);
    world.server.ways(&[Way::NoServer]);
    let mut holder = Holder::types(&[KNOWN_SIGNATURE], &[NEW_USER]);
    let outcome = world.visit(&mut holder);
    assert!(matches!(outcome, Outcome::NotClaimed(NotClaimed::Server(_))));
    assert!(holder.shown_tries.is_empty(), "not even a PIN is asked for");
    assert!(accepts(&world.card, PinKind::User, "1234"));
}

#[test]
fn a_claim_whose_answer_is_lost_changes_nothing_on_the_card() {
    let world = World::new(PinKind::User);
    world.server.ways(&[Way::Open, Way::AnswerLost]);
    let outcome = world.visit(&mut Holder::types(&[KNOWN_SIGNATURE], &[NEW_USER]));
    assert!(matches!(outcome, Outcome::PerhapsClaimed(_)));
    assert!(accepts(&world.card, PinKind::User, "1234"));
    world.server.lease_ends();
    assert!(done(&world.visit(&mut Holder::types(&[KNOWN_SIGNATURE], &[NEW_USER]))));
}

#[test]
fn a_reset_that_cannot_be_told_is_told_later() {
    let world = World::new(PinKind::User);
    world.server.ways(&[Way::Open, Way::Open, Way::NoServer, Way::Busy, Way::AnswerLost]);
    let mut holder = Holder::types(&[KNOWN_SIGNATURE], &[NEW_USER]);
    let outcome = world.visit(&mut holder);
    assert!(matches!(outcome, Outcome::Done { delivery: Delivery::NotYet(_), .. }), "{outcome:?}");
    assert!(holder.was_told("PinSet") && holder.was_told("ToldLater"));
    assert_eq!(world.open_claims().len(), 1);
    let recovered = world.recover();
    assert_eq!(recovered.settled.len(), 1);
    assert!(world.server.is_completed());
    assert!(world.open_claims().is_empty());
}

#[test]
fn a_second_visit_with_the_same_reservation_is_refused() {
    let world = World::new(PinKind::User);
    assert!(done(&world.visit(&mut Holder::types(&[KNOWN_SIGNATURE], &[NEW_USER]))));
    let outcome = world.visit(&mut Holder::types(&[KNOWN_SIGNATURE], &[("9072", "9072")]));
    assert!(matches!(outcome, Outcome::NotClaimed(NotClaimed::Server(_))), "{outcome:?}");
    assert!(accepts(&world.card, PinKind::User, "5071"));
}

#[test]
fn a_card_left_behind_is_warned_of_until_it_has_gone() {
    let world = World::new(PinKind::User);
    let mut reader = TestReader::with(&world.card, &[], world.kill.clone());
    let mut holder = Holder::default();
    let patience = Patience::default();
    assert_eq!(kiosk::wait_for_removal(&mut reader, &mut holder, &patience), CardGone::Yes);
    let again = "TakeCard { again: true }";
    assert_eq!(holder.told, ["TakeCard { again: false }", again, again]);
    let impatient = Patience { removal_warnings: 1, ..patience };
    reader.removals = 0;
    assert_eq!(kiosk::wait_for_removal(&mut reader, &mut holder, &impatient), CardGone::No);
}

#[test]
fn no_pin_token_or_name_is_told_or_journaled() {
    let world = World::new(PinKind::User);
    world.server.ways(&[Way::Open, Way::Open, Way::NoServer, Way::NoServer, Way::NoServer]);
    let mut holder = Holder::types(&["CANARY1", KNOWN_SIGNATURE], &[NEW_USER]);
    let outcome = world.visit(&mut holder);
    let journal = world.journal_text();
    assert!(journal.contains("canary-token"), "the journal keeps the token as long as it is needed");
    let told = format!("{} {outcome:?}", holder.told.join(" "));
    for secret in ["CANARY1", KNOWN_SIGNATURE, "5071"] {
        for text in [&told, &journal] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
    assert!(!told.contains("canary-token"));
}
