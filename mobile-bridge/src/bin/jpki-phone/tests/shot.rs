//! Pictures by a camera: run for each challenge, told when it fails, and asked for again only where a person can answer.

use std::time::Duration;

use client::exit::Exit;

use super::support::server::face::poses_of;
use super::{Holder, RIGHT};
use crate::camera::tests::Script;

fn with_camera(holder: &Holder, script: &Script) -> Vec<String> {
    holder.signature_with("front.png", &["--camera", &script.command()])
}

/// The poses of a challenge, as its camera is told them.
fn told_to_camera(challenge: u8) -> String {
    let poses: Vec<_> = poses_of(challenge).iter().map(|pose| serde_json::to_value(pose).unwrap()).collect();
    poses.iter().map(|pose| pose.as_str().unwrap()).collect::<Vec<_>>().join(",")
}

#[tokio::test]
async fn the_poses_are_told_in_order_and_the_camera_takes_them() {
    let (holder, script) = (Holder::signature(), Script::of_person("holder", ""));
    let ran = holder.pipes(&with_camera(&holder, &script), &RIGHT).await.ended(Exit::Done);
    let order = [
        "[6/7]",
        "hold each pose for a second",
        "    1. straight ahead\n    2. to your right\n    3. straight ahead\n    4. to your right\n",
        "9 to 24 pictures, to be sent by 12:02:00 (within about 30 s).",
        "The camera is taking them now",
        "Sending 9 pictures.",
        "Your face was matched.",
        "[7/7]",
    ];
    let places: Vec<_> = order.iter().map(|text| ran.out.find(text)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in:\n{}", ran.out);
    assert_eq!(script.log(), [told_to_camera(1)]);
}

#[tokio::test]
async fn a_face_that_is_not_matched_ends_a_pipes_run_and_is_taken_again_where_a_person_says_so() {
    let (holder, script) = (Holder::signature(), Script::of_person("other", ""));
    let args = with_camera(&holder, &script);
    let ran = holder.pipes(&args, &RIGHT).await.ended(Exit::FaceNotMatched);
    ran.saying("The face was not matched: 4 attempts left.").not_saying("Take the pictures again?");
    let lines = [RIGHT.as_slice(), &["yes", "no"]].concat();
    let ran = holder.types(&args, &lines).await.ended(Exit::FaceNotMatched);
    assert_eq!(ran.out.matches("Take the pictures again?").count(), 2);
    ran.saying("3 attempts left").saying("2 attempts left").saying("The same command goes on with it.");
    assert_eq!(script.log(), [1, 2, 3].map(told_to_camera));
}

#[tokio::test]
async fn pictures_that_cannot_be_judged_are_taken_again_for_the_same_challenge() {
    let holder = Holder::signature();
    // Dark at first.
    let dark = r#"if [ $(wc -l < "$log") -eq 1 ]; then for number in $(seq 9); do
        echo "noface $number" > "$out/$number.jpg"; done; exit 0; fi"#;
    let script = Script::of_person("holder", dark);
    let lines = [RIGHT.as_slice(), &["yes"]].concat();
    let ran = holder.types(&with_camera(&holder, &script), &lines).await.ended(Exit::Done);
    ran.saying("Picture 1: No face is to be seen.");
    assert_eq!(script.log(), [1, 1].map(told_to_camera));
}

#[tokio::test]
async fn a_camera_that_fails_is_told_with_its_words_and_the_next_step() {
    let holder = Holder::signature();
    let script = Script::of(r#"echo x >> "$log"; printf 'no \033[2Jlight\n'; exit 3"#);
    let args = with_camera(&holder, &script);
    let ran = holder.pipes(&args, &RIGHT).await.ended(Exit::Pictures);
    ran.saying("The camera command failed (exit status 3). Nothing was sent.")
        .saying("  | no [2Jlight\n")
        .saying("repeat the same command")
        .not_saying("\u{1b}");
    let lines = [RIGHT.as_slice(), &["yes", "no"]].concat();
    holder.types(&args, &lines).await.ended(Exit::Pictures);
    assert_eq!((script.log().len(), holder.world.server.judged()), (3, 0));
}

#[tokio::test]
async fn a_camera_that_hangs_is_stopped_when_the_challenge_is_over_and_the_next_run_has_a_new_one() {
    let holder = Holder::signature();
    let script = Script::of_person("holder", r#"[ $(wc -l < "$log") -gt 1 ] || sleep 1000"#);
    let args = with_camera(&holder, &script);
    holder.world.server.leave(Duration::from_secs(1));
    let ran = holder.pipes(&args, &RIGHT).await.ended(Exit::Pictures);
    ran.saying("did not end in time (1 s) and was stopped. Nothing was sent.");
    // Too short for the four poses of the challenge that is out, and enough for this camera.
    holder.world.server.leave(Duration::from_secs(11));
    holder.pipes(&args, &RIGHT).await.ended(Exit::Done);
    assert_eq!(script.log(), [1, 2].map(told_to_camera));
}

#[tokio::test]
async fn a_service_that_fails_again_and_again_is_not_asked_for_ever() {
    let (holder, script) = (Holder::signature(), Script::of_person("fault", ""));
    let ran = holder.pipes(&with_camera(&holder, &script), &RIGHT).await;
    let ran = ran.ended(Exit::TryAgain).saying("nothing was counted (5 attempts left)");
    // Whether anything was is told for each attempt, not for all of them together.
    ran.saying("No comparison came to an end.").not_saying("Nothing was counted");
    assert_eq!(holder.world.server.judged(), 4);
    assert_eq!(script.log(), [1, 2, 3, 4].map(told_to_camera));
}

#[tokio::test]
async fn exactly_one_of_camera_and_pictures_is_given() {
    let holder = Holder::signature();
    let neither = holder.signature_with("front.png", &[]);
    let ran = holder.pipes(&neither, &RIGHT).await.ended(Exit::Usage);
    ran.saying("--camera COMMAND, or --frames");
    let frames = holder.folder("holder", 1);
    for (args, told) in [
        (["--camera", "cam", "--frames", frames.as_str()].as_slice(), "cannot be used with"),
        (&["--camera", "cam 'x"], "a quotation mark is not closed"),
        (&["--camera", " "], "no command"),
    ] {
        let error = Holder::understands(&holder.signature_with("front.png", args)).err().unwrap().to_string();
        assert!(error.contains(told), "{error}");
    }
    let user = ["--target", "user", "--camera", "cam"].map(str::to_owned);
    let user_pin = Holder::of(reservation::PinKind::User);
    user_pin.pipes(&user, &["ABC123"]).await.ended(Exit::Usage).saying("--target signature only");
    assert_eq!((holder.world.server.steps(), user_pin.world.server.steps()), (0, 0));
}
