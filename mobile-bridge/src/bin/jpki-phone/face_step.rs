//! The holder's face: what it is to show, the pictures of it, and what is told when it was not matched.

mod told;

use std::path::PathBuf;

use client::entry::Entry;
use client::{Screen, tell};
use mobile_bridge::{CallError, Frames, Phone, PhoneError, Shown};
use reservation::PinKind;
use wire::app::FaceChallenge;
use wire::problem::ProblemType;

use crate::camera::Camera;
use crate::open_attempt::Patience;
use crate::picture_files::{self, Face};
use crate::show::agreed;
use crate::steps::{Step, Steps};
use crate::stopped::Stopped;

pub(crate) use told::not_matched;
use told::{again, asked_for};

/// How often in one run a challenge that came to nothing is followed by another without asking.
const NEW_CHALLENGES: u32 = 3;

/// Shows the face until it is matched, or until only the person can go on.
pub(crate) async fn show(
    phone: &mut Phone,
    screen: &mut Screen,
    entry: &mut Entry,
    face: &mut Face,
) -> Result<(), Stopped> {
    Steps(PinKind::Signature).head(
        screen,
        Step::Face,
        "お顔を照合します（写真は照合のあと残りません）",
        "Your face is compared with the portrait in the chip (no picture is kept)",
    );
    let mut patience = Patience::default();
    let mut new_challenges = 0;
    let mut before = Before::Nothing;
    loop {
        let shown = match face {
            Face::Camera(camera) => {
                match before {
                    Before::Nothing => {}
                    Before::NotJudged => screen.line(""),
                    Before::Refused(stopped) => stopped.once_more(screen, entry)?,
                }
                with_camera(phone, screen, &mut patience, camera).await
            }
            Face::AtHand(frames) => {
                choose_pictures(phone, screen, entry, &mut patience, frames, before).await?;
                send(phone, screen, &mut patience, frames).await
            }
        };
        before = match shown {
            Ok(Shown::Matched) => {
                screen.say("  お顔を照合できました。", "  Your face was matched.");
                return Ok(());
            }
            Ok(Shown::NotMatched { tries_left, advice }) => {
                Before::Refused(Stopped::FaceNotMatched { tries_left, advice })
            }
            Ok(Shown::Locked(lock)) => return Err(Stopped::Locked(lock)),
            Ok(Shown::Again(reason)) => {
                again(screen, reason);
                // Who names other pictures is asked each time.
                let asked = matches!(face, Face::AtHand(_)) && entry.is_interactive();
                new_challenges += u32::from(!asked);
                if new_challenges > NEW_CHALLENGES {
                    return Err(Stopped::FaceNotJudged);
                }
                Before::NotJudged
            }
            Err(stopped) if stopped.wants_other_frames() => Before::Refused(stopped),
            Err(stopped) => return Err(stopped),
        };
    }
}

/// What became of the pictures before.
enum Before {
    /// There were none.
    Nothing,
    /// They were not judged; the person knows why.
    NotJudged,
    /// They will not do.
    Refused(Stopped),
}

/// A challenge, and what the camera takes for it.
async fn with_camera(
    phone: &mut Phone,
    screen: &mut Screen,
    patience: &mut Patience,
    camera: &Camera,
) -> Result<Shown, Stopped> {
    let challenge = challenge(phone, screen, patience).await?;
    let left = phone.time_left(&challenge);
    asked_for(screen, &challenge, left);
    screen.say("  カメラで撮影しています…", "  The camera is taking them now…");
    let frames = camera.take(&challenge, left).await?;
    send(phone, screen, patience, &frames).await
}

/// A challenge, and pictures that were taken elsewhere: those at hand, or where a person can name others for the new poses,
/// these. Where there are no others, it ends with what was wrong.
async fn choose_pictures(
    phone: &mut Phone,
    screen: &mut Screen,
    entry: &mut Entry,
    patience: &mut Patience,
    frames: &mut Frames,
    before: Before,
) -> Result<(), Stopped> {
    let first = matches!(before, Before::Nothing);
    let others_after = match before {
        Before::Refused(stopped) if !entry.is_interactive() => return Err(stopped),
        Before::Refused(stopped) => {
            stopped.tell(screen);
            Some(stopped)
        }
        Before::NotJudged if entry.is_interactive() => Some(Stopped::FaceNotJudged),
        Before::NotJudged | Before::Nothing => None,
    };
    if !first {
        screen.line("");
    }
    if let Some(stopped) = others_after {
        let challenge = challenge(phone, screen, patience).await?;
        asked_for(screen, &challenge, phone.time_left(&challenge));
        *frames = asked(screen, entry, stopped, FOLDER, |path| picture_files::frames(&[path]))?;
    } else if phone.unsettled().is_some_and(|challenge| challenge_takes(challenge, frames)) {
        screen.say(
            "  前回送った写真の結果を確かめます。",
            "  What became of the pictures that were sent last time is asked for.",
        );
    } else {
        let challenge = challenge(phone, screen, patience).await?;
        asked_for(screen, &challenge, phone.time_left(&challenge));
    }
    Ok(())
}

