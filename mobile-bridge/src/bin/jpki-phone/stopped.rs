//! Why the program stopped: what the person reads, and the exit code.

use std::path::PathBuf;

use card::{ReaderError, Tries, WaitError};
use client::exit::Exit;
use client::private_file::PrivateFileError;
use client::{Screen, reader, tell, words};
use mobile_bridge::device_key::KeyFileError;
use mobile_bridge::{CallError, CardTrouble, FaceLock, PhoneError, PicturesRefused};
use wire::problem::Advice;

use crate::camera::CameraTrouble;
use crate::{face_step, open_attempt};

#[derive(Debug)]
pub(crate) enum Stopped {
    /// The command line or the settings.
    Usage(String),
    /// Another jpki-phone works with the same state.
    AnotherAtWork,
    File(PrivateFileError),
    Key(KeyFileError),
    System(std::io::Error),
    Phone(PhoneError),
    Reader(ReaderError),
    Wait(WaitError),
    Card(CardTrouble),
    /// No PIN was typed.
    NoPin,
    /// The terms were not accepted.
    TermsDeclined,
    /// Other terms are in force than the ones named on the command line.
    OtherTerms {
        in_force: String,
    },
    /// What the card prints was not typed, or not understood.
    NoCode,
    /// So few tries of what the card prints are left that nothing but a person's word spends another.
    CodeNearlyBlocked(Tries),
    /// Pictures that are not sent.
    Pictures(PicturesRefused),
    /// A picture's file.
    PictureFile {
        file: PathBuf,
        error: std::io::Error,
    },
    /// The face was judged, and not taken for the card's.
    FaceNotMatched {
        tries_left: u8,
        advice: Option<Advice>,
    },
    /// The camera gave no pictures.
    Camera(CameraTrouble),
    /// No challenge of this run came to a verdict.
    FaceNotJudged,
    /// It was the last attempt, or it was earlier.
    Locked(FaceLock),
    /// The holder did not want to go on.
    NotConfirmed,
    /// The holder did not want to go on after this, which was told.
    LetGo(Box<Stopped>),
}

impl Stopped {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::PictureFile { .. } => Exit::Usage,
            Self::AnotherAtWork | Self::FaceNotJudged => Exit::TryAgain,
            Self::File(_) | Self::Key(_) | Self::System(_) => Exit::Storage,
            Self::Phone(error) => match error {
                PhoneError::Call(CallError::Failure(failure)) => failure.into(),
                PhoneError::Call(CallError::Key(_)) | PhoneError::State(_) => Exit::Storage,
                PhoneError::BookingOver | PhoneError::EvidenceMissing => Exit::TryAgain,
                PhoneError::Pictures(_) => Exit::Pictures,
                PhoneError::NoReservation | PhoneError::OutOfOrder => Exit::Refused,
            },
            Self::Reader(_) | Self::Wait(_) => Exit::Card,
            Self::Card(trouble) => match trouble {
                CardTrouble::NoUse(trouble) => trouble.into(),
                CardTrouble::NoSurface(error) => error.into(),
                CardTrouble::Front(error) => error.into(),
                CardTrouble::Pin(error) | CardTrouble::Code(error) => error.into(),
                CardTrouble::Certificate(_) | CardTrouble::Sign(_) => Exit::Card,
            },
            Self::NoPin | Self::NoCode | Self::CodeNearlyBlocked(_) => Exit::Pin,
            Self::Pictures(_) => Exit::Pictures,
            Self::Camera(trouble) => trouble.exit(),
            Self::FaceNotMatched { .. } => Exit::FaceNotMatched,
            Self::Locked(_) => Exit::Locked,
            Self::LetGo(stopped) => stopped.exit(),
            Self::TermsDeclined | Self::OtherTerms { .. } | Self::NotConfirmed => Exit::Refused,
        }
    }

    pub(crate) fn tell(&self, screen: &mut Screen) {
        match self {
            Self::Usage(text) => screen.line(text),
            Self::AnotherAtWork => screen.say(
                "別の jpki-phone が動いています。終わるのを待って、もう一度お試しください。",
                "Another jpki-phone is at work with the same state. Wait until it ends, then try again.",
            ),
            Self::File(error) => screen.line(&error.to_string()),
            Self::Key(error) => screen.line(&error.to_string()),
            Self::System(error) => screen.line(&error.to_string()),
            Self::Phone(error) => tell_phone(error, screen),
            Self::Reader(error) => screen.sentence(&reader::words(error)),
            Self::Wait(error) => screen.sentence(&reader::wait_words(error)),
            Self::Card(trouble) => screen.sentence(&match trouble {
                CardTrouble::NoUse(trouble) => words::no_use(trouble),
                CardTrouble::NoSurface(error) => words::no_surface(error),
                CardTrouble::Code(error) => words::code(error),
                CardTrouble::Front(error) => words::front(error),
                CardTrouble::Pin(error) => words::verify(error),
                CardTrouble::Certificate(error) => words::certificate(error),
                CardTrouble::Sign(error) => words::sign(error),
            }),
            Self::NoPin => screen.say(
                "暗証番号が入力されませんでした。回数は減っていません。",
                "No PIN was entered. No try was spent.",
            ),
            Self::TermsDeclined => screen.say(
                "利用規約に同意されなかったため、何も行いませんでした。",
                "The terms were not accepted, so nothing was done.",
            ),
            Self::OtherTerms { in_force } => screen.say(
                &format!(
                    "現在の利用規約は版「{in_force}」です。読んでから、この版を指定して同意してください。"
                ),
                &format!("The terms in force are version {in_force:?}. Read them and accept that version."),
            ),
            Self::NoCode => screen.say(
                "カードに印刷された内容が入力されませんでした。回数は減っていません。",
                "What the card prints was not entered. No try was spent.",
            ),
            Self::CodeNearlyBlocked(tries) => {
                let tries = words::tries(*tries);
                screen.say(
                    &format!(
                        "照合番号Bは{}。確かめながら進めるため、端末から直接入力してください。分からない場合は窓口へ。",
                        tries.ja
                    ),
                    &format!(
                        "The printed code has {}, so it is not taken from a pipe. Type it at the terminal with care, or \
                         ask at the municipal office.",
                        tries.en
                    ),
                );
            }
            Self::Pictures(refused) => pictures(screen, *refused),
            Self::PictureFile { file, error } => screen.line(&format!("{}: {error}", file.display())),
            Self::FaceNotMatched { tries_left, advice } => {
                face_step::not_matched(screen, *tries_left, *advice);
            }
            Self::Camera(trouble) => trouble.tell(screen),
            Self::FaceNotJudged => screen.say(
                "照合が完了しませんでした。しばらくしてから、同じ操作をもう一度行ってください。",
                "No comparison came to an end. Repeat the same command in a while.",
            ),
            Self::Locked(lock) => face_step::locked(screen, lock),
            Self::NotConfirmed => screen.say("取りやめました。", "Nothing was done."),
            Self::LetGo(_) => screen.say(
                "ここで終わります。同じ操作をもう一度行うと、続きから再開します。",
                "This ends here. The same command goes on with it.",
            ),
        }
    }
}

