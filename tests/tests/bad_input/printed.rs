//! What the card prints on its front, typed wrongly: each wrong 照合番号B costs one of ten tries, and nothing else does.

use card::Tries;
use client::exit::Exit;
use end_to_end::cards;
use end_to_end::faces::Person;
use end_to_end::site::FRONT;
use end_to_end::stack::{CARD, Order, Place, Stack, Store, TYPED_FOR_SIGNATURE, USER_PIN};
use reservation::PinKind;

fn stack() -> Stack {
    Order::on(Store::Embedded).with_faces().start()
}

#[test]
fn a_wrong_printed_code_costs_one_of_ten_tries_tells_what_is_left_and_stores_nothing() {
    let mut stack = stack();
    stack.put(CARD, Place::Phone);
    let holder = stack.frames(Person::Holder);
    let [birth, expiry, code, yes] = FRONT;
    for (wrong, left, after) in [
        (["昭和55年2月18日", expiry, code, yes], "10 tries left", "9 tries are left"),
        ([birth, "2034", code, yes], "9 tries left", "8 tries are left"),
        // What follows a wrong one in a pipe was meant for another question.
        ([birth, expiry, "2286", yes], "8 tries left", "7 tries are left"),
    ] {
        let said = stack.book_signature(&holder, &[&wrong[..], &[USER_PIN]].concat()).ended(Exit::Pin);
        said.saying(left).saying(after).not_saying("Type your user PIN");
    }
    assert_eq!(stack.trace().pins_presented(), ["63C9", "63C8", "63C7"]);
    assert!(stack.stored(CARD).is_none(), "the card did not prove itself");
    stack.book_signature(&holder, &TYPED_FOR_SIGNATURE).done().saying("7 tries left");
    stack.pull();
    assert_eq!(cards::code_tries(&stack.site().card(CARD)), Tries::Left(10), "the right one gives all back");
}

#[test]
fn what_cannot_be_printed_and_what_is_not_confirmed_never_reaches_the_card() {
    let mut stack = stack();
    stack.put(CARD, Place::Phone);
    let holder = stack.frames(Person::Holder);
    let [birth, expiry, code, yes] = FRONT;
    for (typed, exit) in [
        (["昭和65年2月17日", expiry, code, yes], Exit::Pin),
        (["55年2月17日", expiry, code, yes], Exit::Pin),
        ([birth, "35", code, yes], Exit::Pin),
        ([birth, expiry, "22855", yes], Exit::Pin),
        ([birth, expiry, code, "no"], Exit::Refused),
    ] {
        let said = stack.book_signature(&holder, &[&typed[..], &[USER_PIN]].concat());
        said.ended(exit).not_saying("Type your user PIN");
        assert_eq!(stack.trace().pins_presented(), [""; 0], "{typed:?}");
    }
    let full_width = ["Ｓ５５．２．１７", "２０３５", "２２８５", "はい", USER_PIN];
    stack.book_signature(&holder, &full_width).done();
}

#[test]
fn a_blocked_printed_code_is_for_the_office_before_anything_is_typed() {
    let mut stack = stack();
    cards::spend_code_tries(&stack.site().card(CARD), Tries::Blocked);
    stack.put(CARD, Place::Phone);
    let said = stack.book_signature(&stack.frames(Person::Holder), &TYPED_FOR_SIGNATURE).ended(Exit::Office);
    said.saying("The printed code is locked").saying("municipal office").not_saying("Birth date");
    assert_eq!(stack.trace().pins_presented(), [""; 0]);
    stack.pull();
    assert!(cards::accepts(&stack.site().card(CARD), PinKind::User, USER_PIN), "the PINs are as they were");
}
