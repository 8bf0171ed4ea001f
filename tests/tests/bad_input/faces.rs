//! Somebody else's face, or the holder's too late: attempts are counted, five in a row lock phone and card, and the lock is
//! told wherever either of them is used, until its end and not a second longer. What shows other poses is in [`super::poses`].

use std::time::Duration;

use client::exit::Exit;
use client::{Language, jst, words};
use end_to_end::camera::{Pictures, Shows};
use end_to_end::faces::Person;
use end_to_end::relay::{Moment, Then};
use end_to_end::said::Said;
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Stack, TYPED_FOR_SIGNATURE, USER_PIN};
use reservation::Timestamp;
use reservation::card::Standing;
use server::clock::to_date_time;

const NEW_SIGNATURE_PIN: &str = "NEW2PIN6";
const OTHER: &str = "other";
const SECOND: Duration = Duration::from_secs(1);
/// No challenge may be given longer.
const CHALLENGE_AT_MOST: Duration = Duration::from_secs(120);

/// Books, whether or not the phone has a reservation.
fn book(stack: &Stack, of: Person) -> Said {
    stack.book_signature_again(&stack.frames(of), &TYPED_FOR_SIGNATURE)
}

/// Five attempts that fail, each told with what is left; the last one locks. On the first, somebody takes the holder's
/// place.
fn fail_five_times(stack: &Stack) -> Timestamp {
    let stranger = stack.frames(Person::Impostor);
    let again = |shown: &Pictures| stack.book_signature_again(shown, &TYPED_FOR_SIGNATURE);
    let photograph = Person::Impostor.photograph();
    let place = ["--splice", photograph.to_str().unwrap(), "--at", "6"];
    let two = stack.album().frames_with(Person::Holder, Shows::Asked, &place);
    for (shown, left, advice) in [
        (&two, "4 attempts left", "more than one person"),
        (&stranger, "3 attempts left", "without glasses, mask or hat"),
        (&stranger, "2 attempts left", "without glasses, mask or hat"),
        (&stranger, "1 attempt left before the lock", "If the next one fails too, booking is locked"),
    ] {
        let said = again(shown).ended(Exit::FaceNotMatched).saying(left).saying(advice);
        said.not_saying("The reservation is made");
    }
    let last = again(&stranger).ended(Exit::Locked);
    let card = stack.stored(CARD).unwrap();
    let Standing::LockedUntil { until, .. } = card.record.standing else { panic!("{:?}", card.record) };
    told(&last, until, &card.record.number.to_string());
    until
}

#[track_caller]
fn told(said: &Said, until: Timestamp, number: &str) {
    let end = jst::to_the_second(to_date_time(until), Language::En);
    said.clone().saying(&end).saying(&words::number(number));
}

#[test]
fn five_failures_lock_the_phone_and_the_card_on_any_phone_and_at_the_kiosk_until_the_lock_ends() {
    let mut stack = Order::moving_time().with_faces().start();
    stack.put(CARD, Place::Phone);
    book(&stack, Person::Holder).done();
    let until = fail_five_times(&stack);
    let number = stack.stored(CARD).unwrap().record.number.to_string();
    let asked = |stack: &Stack| ["front", "inspect", "compare"].map(|step| stack.engine_asked(step));
    let so_far = asked(&stack);
    assert_eq!(so_far[2], 6, "one match, five failures");

    // The sixth on this phone, though it is the holder's face. The server does not know yet which card it would be; the
    // phone remembers its number.
    told(&book(&stack, Person::Holder).ended(Exit::Locked), until, "");
    told(&stack.phone(&["status"], &[]).done(), until, &number);
    // Another card on the locked phone.
    stack.site().issue_with_face(OTHER, Person::Holder, &[]);
    stack.put(OTHER, Place::Phone);
    book(&stack, Person::Holder).ended(Exit::Locked).not_saying("Birth date");
    assert!(stack.trace().pins_presented().is_empty(), "the card was asked for nothing: {:?}", stack.trace());
    assert!(stack.stored(OTHER).is_none());
    // A new installation with the locked card, for either PIN.
    stack.put(CARD, Place::Phone);
    stack.new_phone();
    told(&book(&stack, Person::Holder).ended(Exit::Locked), until, &number);
    told(&stack.book(&[SIGNATURE_PIN]).ended(Exit::Locked), until, &number);
    assert_eq!(asked(&stack), so_far, "what is locked is not looked at");
    // The reservation that was made before.
    stack.put(CARD, Place::Kiosk);
    let refused = stack.redeem_signature(&[USER_PIN, NEW_SIGNATURE_PIN, NEW_SIGNATURE_PIN]);
    let refused = refused.ended(Exit::Locked).saying("No visit of the reservation was spent");
    told(&refused.not_saying("New signature PIN"), until, &number);
    assert_eq!(stack.trace().resets(), 0);

    stack.put(CARD, Place::Phone);
    stack.clock().set(until.before(SECOND));
    book(&stack, Person::Holder).ended(Exit::Locked);
    stack.clock().advance(SECOND);
    book(&stack, Person::Holder).done();
    let card = stack.stored(CARD).unwrap();
    assert_eq!(card.face_failures(), Some(0), "{:?}", card.record.standing);
}

#[test]
fn frames_after_the_deadline_are_told_and_a_new_challenge_is_met_without_a_failure() {
    let mut stack = Order::moving_time().with_relays().with_faces().start();
    stack.put(CARD, Place::Phone);
    stack.app_trap().count();
    book(&stack, Person::Holder).done();
    let seen = stack.app_trap().seen();
    let frames = 1 + seen.iter().position(|call| call.ends_with("/face")).expect("the frames are sent");
    stack.new_phone();
    let clock = stack.clock().clone();
    stack.app_trap().set(Moment::Before(frames), Then::Pass, move || clock.advance(CHALLENGE_AT_MOST));
    let late = book(&stack, Person::Holder).done();
    assert!(stack.app_trap().has_sprung(), "{:?}", stack.app_trap().seen());
    late.saying("It came too late. Nothing was counted.").saying("The reservation is made");
    let card = stack.stored(CARD).unwrap();
    assert_eq!((card.attempts(), stack.comparisons()), (2, 2), "one for each reservation: {:?}", card.events);
}
