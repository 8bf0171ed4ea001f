//! Pictures that cannot be judged, looked at by the real engine: the person is told what to do better, and nothing is
//! counted.

use client::exit::Exit;
use end_to_end::faces::{self, Person};
use end_to_end::stack::{CARD, Order, Place, Stack, Store, TYPED_FOR_SIGNATURE};

fn stack() -> Stack {
    let mut stack = Order::on(Store::Embedded).with_faces().start();
    stack.put(CARD, Place::Phone);
    stack
}

#[test]
fn frames_that_cannot_be_judged_are_told_with_what_to_do_better_and_are_no_attempt() {
    let stack = stack();
    let holder = stack.frames(Person::Holder);
    let good = faces::read(&holder);
    let dark = stack.album().frames_with(stack.site(), Person::Holder, &["--light", "0.1"]);
    let put = |name: &str, frames: &[Vec<u8>]| stack.album().put_together(name, frames);
    let text = [b"%PDF-1.4 one".to_vec(), b"%PDF-1.4 two".to_vec(), b"%PDF-1.4 three".to_vec()];
    let cut = [good[0].clone(), good[1][..good[1].len() / 2].to_vec(), good[2].clone()];
    let once_more = [good[0].clone(), good[0].clone(), good[0].clone()];
    for (frames, advice) in [
        (put("text", &text), "Picture 1: It is no picture that can be read"),
        (put("cut", &cut), "Picture 2: It is no picture that can be read"),
        (put("once more", &once_more), "Picture 2: The same picture is there more than once"),
        (put("nobody", &faces::frames_of_nobody()), "Picture 1: No face is to be seen"),
        (put("two", &faces::side_by_side(&good)), "Picture 1: More than one face is in it"),
        (dark, "Picture 1: It is too dark"),
    ] {
        let said = stack.book_signature(&frames, &TYPED_FOR_SIGNATURE).ended(Exit::Pictures);
        said.saying(advice).saying("No attempt was counted");
    }
    let card = stack.stored(CARD).unwrap();
    assert_eq!((card.attempts(), card.face_failures()), (0, Some(0)), "{:?}", card.events);
    assert_eq!(stack.comparisons(), 0);
    // In the same booking, and for the same challenge.
    stack.book_signature(&holder, &TYPED_FOR_SIGNATURE).done();
}

#[test]
fn a_front_that_shows_nobody_or_somebody_else_is_taken_again_and_stores_nothing() {
    let stack = stack();
    let holder = stack.frames(Person::Holder);
    stack.site().issue_with_face("other", Person::Impostor, &[]);
    let nobody = stack.album().put_together("nobody", &faces::frames_of_nobody()).join("00.jpg");
    let another = stack.album().front(stack.site(), "other");
    for (front, advice) in
        [(nobody, "No face is to be seen"), (another, "does not look like the one in the chip")]
    {
        let run = stack.begin_booking_signature_with(&front, &holder, &TYPED_FOR_SIGNATURE);
        run.finish(std::time::Duration::from_secs(60)).ended(Exit::Pictures).saying(advice);
        assert!(stack.stored(CARD).is_none(), "a card proves itself with a front that shows it");
    }
    stack.book_signature(&holder, &TYPED_FOR_SIGNATURE).done();
}
