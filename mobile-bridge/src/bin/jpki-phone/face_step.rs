//! The holder's face: shown for a challenge, and what is told when it was not matched.

use std::path::PathBuf;

use client::entry::Entry;
use client::{Screen, jst, tell, words};
use mobile_bridge::{CallError, Frames, NotJudged, Phone, PhoneError, Shown};
use reservation::PinKind;
use wire::app::Pose;
use wire::problem::ProblemType;

use crate::open_attempt::Patience;
use crate::picture_files;
use crate::steps::{Step, Steps};
use crate::stopped::Stopped;

/// How often in one run a challenge that came to nothing is followed by another without asking.
const NEW_CHALLENGES: u32 = 3;

/// Shows the face until it is matched, or until only the person can go on.
pub(crate) async fn show(
    phone: &mut Phone,
    screen: &mut Screen,
    entry: &mut Entry,
    frames: &mut Frames,
) -> Result<(), Stopped> {
    Steps(PinKind::Signature).head(
        screen,
        Step::Face,
        "お顔を照合します（写真は照合のあと残りません）",
        "Your face is compared with the portrait in the chip (no picture is kept)",
    );
    let mut new_challenges = 0;
    let mut patience = Patience::default();
    loop {
        let challenge = match phone.challenge().await {
            Ok(challenge) => challenge,
            Err(error) => {
                patience.wait(screen, error).await?;
                continue;
            }
        };
        pose(screen, &challenge.poses);
        let until = jst::time_of_day(challenge.expires_at);
        screen.say(
            &format!("  （{until}までに送ります。{}枚の写真）", frames.iter().len()),
            &format!("  (to be sent by {until}; {} pictures)", frames.iter().len()),
        );
        match phone.show_face(frames).await {
            Ok(Shown::Matched) => {
                screen.say("  お顔を照合できました。", "  Your face was matched.");
                return Ok(());
            }
            Ok(Shown::NotMatched { tries_left }) => {
                let stopped = Stopped::FaceNotMatched { tries_left };
                *frames = others(screen, entry, stopped)?;
            }
            Ok(Shown::Locked(lock)) => return Err(Stopped::Locked(lock)),
            Ok(Shown::Again(reason)) => {
                again(screen, reason);
                new_challenges += 1;
                if new_challenges > NEW_CHALLENGES {
                    return Err(Stopped::FaceNotJudged);
                }
            }
            Err(error) if wants_other_frames(&error) => *frames = others(screen, entry, error.into())?,
            Err(error) => patience.wait(screen, error).await?,
        }
    }
}

fn pose(screen: &mut Screen, poses: &[Pose]) {
    for pose in poses {
        match pose {
            Pose::Front => screen.say(
                "  カメラをまっすぐ見てください。明るい場所で、おひとりで。",
                "  Look straight into the camera, in good light, alone.",
            ),
        }
    }
}

fn again(screen: &mut Screen, reason: NotJudged) {
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

fn wants_other_frames(error: &PhoneError) -> bool {
    match error {
        PhoneError::Pictures(_) => true,
        PhoneError::Call(CallError::Failure(failure)) => failure.kind() == Some(ProblemType::FramesUnfit),
        _ => false,
    }
}

/// Other pictures, asked for where a person can answer.
fn others(screen: &mut Screen, entry: &mut Entry, stopped: Stopped) -> Result<Frames, Stopped> {
    asked_again(screen, entry, stopped, FOLDER, |path| picture_files::frames(&[path]))
}

const FOLDER: (&str, &str) = (
    "  撮り直した写真のフォルダー（やめるときは何も入力せずに Enter）:",
    "  Folder with new pictures (just Enter to stop):",
);

/// Tells what was wrong and asks for a path until something can be read there; from a pipe it ends with what was wrong.
pub(crate) fn asked_again<T>(
    screen: &mut Screen,
    entry: &mut Entry,
    mut stopped: Stopped,
    (ja, en): (&str, &str),
    read: impl Fn(PathBuf) -> Result<T, Stopped>,
) -> Result<T, Stopped> {
    if !entry.is_interactive() {
        return Err(stopped);
    }
    loop {
        stopped.tell(screen);
        screen.ask(ja, en);
        match entry.line().map_err(Stopped::System)?.as_deref().map(str::trim) {
            None | Some("") => return Err(stopped),
            Some(path) => match read(PathBuf::from(path)) {
                Ok(read) => return Ok(read),
                Err(other) => stopped = other,
            },
        }
    }
}

/// What is told when a face was not matched: the tries left and what helps, never a score.
pub(crate) fn not_matched(screen: &mut Screen, tries_left: u8) {
    let left = words::face_tries(tries_left);
    screen.say(
        &format!("照合できませんでした。{}。", left.ja),
        &format!("The face was not matched: {}.", left.en),
    );
    screen.say(
        "  明るい場所で、眼鏡・マスク・帽子を外し、カメラをまっすぐ見て撮り直してください。\n  \
         カードの写真からお顔が大きく変わった方は、カードと本人確認書類を持って市区町村の窓口へお越しください。",
        "  Take the pictures again in good light, without glasses, mask or hat, looking straight into the camera.\n  \
         If your face has changed much since the card's portrait, go to the municipal office with the card and \
         another identity document.",
    );
    if tries_left == 1 {
        screen.say(
            "  次に照合できないと、手続きが制限されます（一定時間、またはこれまでの回数が多いときはヘルプデスクの職員が解除するまで）。",
            "  If the next one fails too, booking is locked: for a while, or, after many failures in all, until the help desk lifts it.",
        );
    }
}

/// A lock, and what still works.
pub(crate) fn locked(screen: &mut Screen, lock: &mobile_bridge::FaceLock) {
    tell::lock(screen, lock.until, lock.number());
}
