//! Why the program stopped: what the person reads, and the exit code.

use card::{ReaderError, WaitError};
use client::exit::Exit;
use client::private_file::PrivateFileError;
use client::{Screen, reader, tell, words};
use mobile_bridge::device_key::KeyFileError;
use mobile_bridge::{CallError, CardTrouble, PhoneError};

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
    /// The face step, which this version does not do.
    FaceNotHere,
    /// The holder did not want to go on.
    NotConfirmed,
}

impl Stopped {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::AnotherAtWork => Exit::TryAgain,
            Self::File(_) | Self::Key(_) | Self::System(_) => Exit::Storage,
            Self::Phone(error) => match error {
                PhoneError::Call(CallError::Failure(failure)) => failure.into(),
                PhoneError::Call(CallError::Key(_)) | PhoneError::State(_) => Exit::Storage,
                PhoneError::BookingOver | PhoneError::EvidenceMissing => Exit::TryAgain,
                PhoneError::FaceNeeded | PhoneError::NoReservation | PhoneError::OutOfOrder => Exit::Refused,
            },
            Self::Reader(_) | Self::Wait(_) => Exit::Card,
            Self::Card(trouble) => match trouble {
                CardTrouble::NoUse(trouble) => trouble.into(),
                CardTrouble::Pin(error) => error.into(),
                CardTrouble::Certificate(_) | CardTrouble::Sign(_) => Exit::Card,
            },
            Self::NoPin => Exit::Pin,
            Self::TermsDeclined | Self::OtherTerms { .. } | Self::FaceNotHere | Self::NotConfirmed => {
                Exit::Refused
            }
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
                &format!("現在の利用規約は版「{in_force}」です。読んでから、この版を指定して同意してください。"),
                &format!("The terms in force are version {in_force:?}. Read them and accept that version."),
            ),
            Self::FaceNotHere => screen.say(
                "署名用暗証番号の再設定には顔の照合が必要です。この版の jpki-phone では行えません。",
                "Resetting the signature PIN needs the holder's face, which this version of jpki-phone cannot show.",
            ),
            Self::NotConfirmed => screen.say("取りやめました。", "Nothing was done."),
        }
    }
}

fn tell_phone(error: &PhoneError, screen: &mut Screen) {
    match error {
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
        PhoneError::FaceNeeded => Stopped::FaceNotHere.tell(screen),
        PhoneError::NoReservation => {
            screen.say("この端末で行った予約はありません。", "There is no reservation made on this phone.");
        }
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
}