fn tell_phone(error: &PhoneError, screen: &mut Screen) {
    match error {
        PhoneError::Call(CallError::Failure(failure)) if open_attempt::is(failure) => {
            open_attempt::tell(screen);
        }
        PhoneError::Call(CallError::Failure(failure)) => tell::failure(screen, failure),
        PhoneError::Call(CallError::Key(error)) => screen.line(&error.to_string()),
        PhoneError::State(error) => screen.line(&error.to_string()),
        PhoneError::BookingOver => screen.say(
            "手続きの15分が過ぎました。もう一度はじめから行ってください。",
            "The booking's 15 minutes are over. Please begin again.",
        ),
        PhoneError::EvidenceMissing | PhoneError::OutOfOrder => screen.say(
            "カードの読み取りをもう一度行ってください。",
            "The card must be read again: repeat the command.",
        ),
        PhoneError::Pictures(refused) => pictures(screen, *refused),
        PhoneError::NoReservation => {
            screen.say("この端末で行った予約はありません。", "There is no reservation made on this phone.");
        }
    }
}

fn pictures(screen: &mut Screen, refused: PicturesRefused) {
    match refused {
        PicturesRefused::FrontTooLarge { .. } => screen.say(
            "カード表面の写真が大きすぎます（4 MiBまで）。小さくして、もう一度行ってください。何も送っていません。",
            "The picture of the card's front is too large: at most 4 MiB. Make it smaller. Nothing was sent.",
        ),
        PicturesRefused::FrameTooLarge { frame, .. } => screen.say(
            &format!("お顔の写真の{frame}枚目が大きすぎます（1枚1 MiBまで）。小さくして、もう一度行ってください。何も送っていません。"),
            &format!("Picture {frame} of the face is too large: at most 1 MiB each. Make it smaller. Nothing was sent."),
        ),
        PicturesRefused::TogetherTooLarge { .. } => screen.say(
            "お顔の写真が合わせて大きすぎます（合計12 MiB未満）。小さくして、もう一度行ってください。何も送っていません。",
            "The pictures of the face are too large together: below 12 MiB in all. Make them smaller. Nothing was sent.",
        ),
        PicturesRefused::Count { found, least, most } => screen.say(
            &format!("お顔の写真が{found}枚あります。{least}〜{most}枚にしてください。"),
            &format!("Pictures of the face: {found}; {least} to {most} are taken."),
        ),
    }
}

macro_rules! from {
    ($($error:ty => $variant:ident,)*) => {
        $(impl From<$error> for Stopped {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })*
    };
}

from! {
    PrivateFileError => File,
    KeyFileError => Key,
    PhoneError => Phone,
    ReaderError => Reader,
    WaitError => Wait,
    CardTrouble => Card,
    PicturesRefused => Pictures,
    CameraTrouble => Camera,
}
