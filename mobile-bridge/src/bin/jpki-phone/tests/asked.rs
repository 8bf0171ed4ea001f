//! What is asked for, in which order, and what an answer costs.

use card::Tries;
use client::exit::Exit;

use super::{Holder, MISREAD, RIGHT};

const FULL: (Tries, Tries) = (Tries::Left(10), Tries::Left(3));

fn places(out: &str, texts: &[&str]) -> Vec<usize> {
    texts
        .iter()
        .map(|text| out.find(text).unwrap_or_else(|| panic!("nothing of {text:?} in:\n{out}")))
        .collect()
}

#[tokio::test]
async fn from_a_pipe_the_lines_are_taken_in_the_order_that_help_tells() {
    let holder = Holder::signature();
    let ran = holder.pipes(&holder.pictures("front.png", "holder"), &RIGHT).await.ended(Exit::Done);
    let order = [
        "[1/7]",
        "[2/7]",
        "[3/7]",
        "signature PIN (6-16 letters and digits): 5 tries left",
        "user PIN (4 digits): 3 tries left",
        "printed code (birth date, expiry year, security code): 10 tries left",
        "[4/7]",
        "Birth date as the card prints it",
        "Year in which the card expires",
        "Security code",
        "S55.2.17 (Showa)",
        "Is it right?",
        "[5/7]",
        "Type your user PIN",
        "The photograph of the card's front is sent",
        "[6/7]",
        "Your face was matched.",
        "[7/7] The reservation is made",
    ];
    assert!(places(&ran.out, &order).is_sorted(), "{}", ran.out);
}

#[tokio::test]
async fn what_was_understood_wrong_is_not_sent_to_the_card() {
    let holder = Holder::signature();
    let [birth, year, code, _, pin] = RIGHT;
    let ran = holder.pipes(&holder.pictures("front.png", "holder"), &[birth, year, code, "no", pin]).await;
    ran.ended(Exit::Refused).saying("Nothing was done.");
    assert_eq!(holder.tries(), FULL);
    assert_eq!(holder.world.server.evidence(), None);
}

#[tokio::test]
async fn from_a_pipe_a_wrong_code_is_never_followed_by_another() {
    let holder = Holder::signature();
    let lines = [MISREAD.as_slice(), &RIGHT].concat();
    let ran = holder.pipes(&holder.pictures("front.png", "holder"), &lines).await;
    ran.ended(Exit::Pin).saying("This is not what the card prints. 9 tries are left.").not_saying("[5/7]");
    assert_eq!(holder.tries(), (Tries::Left(9), Tries::Left(3)));
}

#[tokio::test]
async fn at_a_terminal_what_was_misread_is_asked_for_again_with_the_tries_left() {
    let holder = Holder::signature();
    let lines = [MISREAD.as_slice(), &RIGHT].concat();
    let ran = holder.types(&holder.pictures("front.png", "holder"), &lines).await;
    ran.ended(Exit::Done).saying("9 tries are left");
    assert_eq!(holder.tries(), FULL);
}

#[tokio::test]
async fn with_two_tries_left_nothing_is_taken_from_a_pipe() {
    let holder = Holder::signature();
    holder.misreads_until(2);
    let ran = holder.pipes(&holder.pictures("front.png", "holder"), &RIGHT).await;
    ran.ended(Exit::Pin).saying("printed code (birth date, expiry year, security code): 2 tries left");
    assert_eq!(holder.tries().0, Tries::Left(2));
    // With three it is.
    holder.reads_right();
    holder.misreads_until(3);
    holder.pipes(&holder.pictures("front.png", "holder"), &RIGHT).await.ended(Exit::Done);
}

