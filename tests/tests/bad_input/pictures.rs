//! Pictures that cannot be judged, looked at by the real engine: the person is told what to do better, each in a sentence of
//! its own, and nothing is counted.

use std::time::Duration;

use client::exit::Exit;
use end_to_end::camera::{Pictures, Shows};
use end_to_end::faces::Person;
use end_to_end::odd_pictures as odd;
use end_to_end::said::Said;
use end_to_end::sitter::Sitter;
use end_to_end::stack::{CARD, Order, Place, Stack, Store, TYPED_FOR_SIGNATURE};
use wire::app::Pose;

type Frame = Vec<u8>;

fn stack() -> Stack {
    let mut stack = Order::on(Store::Embedded).with_faces().start();
    stack.put(CARD, Place::Phone);
    stack
}

#[track_caller]
fn told(stack: &Stack, shown: &Pictures, sentence: &str) -> Said {
    let said = stack.book_signature(shown, &TYPED_FOR_SIGNATURE).ended(Exit::Pictures);
    said.saying(sentence).not_saying("attempts left").not_saying("The reservation is made")
}

fn nothing_was_counted(stack: &Stack) {
    let card = stack.stored(CARD).unwrap();
    assert_eq!((card.attempts(), card.face_failures()), (0, Some(0)), "{:?}", card.events);
    assert_eq!(stack.comparisons(), 0);
}

/// The frames of a challenge, for which it is no matter what the poses were to be: pictures are looked at first.
fn frames(of: Person) -> Vec<Frame> {
    Sitter::new(of).showing(&[Pose::Front, Pose::Left, Pose::Front, Pose::Right])
}

#[test]
fn each_picture_that_cannot_be_judged_is_told_with_what_to_do_better_and_is_no_attempt() {
    let stack = stack();
    let good = frames(Person::Holder);
    let another = &frames(Person::Impostor)[0];
    let last = good.len() - 1;
    for (at, picture, sentence) in [
        (0, odd::nobody(), "Picture 1: No face is to be seen"),
        (1, odd::side_by_side(&good[0], another), "Picture 2: More than one face is in it"),
        (1, odd::tiny(&good[1]), "Picture 2: The face is too small. Come closer"),
        (1, odd::dark(&good[1]), "Picture 2: It is too dark"),
        (1, odd::overexposed(&good[1]), "Picture 2: It is too bright"),
        (1, good[3].clone(), "Picture 2: The face is turned away. Look straight into the camera"),
        (1, good[0].clone(), "Picture 2: The same picture is there more than once"),
        (last, good[3].clone(), "Picture 9: The same picture is there more than once"),
        (1, Vec::new(), "Picture 2: The file is empty"),
        (1, odd::cut(&good[1]), "Picture 2: The picture is damaged or cut short"),
        (last, odd::cut(&good[last]), "Picture 9: The picture is damaged or cut short"),
        (1, odd::png(&good[1]), "Picture 2: Pictures of this type are not taken"),
        (1, odd::animated(), "Picture 2: Moving pictures are not taken"),
        (1, odd::huge(&good[1]), "Picture 2: The picture is too large. Use fewer pixels"),
        (1, b"%PDF-1.7".to_vec(), "Picture 2: It is no picture that can be read"),
    ] {
        let mut shown = good.clone();
        shown[at] = picture;
        let shown = stack.album().put_together(&sentence.replace(['.', ':'], ""), &shown);
        told(&stack, &shown, sentence).saying("No attempt was counted");
    }
    nothing_was_counted(&stack);
    // In the same booking.
    stack.book_signature(&stack.frames(Person::Holder), &TYPED_FOR_SIGNATURE).done();
}

#[test]
fn a_camera_in_the_dark_in_the_sun_far_away_or_before_nobody_costs_nothing() {
    let stack = stack();
    for (options, sentence) in [
        (&["--light", "0.1"], "Picture 1: It is too dark"),
        (&["--light", "4"], "Picture 1: It is too bright"),
        (&["--distance", "3"], "Picture 1: The face is too small"),
    ] {
        let shown = stack.album().frames_with(Person::Holder, Shows::Asked, options);
        told(&stack, &shown, sentence).saying("No attempt was counted");
    }
    // Too few and too many are not even sent.
    for pace in [["--hold", "2", "--between", "0"], ["--hold", "7", "--between", "0"]] {
        let shown = stack.album().frames_with(Person::Holder, Shows::Asked, &pace);
        told(&stack, &shown, "9 to 24 are taken");
    }
    nothing_was_counted(&stack);
    stack.book_signature(&stack.frames(Person::Holder), &TYPED_FOR_SIGNATURE).done();
}

#[test]
fn a_front_that_shows_nobody_or_somebody_else_is_taken_again_and_stores_nothing() {
    let stack = stack();
    let holder = stack.frames(Person::Holder);
    stack.site().issue_with_face("other", Person::Impostor, &[]);
    let nobody = stack.album().file("nobody.jpg", &odd::nobody());
    let another = stack.album().front(stack.site(), "other");
    for (front, advice) in
        [(nobody, "No face is to be seen"), (another, "does not look like the one in the chip")]
    {
        let run = stack.begin_booking_signature_with(&front, &holder, &TYPED_FOR_SIGNATURE);
        run.finish(Duration::from_secs(60)).ended(Exit::Pictures).saying(advice);
        assert!(stack.stored(CARD).is_none(), "a card proves itself with a front that shows it");
    }
    stack.book_signature(&holder, &TYPED_FOR_SIGNATURE).done();
}
