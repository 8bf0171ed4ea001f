//! What is told about pictures, faces and locks; and what is told nowhere.

use std::time::Duration;

use client::Language;
use client::exit::Exit;
use wire::problem::Advice;

use super::support::server::face::{LOCKED_UNTIL, frames_showing, lock_number, poses_of};
use super::{Holder, RIGHT};

#[tokio::test]
async fn a_face_that_is_not_matched_ends_a_pipes_run_and_the_next_goes_on_with_the_booking() {
    let holder = Holder::signature();
    let ran = holder.pipes(&holder.pictures("front.png", "other"), &RIGHT).await.ended(Exit::FaceNotMatched);
    ran.saying("The face was not matched: 4 attempts left.").saying("glasses").not_saying("[7/7]");
    let args = holder.signature_with("front.png", &["--frames", &holder.folder("holder", 2)]);
    let ran = holder.pipes(&args, &RIGHT).await.ended(Exit::Done);
    ran.not_saying("[2/7]").saying("[7/7]");
    assert_eq!(holder.world.server.bookings(), 1);
}

#[tokio::test]
async fn at_a_terminal_new_pictures_are_asked_for_until_there_are_some() {
    let holder = Holder::signature();
    let (nowhere, other, mine) =
        (holder.path("nowhere"), holder.folder("other", 2), holder.folder("holder", 3));
    let lines = [RIGHT.as_slice(), &[&nowhere, &other, &mine]].concat();
    let ran = holder.types(&holder.pictures("front.png", "other"), &lines).await.ended(Exit::Done);
    ran.saying("4 attempts left").saying("nowhere").saying("3 attempts left").saying("[7/7]");
    let again = Holder::signature();
    let lines = [RIGHT.as_slice(), &[""]].concat();
    again.types(&again.pictures("front.png", "other"), &lines).await.ended(Exit::FaceNotMatched);
}

#[tokio::test]
async fn the_last_attempt_is_announced_and_the_lock_told_with_its_end_and_what_still_works() {
    let mut holder = Holder::signature();
    let args = |number| holder.signature_with("front.png", &["--frames", &holder.folder("other", number)]);
    for (number, left) in
        (1..).zip(["4 attempts left", "3 attempts left", "2 attempts left", "1 attempt left before the lock"])
    {
        holder.pipes(&args(number), &RIGHT).await.ended(Exit::FaceNotMatched).saying(left);
    }
    let told = |ran: super::Ran| {
        ran.ended(Exit::Locked)
            .saying("locked until Sun 2026-11-22 12:01:00 JST")
            .saying(&client::words::number(&lock_number()))
            .saying("municipal office")
            .saying("0120-95-0178")
    };
    told(holder.pipes(&args(5), &RIGHT).await);
    // Another run is refused before a card is read, and the state knows why.
    let commands = holder.world.card.commands();
    holder.pipes(&args(6), &RIGHT).await.ended(Exit::Locked).saying("12:01:00");
    assert_eq!((holder.world.card.commands(), holder.world.server.judged()), (commands, 5));
    holder.language = Language::Ja;
    let second_before = LOCKED_UNTIL - time::Duration::SECOND;
    let status = holder.asks_for_status(second_before).await.ended(Exit::Locked);
    status
        .saying("2026年11月22日(日) 12:01:00まで手続きを止めています")
        .saying(&client::words::number(&lock_number()));
    let status = holder.asks_for_status(LOCKED_UNTIL).await.ended(Exit::Refused);
    status.saying("制限は2026年11月22日(日) 12:01:00に終わりました").saying("予約はありません");
}

#[test]
fn the_warning_before_the_last_attempt_is_true_for_a_lock_of_either_kind() {
    for (language, texts) in [
        (Language::Ja, ["一定時間", "ヘルプデスクの職員が解除するまで"]),
        (Language::En, ["for a while", "until the help desk lifts it"]),
    ] {
        let told = |tries_left| {
            let read = super::Read::default();
            let mut screen = client::Screen::to(language, read.clone());
            crate::face_step::not_matched(&mut screen, tries_left, None);
            let told = read.0.lock().unwrap().clone();
            String::from_utf8(told).unwrap()
        };
        for text in texts {
            assert!(told(1).contains(text) && !told(2).contains(text), "{text}");
        }
    }
}