fn challenge_takes(challenge: &FaceChallenge, frames: &Frames) -> bool {
    frames.check_count(challenge.frames_least.into(), challenge.frames_most.into()).is_ok()
}

const FOLDER: (&str, &str) = (
    "  この順に撮り直した写真のフォルダー（やめるときは何も入力せずに Enter）:",
    "  Folder with new pictures in this order (just Enter to stop):",
);

async fn challenge(
    phone: &mut Phone,
    screen: &mut Screen,
    patience: &mut Patience,
) -> Result<FaceChallenge, Stopped> {
    loop {
        match phone.challenge().await {
            Ok(challenge) => return Ok(challenge),
            Err(error) => patience.wait(screen, error).await?,
        }
    }
}

async fn send(
    phone: &mut Phone,
    screen: &mut Screen,
    patience: &mut Patience,
    frames: &Frames,
) -> Result<Shown, Stopped> {
    let count = frames.iter().len();
    screen.say(&format!("  写真{count}枚を送ります。"), &format!("  Sending {count} pictures."));
    loop {
        match phone.show_face(frames).await {
            Ok(shown) => return Ok(shown),
            Err(error) => patience.wait(screen, error).await?,
        }
    }
}

impl Stopped {
    /// Whether the same step will do with other pictures of the face.
    fn wants_other_frames(&self) -> bool {
        match self {
            Self::Pictures(_) | Self::Phone(PhoneError::Pictures(_)) => true,
            Self::Camera(trouble) => trouble.may_be_repeated(),
            Self::Phone(PhoneError::Call(CallError::Failure(failure))) => {
                failure.kind() == Some(ProblemType::FramesUnfit)
            }
            _ => false,
        }
    }

    /// Tells it, and asks whether the camera shall try again; from a pipe it ends with what was wrong.
    fn once_more(self, screen: &mut Screen, entry: &mut Entry) -> Result<(), Self> {
        if !entry.is_interactive() {
            return Err(self);
        }
        self.tell(screen);
        screen.ask("  もう一度撮りますか？ [はい/いいえ]", "  Take the pictures again? [yes/no]");
        if !agreed(screen, entry)? {
            return Err(Self::LetGo(Box::new(self)));
        }
        screen.line("");
        Ok(())
    }
}

/// Asks for a path until something can be read there; from a pipe it ends with what was wrong.
pub(crate) fn asked_again<T>(
    screen: &mut Screen,
    entry: &mut Entry,
    stopped: Stopped,
    question: (&str, &str),
    read: impl Fn(PathBuf) -> Result<T, Stopped>,
) -> Result<T, Stopped> {
    if !entry.is_interactive() {
        return Err(stopped);
    }
    stopped.tell(screen);
    asked(screen, entry, stopped, question, read)
}

/// The same where it was told already.
fn asked<T>(
    screen: &mut Screen,
    entry: &mut Entry,
    mut stopped: Stopped,
    (ja, en): (&str, &str),
    read: impl Fn(PathBuf) -> Result<T, Stopped>,
) -> Result<T, Stopped> {
    loop {
        screen.ask(ja, en);
        match entry.line().map_err(Stopped::System)?.as_deref().map(str::trim) {
            None | Some("") => return Err(Stopped::LetGo(Box::new(stopped))),
            Some(path) => match read(PathBuf::from(path)) {
                Ok(read) => return Ok(read),
                Err(other) => {
                    other.tell(screen);
                    stopped = other;
                }
            },
        }
    }
}

/// A lock, and what still works.
pub(crate) fn locked(screen: &mut Screen, lock: &mobile_bridge::FaceLock) {
    tell::lock(screen, lock.until, lock.number());
}
