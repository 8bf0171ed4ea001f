//! Somebody who is not there, or does not do what is asked for: a photograph, a mirror, a recording, another person in the
//! holder's place. The person is told what to do better, never a score, and what was judged counts.

use client::exit::Exit;
use end_to_end::camera::{Pictures, Shows};
use end_to_end::faces::Person;
use end_to_end::said::Said;
use end_to_end::stack::{CARD, Order, Place, Stack, Store, TYPED_FOR_SIGNATURE};

const TURN_FURTHER: &str = "Not every pose was reached. Turn your head a little further each time";
const FOLLOW_POSES: &str = "The poses were not those asked for. Follow them in order";
const ONE_PERSON: &str = "The pictures show more than one person. Only you may be before the camera";
const SEEN_BEFORE: &str = "A picture is among them that was used before. Take all of them anew";

fn stack() -> Stack {
    let mut stack = Order::on(Store::Embedded).with_faces().start();
    stack.put(CARD, Place::Phone);
    stack
}

/// The holder before the camera, who does this, with options of `virtual-card frames`.
fn holder(stack: &Stack, shows: Shows, options: &[&str]) -> Pictures {
    stack.album().frames_with(Person::Holder, shows, options)
}

#[track_caller]
fn not_matched(stack: &Stack, shown: &Pictures, left: u8) -> Said {
    let said = stack.book_signature_again(shown, &TYPED_FOR_SIGNATURE).ended(Exit::FaceNotMatched);
    let word = if left == 1 { "attempt" } else { "attempts" };
    counted(stack, 5 - left);
    said.saying(&format!("The face was not matched: {left} {word} left"))
        .not_saying("The reservation is made")
}

#[track_caller]
fn counted(stack: &Stack, failures: u8) {
    let card = stack.stored(CARD).unwrap();
    assert_eq!(card.face_failures(), Some(failures), "{:?}", card.events);
}

#[test]
fn a_photograph_a_mirror_wrong_poses_and_a_second_person_are_each_told_and_counted_and_the_fifth_locks() {
    let stack = stack();
    let thief = Person::Impostor.photograph();
    let in_their_place = ["--splice", thief.to_str().unwrap(), "--at"];
    not_matched(&stack, &holder(&stack, Shows::Asked, &["--still"]), 4).saying(TURN_FURTHER);
    not_matched(&stack, &holder(&stack, Shows::Asked, &["--mirror"]), 3).saying(FOLLOW_POSES);
    not_matched(&stack, &holder(&stack, Shows::OtherWayFirst, &[]), 2).saying(FOLLOW_POSES);
    let last_frames = holder(&stack, Shows::Asked, &[&in_their_place[..], &["10"]].concat());
    not_matched(&stack, &last_frames, 1).saying(ONE_PERSON).saying("If the next one fails too");
    let from_the_second_on = holder(&stack, Shows::Asked, &[&in_their_place[..], &["2"]].concat());
    let locked = stack.book_signature(&from_the_second_on, &TYPED_FOR_SIGNATURE).ended(Exit::Locked);
    locked.not_saying("The reservation is made");
    assert_eq!(stack.comparisons(), 5);
}

#[test]
fn a_recording_of_an_honest_attempt_is_worth_nothing_as_it_is_or_with_new_noise() {
    let stack = stack();
    stack.book_signature(&stack.frames(Person::Holder), &TYPED_FOR_SIGNATURE).done();
    let recording = Pictures::Prepared(stack.album().taken().remove(0));
    for _ in 0..2 {
        let said = stack.book_signature_again(&recording, &TYPED_FOR_SIGNATURE).ended(Exit::Pictures);
        said.saying("Picture 1: ").saying(SEEN_BEFORE).saying("No attempt was counted");
        counted(&stack, 0);
    }
    // On another phone too, since it is the card that has seen them.
    stack.new_phone();
    let said = stack.book_signature(&recording, &TYPED_FOR_SIGNATURE).ended(Exit::Pictures);
    said.saying(SEEN_BEFORE);
    counted(&stack, 0);
    assert_eq!(stack.comparisons(), 1);
    // Played again before the camera, it makes new pictures of the former poses.
    let said = not_matched(&stack, &holder(&stack, Shows::Recorded, &["--seed", "4"]), 4);
    assert!([FOLLOW_POSES, TURN_FURTHER].iter().any(|advice| said.err.contains(advice)), "{said}");
    assert_eq!(stack.comparisons(), 2);
    stack.book_signature(&stack.frames(Person::Holder), &TYPED_FOR_SIGNATURE).done();
    counted(&stack, 0);
}