#[test]
fn a_refused_face_is_told_with_what_to_do_better_and_never_with_a_score() {
    for (language, left, further) in [
        (Language::Ja, "あと4回", "もう少し大きく向きを変え"),
        (Language::En, "4 attempts left", "a little further each time"),
    ] {
        let read = super::Read::default();
        let mut screen = client::Screen::to(language, read.clone());
        crate::face_step::not_matched(&mut screen, 4, Some(Advice::TurnFurther));
        let told = String::from_utf8(read.0.lock().unwrap().clone()).unwrap();
        assert!(told.contains(left) && told.contains(further), "{told}");
        assert_eq!(told.lines().count(), 2, "{told}");
    }
}

#[tokio::test]
async fn pictures_are_measured_before_the_server_hears_anything() {
    let holder = Holder::signature();
    std::fs::write(holder.path("large.png"), vec![0; (4 << 20) + 1]).unwrap();
    let mine = holder.folder("holder", 1);
    let large = holder.frames("large", &vec![vec![0; (1 << 20) + 1]; 9]);
    let empty = holder.frames("empty", &[]);
    let one = format!("{mine}/00.jpg");
    for (front, frames, told) in [
        ("large.png", &mine, "at most 4 MiB"),
        ("front.png", &large, "Picture 1 of the face is too large"),
        ("front.png", &empty, "Pictures of the face: 0; 5 to 32 are taken."),
        ("front.png", &one, "Pictures of the face: 1; 5 to 32 are taken."),
    ] {
        let ran = holder.pipes(&holder.signature_with(front, &["--frames", frames]), &RIGHT).await;
        ran.ended(Exit::Pictures).saying(told);
    }
    holder.pipes(&holder.pictures("none.png", "holder"), &RIGHT).await.ended(Exit::Usage).saying("none.png");
    assert_eq!(holder.world.server.steps(), 0);
    // How many the challenge takes is known later, and told before anything is sent.
    let few = holder.frames("few", &frames_showing("holder", &poses_of(1)[..2], ""));
    let ran = holder.pipes(&holder.signature_with("front.png", &["--frames", &few]), &RIGHT).await;
    ran.ended(Exit::Pictures).saying("Pictures of the face: 5; 9 to 24 are taken.");
    assert_eq!(holder.world.server.judged(), 0);
}

#[tokio::test]
async fn pictures_that_cannot_be_judged_are_told_with_what_to_do_better() {
    for (person, told) in [
        ("noface", "Picture 1: No face is to be seen."),
        ("nopicture", "Picture 1: It is no picture that can be read."),
        ("alike", "Picture 2: The same picture is there more than once."),
    ] {
        let holder = Holder::signature();
        let unfit = match person {
            "alike" => holder.frames("alike", &vec![b"holder".to_vec(); 9]),
            person => holder.folder(person, 1),
        };
        let args = holder.signature_with("front.png", &["--frames", &unfit]);
        holder.pipes(&args, &RIGHT).await.ended(Exit::Pictures).saying(told);
        let mine = holder.folder("holder", 1);
        let lines = [RIGHT.as_slice(), &[&mine]].concat();
        holder.types(&args, &lines).await.ended(Exit::Done).saying(told);
        assert_eq!(holder.world.server.judged(), 1);
    }
}

#[tokio::test]
async fn pictures_of_an_earlier_attempt_are_told_as_that_and_others_asked_for() {
    let holder = Holder::signature();
    let args = holder.pictures("front.png", "other");
    holder.pipes(&args, &RIGHT).await.ended(Exit::FaceNotMatched);
    let told = "Picture 1: A picture is among them that was used before.";
    holder.pipes(&args, &RIGHT).await.ended(Exit::Pictures).saying(told);
    let mine = holder.folder("holder", 2);
    let lines = [RIGHT.as_slice(), &[&mine]].concat();
    let ran = holder.types(&args, &lines).await.ended(Exit::Done).saying(told);
    // The same challenge is still out: it is shown once more.
    assert_eq!(ran.out.matches("1. straight ahead").count(), 2);
    assert_eq!(holder.world.server.judged(), 2);
}

