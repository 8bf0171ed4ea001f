//! A booking of the signature PIN, from the card's evidence on; what comes before is as in any booking. Phone, server or
//! face engine is killed between any two messages and around every write of an attempt, so also between debit and verdict
//! and between the two records' commits; and the card is pulled. The holder ends with one reservation and no failure.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use client::exit::Exit;
use end_to_end::camera::Pictures;
use end_to_end::cards;
use end_to_end::child::Child;
use end_to_end::faces::Person;
use end_to_end::relay::{Moment, Then};
use end_to_end::stack::{CARD, Order, Place, Stack, Store, TYPED_FOR_SIGNATURE};

use crate::check::{Books, LIMIT, card_of, kill_at, on_several_stacks};

const STACKS: usize = 3;

fn begin(stack: &Stack) -> Child {
    stack.begin_booking_signature(&stack.frames(Person::Holder), &TYPED_FOR_SIGNATURE)
}

/// Waits for the end of a run before which so many sets of frames had been taken. With its face engine a server starts more
/// slowly than a person is patient: the phone may have told the holder to repeat the command. The frames that were sent, or
/// were about to be, are shown again then, since their attempt may have been judged.
fn finishes(stack: &Stack, run: Child, taken: usize) {
    let said = run.finish(LIMIT);
    if said.code == Some(Exit::TryAgain.code().into()) {
        let frames = stack.album().taken().drain(taken..).next_back().map(Pictures::Prepared);
        let frames = frames.unwrap_or_else(|| stack.frames(Person::Holder));
        stack.begin_booking_signature(&frames, &TYPED_FOR_SIGNATURE).finish(LIMIT).done();
    } else {
        said.done();
    }
}

/// One reservation, no failure, and every printed code and PIN that was typed was right.
#[track_caller]
fn booked_once(stack: &Stack, card: &str, books: &Books, what: &str) {
    books.one_reservation_lives(stack, what);
    let stored = stack.stored(card).unwrap();
    assert_eq!(stored.record.failures_in_all, 0, "{what}: {:?}", stored.events);
    let presented = stack.trace().pins_presented().iter().all(|status| *status == "9000");
    assert!(presented, "{what}: a try was spent: {:?}", stack.trace());
}

/// What a booking that is left alone asks the server, in order.
fn messages(stack: &mut Stack) -> Vec<String> {
    stack.put(CARD, Place::Phone);
    stack.app_trap().count();
    begin(stack).finish(LIMIT).done();
    stack.app_trap().seen()
}

/// The first message of that end, counted from 1.
fn number_of(messages: &[String], end: &str) -> usize {
    1 + messages.iter().position(|message| message.ends_with(end)).expect("a booking sends it")
}

/// Both moments of each message from the card's evidence on.
fn moments_from_card(messages: &[String]) -> Vec<Moment> {
    let card = number_of(messages, "/card");
    assert_eq!(messages.len() - card, 3, "challenge, face, reservation: {messages:?}");
    (card..=messages.len()).flat_map(|number| [Moment::Before(number), Moment::After(number)]).collect()
}

#[test]
fn a_phone_killed_between_any_two_messages_reads_the_card_again_and_goes_on() {
    let order = Order::on(Store::Embedded).with_relays().with_faces();
    let messages = messages(&mut order.start());
    on_several_stacks(order, STACKS, &moments_from_card(&messages), |stack, run, moment| {
        let what = format!("killed {moment:?} of {messages:?}");
        let card = card_of(stack, run, Place::Phone);
        stack.new_phone();
        let books = Books::open(stack, &card);
        kill_at(stack.app_trap(), *moment, Then::Lose, || begin(stack));
        begin(stack).finish(LIMIT).done();
        booked_once(stack, &card, &books, &what);
    });
}

#[test]
fn a_server_killed_between_any_two_messages_is_asked_again_and_loses_nothing() {
    let order = Order::on(Store::Embedded).with_relays().with_faces();
    let messages = messages(&mut order.start());
    on_several_stacks(order, STACKS, &moments_from_card(&messages), |stack, run, moment| {
        let what = format!("server killed {moment:?} of {messages:?}");
        let card = card_of(stack, run, Place::Phone);
        stack.new_phone();
        let books = Books::open(stack, &card);
        let (killer, taken) = (stack.server_killer(), stack.album().taken().len());
        stack.app_trap().set(*moment, Then::Lose, move || killer.kill());
        let run = begin(stack);
        assert!(stack.app_trap().wait(LIMIT), "{what}: it never came: {}", run.said());
        stack.restart_server();
        finishes(stack, run, taken);
        booked_once(stack, &card, &books, &what);
    });
}

/// Who is killed around a write of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Server,
    FaceEngine,
}