#[tokio::test]
async fn with_two_tries_left_a_person_is_warned_and_may_stop_or_go_on() {
    let holder = Holder::signature();
    holder.misreads_until(2);
    let args = holder.pictures("front.png", "holder");
    let warning = "Careful: the printed code has 2 tries left";
    holder.types(&args, &["no"]).await.ended(Exit::Refused).saying(warning).not_saying("Birth date");
    assert_eq!(holder.tries().0, Tries::Left(2));
    let lines = [["yes"].as_slice(), &MISREAD, &["yes"], &RIGHT].concat();
    holder.types(&args, &lines).await.ended(Exit::Done).saying("One more wrong try locks it.");
    assert_eq!(holder.tries(), FULL);
}

#[tokio::test]
async fn a_blocked_code_is_the_office_before_anything_is_asked() {
    let holder = Holder::signature();
    holder.misreads_until(0);
    let ran = holder.types(&holder.pictures("front.png", "holder"), &RIGHT).await;
    ran.ended(Exit::Office)
        .saying("security code): locked")
        .saying("municipal office")
        .not_saying("Birth date");
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_with_its_reason_and_asked_again() {
    let holder = Holder::signature();
    let lines = [
        "55.2.17",
        "昭和64年1月8日",
        "Ｓ５５．２．１７",
        "35",
        "令和17年",
        "228",
        "２２８５",
        "no",
        "1980-02-17",
        "2035年2月17日まで有効",
        "2285",
        "yes",
        "1234",
    ];
    let ran = holder.types(&holder.pictures("front.png", "holder"), &lines).await.ended(Exit::Done);
    ran.saying("The era is missing")
        .saying("Showa had no such day: it was H1.1.8 (Heisei)")
        .saying("Type all four digits of the year")
        .saying("Type the four digits that the card's front prints")
        .saying("S55.2.17 (Showa) (western: 1980-02-17)")
        .saying("Does your card print the era?");
    assert_eq!(holder.tries(), FULL);
}

#[tokio::test]
async fn from_a_pipe_what_cannot_be_right_ends_it_with_every_try_still_there() {
    let holder = Holder::signature();
    let lines = ["550217", "2035", "2285", "yes", "1234"];
    let ran = holder.pipes(&holder.pictures("front.png", "holder"), &lines).await;
    ran.ended(Exit::Pin).saying("The era is missing").saying("No try was spent.");
    assert_eq!(holder.tries(), FULL);
}

#[tokio::test]
async fn six_digits_for_a_card_with_a_western_date_are_a_guess_and_called_one() {
    let holder = Holder::signature();
    let mut args = holder.pictures("front.png", "holder");
    args.push("--western-digits".to_owned());
    let guessed = ["800217", "2035", "2285", "yes", "1234"];
    let ran = holder.pipes(&args, &guessed).await.ended(Exit::Pin);
    ran.saying("a guess").saying("9 tries are left");
    let ran = holder.types(&args, &["S55.2.17", "550217", "2035", "2285", "yes", "1234"]).await;
    ran.ended(Exit::Done).saying("Type six digits").not_saying("550217");
}

#[tokio::test]
async fn a_wrong_user_pin_is_asked_for_again_without_the_front() {
    let holder = Holder::signature();
    let lines = [&RIGHT[..4], &["0000", "1234"]].concat();
    let ran = holder.types(&holder.pictures("front.png", "holder"), &lines).await.ended(Exit::Done);
    let ran = ran.saying("2 tries are left");
    assert_eq!(ran.out.matches("Birth date as the card prints it").count(), 1);
}

#[tokio::test]
async fn the_user_pin_is_booked_without_pictures_and_none_are_taken() {
    let holder = Holder::of(reservation::PinKind::User);
    let user = ["--target", "user"].map(str::to_owned);
    let with_front = [user.as_slice(), &["--front".to_owned(), holder.path("front.png")]].concat();
    holder.pipes(&with_front, &["ABC123"]).await.ended(Exit::Usage).saying("--target signature only");
    assert_eq!(holder.world.server.steps(), 0);
    let ran = holder.pipes(&user, &["ABC123"]).await.ended(Exit::Done);
    ran.saying("[5/5] The reservation is made").not_saying("printed code");
}
