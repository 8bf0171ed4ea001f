//! Why the program stopped before or beside a visit.

use client::Screen;
use client::exit::Exit;
use client::private_file::PrivateFileError;
use client::reader;
use kiosk::JournalError;

#[derive(Debug)]
pub(crate) enum Stopped {
    /// The command line or the settings.
    Usage(String),
    File(PrivateFileError),
    Journal(JournalError),
    System(std::io::Error),
    Reader(card::ReaderError),
}

impl Stopped {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Journal(JournalError::Held) => Exit::TryAgain,
            Self::File(_) | Self::Journal(_) | Self::System(_) => Exit::Storage,
            Self::Reader(_) => Exit::Card,
        }
    }

    pub(crate) fn tell(&self, screen: &mut Screen) {
        match self {
            Self::Usage(text) => screen.line(text),
            Self::File(error) => screen.line(&error.to_string()),
            Self::Journal(error) => screen.line(&error.to_string()),
            Self::System(error) => screen.line(&error.to_string()),
            Self::Reader(error) => screen.sentence(&reader::words(error)),
        }
    }
}

impl From<PrivateFileError> for Stopped {
    fn from(error: PrivateFileError) -> Self {
        Self::File(error)
    }
}

impl From<JournalError> for Stopped {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<card::ReaderError> for Stopped {
    fn from(error: card::ReaderError) -> Self {
        Self::Reader(error)
    }
}
