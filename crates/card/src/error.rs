//! How a step that costs nothing can fail.

use iso7816::{Header, StatusWord};

use crate::transport::TransportError;

/// Why a step failed. None of these has cost a try or changed the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// No answer came: try again.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The card said no.
    #[error("the card refused the command {command} with {status}")]
    Refused {
        /// What was asked.
        command: Header,
        /// The card's answer.
        status: StatusWord,
    },
    /// The card's answer makes no sense: no genuine card does this.
    #[error("the card's answer to the command {command} makes no sense: {what}")]
    Malformed {
        /// What was asked.
        command: Header,
        /// What is wrong with the answer.
        what: Malformed,
    },
}

impl CardError {
    /// Whether the card left the reader: the holder can put it back.
    pub const fn is_removed(&self) -> bool {
        matches!(self, Self::Transport(TransportError::Removed))
    }
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// No answer APDU has this length.
    #[error("it has {found} bytes")]
    AnswerLength {
        /// Bytes received.
        found: usize,
    },
    /// It goes on and on.
    #[error("it does not end")]
    Endless,
    /// It holds more or fewer bytes than were asked for.
    #[error("it holds {found} bytes of data where {expected} were due")]
    DataLength {
        /// Bytes due.
        expected: usize,
        /// Bytes received.
        found: usize,
    },
    /// What is to be read is larger than any genuine card's.
    #[error("it announces {found} bytes, too many")]
    TooLarge {
        /// Bytes announced.
        found: usize,
    },
    /// No certificate begins like this.
    #[error("it is no certificate")]
    NotACertificate,
    /// No file of the surface application begins like this.
    #[error("it is no surface file")]
    NotASurfaceFile,
    /// The file ends before the length it announced.
    #[error("it is cut short")]
    Truncated,
}