#[tokio::test]
async fn a_verdict_that_was_lost_is_asked_for_with_the_same_pictures() {
    let holder = Holder::signature();
    let args = holder.pictures("front.png", "other");
    // Register, start, card, challenge, face: there and back.
    holder.world.server.kill_at(10);
    holder.pipes(&args, &RIGHT).await.ended(Exit::Refused);
    holder.world.server.kill_at(0);
    let ran = holder.pipes(&args, &RIGHT).await.ended(Exit::FaceNotMatched);
    ran.saying("What became of the pictures that were sent last time").saying("4 attempts left");
    assert_eq!(holder.world.server.judged(), 1);
}

#[tokio::test]
async fn a_front_that_will_not_do_is_told_and_taken_again_without_the_card() {
    let holder = Holder::signature();
    let args = holder.pictures("cat.png", "holder");
    let told = "Photograph the card that is read.";
    holder.pipes(&args, &RIGHT).await.ended(Exit::Pictures).saying(told);
    let right_front = holder.path("front.png");
    let lines = [RIGHT.as_slice(), &[&right_front]].concat();
    let ran = holder.types(&args, &lines).await.ended(Exit::Done).saying(told);
    assert_eq!(ran.out.matches("[3/7]").count(), 1);
}

#[tokio::test]
async fn an_open_attempt_is_waited_for_with_a_word_and_what_takes_longer_is_for_another_run() {
    let holder = Holder::signature();
    let args = holder.pictures("front.png", "holder");
    holder.world.server.open_attempt(1, Duration::from_secs(61));
    let ran = holder.pipes(&args, &RIGHT).await.ended(Exit::TryAgain);
    ran.saying("Repeat the same command in a minute; the pictures and the PIN are asked for again.");
    holder.world.server.open_attempt(2, Duration::from_millis(1));
    let ran = holder.pipes(&args, &RIGHT).await.ended(Exit::Done);
    assert_eq!(ran.out.matches("not over yet. It may take 1 s;").count(), 2);
}

#[tokio::test]
async fn nothing_of_the_printed_code_pins_or_pictures_is_told_in_either_language() {
    for language in [Language::Ja, Language::En] {
        let mut holder = Holder::signature();
        holder.language = language;
        let ran = holder.pipes(&holder.pictures("front.png", "other"), &RIGHT).await;
        let args = holder.signature_with("front.png", &["--frames", &holder.folder("holder", 2)]);
        let again = holder.pipes(&args, &RIGHT).await.ended(Exit::Done);
        let stored = std::fs::read_to_string(holder.world.state_file()).unwrap();
        for text in [&ran.out, &again.out, &stored] {
            for secret in
                ["2285", "550217", "55021720352285", "1234\n", "番号　花子", "holder holder", "other other"]
            {
                assert!(!text.contains(secret), "{secret:?} in:\n{text}");
            }
        }
    }
}

#[tokio::test]
async fn pictures_that_met_a_fault_of_the_service_are_not_counted_and_not_taken_twice() {
    let holder = Holder::signature();
    let args = holder.pictures("front.png", "fault");
    let ran = holder.pipes(&args, &RIGHT).await.ended(Exit::Pictures);
    ran.saying("nothing was counted (5 attempts left)")
        .saying("A picture is among them that was used before.");
    assert_eq!(holder.world.server.judged(), 1);
    // At a terminal the new poses are told, and pictures of them asked for.
    let mine = holder.folder("holder", 3);
    let args = holder.signature_with("front.png", &["--frames", &holder.folder("fault", 2)]);
    let ran = holder.types(&args, &[RIGHT.as_slice(), &[&mine]].concat()).await.ended(Exit::Done);
    assert_eq!(ran.out.matches("1. straight ahead").count(), 2);
}
