//! What is told of a face: the poses it is to show, and why it was not matched, never with a score.

use std::time::Duration;

use client::{Screen, jst, words};
use mobile_bridge::NotJudged;
use wire::app::FaceChallenge;
use wire::problem::Advice;

/// What the challenge asks for, how many pictures, and by when.
pub(super) fn asked_for(screen: &mut Screen, challenge: &FaceChallenge, left: Duration) {
    screen.say(
        "  次の順にお顔を向け、向きごとに1秒ほど止めてください（左右はご自身から見た向き）。\n  \
         明るい場所で、おひとりで撮ります。",
        "  Turn your face in this order, and hold each pose for a second (left and right are your own).\n  \
         Find good light, and be alone in the picture.",
    );
    let language = screen.language();
    for (number, pose) in (1..).zip(&challenge.poses) {
        screen.line(&format!("    {number}. {}", language.of(&words::pose(*pose))));
    }
    let (least, most) = (challenge.frames_least, challenge.frames_most);
    let (until, left) = (jst::time_of_day(challenge.expires_at), left.as_secs());
    screen.say(
        &format!("  写真は{least}〜{most}枚、{until}まで（あと約{left}秒）に送ります。"),
        &format!("  {least} to {most} pictures, to be sent by {until} (within about {left} s)."),
    );
}

/// Why frames were not judged.
pub(super) fn again(screen: &mut Screen, reason: NotJudged) {
    match reason {
        NotJudged::OurFault { tries_left } => {
            let left = words::face_tries(tries_left);
            screen.say(
                &format!("  システムの都合で照合できませんでした。回数には数えていません（{}）。もう一度行います。", left.ja),
                &format!("  A fault of the service: nothing was counted ({}). Once more.", left.en),
            );
        }
        NotJudged::TooLate => screen.say(
            "  時間内に届きませんでした。回数には数えていません。もう一度行います。",
            "  It came too late. Nothing was counted. Once more.",
        ),
        NotJudged::ChallengeGone => screen.say(
            "  前の撮影の指示は使えなくなりました。新しい指示で行います。",
            "  The former instructions are no longer in use. Once more, with new ones.",
        ),
        NotJudged::OtherFramesBefore => screen.say(
            "  前の撮影はすでに別の写真で判定されています。新しい指示で行います。",
            "  The former attempt was made with other pictures. Once more, with new instructions.",
        ),
    }
}

/// What is told when a face was not matched: the tries left and what helps, never a score.
pub(crate) fn not_matched(screen: &mut Screen, tries_left: u8, advice: Option<Advice>) {
    let left = words::face_tries(tries_left);
    screen.say(
        &format!("照合できませんでした。{}。", left.ja),
        &format!("The face was not matched: {}.", left.en),
    );
    match advice {
        Some(advice) => {
            let advice = words::advice(advice);
            screen.say(&format!("  {}", advice.ja), &format!("  {}", advice.en));
        }
        None => screen.say(
            "  明るい場所で、眼鏡・マスク・帽子を外して撮り直してください。\n  \
             カードの写真からお顔が大きく変わった方は、カードと本人確認書類を持って市区町村の窓口へお越しください。",
            "  Take the pictures again in good light, without glasses, mask or hat.\n  \
             If your face has changed much since the card's portrait, go to the municipal office with the card and \
             another identity document.",
        ),
    }
    if tries_left == 1 {
        screen.say(
            "  次に照合できないと、手続きが制限されます（一定時間、またはこれまでの回数が多いときはヘルプデスクの職員が解除するまで）。",
            "  If the next one fails too, booking is locked: for a while, or, after many failures in all, until the help desk lifts it.",
        );
    }
}