/// The writes to Redis that a face attempt is, counted from 1 since the booking began.
fn writes_of_an_attempt(stack: &mut Stack) -> RangeInclusive<usize> {
    let face = number_of(&messages(stack), "/face");
    let count = |moment: Moment| {
        stack.new_phone();
        let (count, redis) = (Arc::new(AtomicUsize::new(0)), stack.redis_trap().clone());
        redis.count();
        let counted = count.clone();
        stack.app_trap().set(moment, Then::Pass, move || counted.store(redis.seen().len(), Ordering::SeqCst));
        begin(stack).finish(LIMIT).done();
        assert!(stack.app_trap().has_sprung(), "{moment:?} never came");
        count.load(Ordering::SeqCst)
    };
    let (before, after) = (count(Moment::Before(face)), count(Moment::After(face)));
    before + 1..=after
}

#[test]
fn server_or_face_engine_killed_around_any_write_of_an_attempt_ends_in_one_match_and_no_failure() {
    let order = Order::on(Store::Redis).with_relays().with_faces();
    let writes = writes_of_an_attempt(&mut order.start());
    assert!(writes.clone().count() >= 5, "proof used, two debits, two verdicts: {writes:?}");
    // Before a write is after the one before it, as far as the store knows.
    let moments = [Moment::Before(*writes.start())].into_iter().chain(writes.clone().map(Moment::After));
    let runs: Vec<_> = moments.flat_map(|at| [(Victim::Server, at), (Victim::FaceEngine, at)]).collect();
    on_several_stacks(order, STACKS, &runs, |stack, run, (victim, moment)| {
        let what = format!("{victim:?} killed {moment:?} of {writes:?}");
        let card = card_of(stack, run, Place::Phone);
        stack.new_phone();
        let books = Books::open(stack, &card);
        let (trap, taken) = (stack.redis_trap().clone(), stack.album().taken().len());
        match victim {
            Victim::Server => {
                let killer = stack.server_killer();
                trap.set(*moment, Then::Lose, move || killer.kill());
            }
            Victim::FaceEngine => trap.set(*moment, Then::Pass, stack.workers_killer()),
        }
        let run = begin(stack);
        assert!(trap.wait(LIMIT), "{what}: it never came: {}", run.said());
        if *victim == Victim::Server {
            stack.restart_server();
        }
        finishes(stack, run, taken);
        booked_once(stack, &card, &books, &what);
    });
}

/// From the surface application's selection on; before it, all is as in a booking of the user PIN. Commands of one kind in
/// a row are pulled at the first and the last: a file is read in dozens of pieces. After a command only where it changes
/// something.
fn moments_of_front(commands: &[String]) -> Vec<Moment> {
    let selections = commands.iter().enumerate().filter(|(_, header)| header.starts_with("00A404"));
    let surface = selections.map(|(index, _)| index).nth(1).expect("a second application is selected");
    let mut moments = Vec::new();
    let mut number = surface;
    for row in commands[surface..].chunk_by(|one, other| one[..4] == other[..4]) {
        let ends = [number + 1, number + row.len()];
        moments.extend(ends.into_iter().take(row.len()).map(Moment::Before));
        if ["0020", "802A"].contains(&&row[0][..4]) {
            moments.push(Moment::After(number + row.len()));
        }
        number += row.len();
    }
    moments
}

#[test]
fn a_card_pulled_from_the_phone_while_its_front_is_read_books_when_it_is_back() {
    let order = Order::on(Store::Embedded).with_relays().with_faces();
    let commands = {
        let mut stack = order.start();
        stack.put(CARD, Place::Phone);
        stack.card_trap(Place::Phone).count();
        begin(&stack).finish(LIMIT).done();
        stack.card_trap(Place::Phone).seen()
    };
    let moments = moments_of_front(&commands);
    assert!(moments.len() >= 12, "{moments:?} of {commands:?}");
    let shares: Vec<Vec<Moment>> =
        (0..STACKS).map(|of| moments.iter().skip(of).step_by(STACKS).copied().collect()).collect();
    // Nothing has been sent when the card goes, so one booking can be pulled at many moments before it ends.
    on_several_stacks(order, STACKS, &shares, |stack, run, moments| {
        let card = card_of(stack, run, Place::Phone);
        let books = Books::open(stack, &card);
        for moment in moments {
            let what = format!("pulled {moment:?} of {commands:?}");
            stack.leave(&card, Place::Phone);
            stack.card_trap(Place::Phone).set(*moment, Then::Lose, || {});
            let run = begin(stack);
            assert!(stack.card_trap(Place::Phone).wait(LIMIT), "{what}: it never came: {}", run.said());
            let said = run.finish(LIMIT).ended(Exit::Card);
            stack.put(&card, Place::Phone);
            assert!(
                said.out.contains("10 tries left") || !said.out.contains("printed code"),
                "{what}: {said}"
            );
        }
        stack.leave(&card, Place::Phone);
        begin(stack).finish(LIMIT).done();
        booked_once(stack, &card, &books, &format!("pulled at {moments:?} of {commands:?}"));
        stack.pull();
        let file = stack.site().card(&card);
        assert_eq!(cards::code_tries(&file), card::Tries::Left(10), "{moments:?} of {commands:?}");
    });
}
