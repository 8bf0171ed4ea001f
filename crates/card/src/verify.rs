//! One VERIFY, and what became of it. Nothing here sends a PIN twice.

use iso7816::{SecretCommand, StatusWord};
use secret::Pin;

use crate::channel::Channel;
use crate::error::CardError;
use crate::files::{self, Ef, VERIFY};
use crate::session::{Jpki, Tries, tries_left};

/// Why the PIN is not verified, and what it cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Wrong, one try spent: ask the holder again, who should know what is left.
    #[error("the PIN is wrong: {left} more until the card blocks it")]
    WrongPin {
        /// Tries left, at least 1.
        left: u8,
    },
    /// Blocked, by this try or before it.
    #[error("the PIN is blocked")]
    Blocked,
    /// The PIN was not sent, so no try is spent.
    #[error("the PIN was not sent to the card: {0}")]
    NotSent(#[source] CardError),
    /// The PIN was sent and no whole answer came: a try may or may not be spent. Select again, look at the counter
    /// and tell the holder; never send it again unasked.
    #[error("the PIN was sent but no answer came, so a try may be gone: look at the counter again ({0})")]
    Interrupted(#[source] CardError),
    /// The card answered with something that is neither right nor wrong.
    #[error("the card refused to check the PIN: {0}")]
    Refused(#[source] CardError),
}

/// A VERIFY that failed, with the session so that the holder may be asked again.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct VerifyFailed {
    /// The session as before.
    pub session: Jpki,
    /// Why.
    #[source]
    pub error: VerifyError,
}

/// For callers who end the session at the first failure.
impl From<VerifyFailed> for VerifyError {
    fn from(failed: VerifyFailed) -> Self {
        failed.error
    }
}

/// Selects the PIN's file, looks at its counter, and sends the PIN if there is a try left. The PIN is wiped on return.
pub(crate) fn verify(channel: &mut Channel, pin: Pin) -> Result<(), VerifyError> {
    let kind = pin.kind();
    look(channel, Ef::pin(kind), kind.tries())?;
    // EXPOSE: into a command that wipes itself, for the card.
    let command =
        SecretCommand::new(VERIFY, pin.expose()).expect("a PIN that was entered has 4 to 16 characters");
    drop(pin);
    send(channel, &command, kind.tries())
}

/// Selects a file whose counter starts at `full`, and goes on only if there is a try left.
pub(crate) fn look(channel: &mut Channel, file: Ef, full: u8) -> Result<(), VerifyError> {
    files::select(channel, file).map_err(VerifyError::NotSent)?;
    match tries_left(channel, full).map_err(VerifyError::NotSent)? {
        Tries::Left(_) => Ok(()),
        Tries::Blocked => Err(VerifyError::Blocked),
    }
}

/// Sends one VERIFY against the current file, whose counter starts at `full`.
pub(crate) fn send(channel: &mut Channel, command: &SecretCommand, full: u8) -> Result<(), VerifyError> {
    match channel.run_secret(command).map_err(VerifyError::Interrupted)? {
        StatusWord::Success => Ok(()),
        StatusWord::WrongTriesLeft(left) => Err(VerifyError::WrongPin { left }),
        StatusWord::AuthenticationBlocked(_) => Err(VerifyError::Blocked),
        // Wrong without a number: the counter tells, for free.
        StatusWord::WrongUncounted => match tries_left(channel, full).map_err(VerifyError::Interrupted)? {
            Tries::Left(left) => Err(VerifyError::WrongPin { left }),
            Tries::Blocked => Err(VerifyError::Blocked),
        },
        status => Err(VerifyError::Refused(CardError::Refused { command: VERIFY, status })),
    }
}
