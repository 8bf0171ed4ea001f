//! The driver that resets a PIN.
//!
//! The real card's reset command is not public (card facts §8), so the dialogue goes through a driver that knows it. What
//! every driver owes its caller is the difference between "the old PIN still stands" and "nobody can tell".

use reservation::statement::CardChallenge;
use secret::NewPin;

use crate::channel::Channel;
use crate::error::CardError;
use crate::transport::TransportError;
use crate::verified::PinVerified;
use crate::verify::VerifyError;

/// Knows a card's reset command. A driver never selects the application anew: that would end challenge and PIN.
pub trait PinReset: Send + Sync {
    /// Has the card draw a challenge for one authorisation.
    ///
    /// # Errors
    /// [`CardError`]; the card is as before.
    fn challenge(&self, card: &mut Channel) -> Result<CardChallenge, CardError>;

    /// Sets the PIN of `new`'s kind with an authorisation for this card, that kind and the last challenge.
    ///
    /// # Errors
    /// [`ResetError`]; once the command that changes the PIN has left, only an answer proves that it was not done.
    fn reset(&self, card: &mut Channel, authorisation: &[u8], new: &NewPin) -> Result<(), ResetError>;
}

/// How a driver's reset failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResetError {
    /// Certainly not done: the card kept its old PIN.
    #[error("the PIN was not reset: {0}")]
    NotDone(#[source] NotDone),
    /// The command left and no answer tells what became of it.
    #[error("nobody can tell whether the PIN was reset: {0}")]
    Unknown(#[source] CardError),
}

/// Why a reset was certainly not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// The link broke before the command that changes the PIN was sent.
    #[error(transparent)]
    Transport(TransportError),
    /// The authorisation is not genuine, or for another card, PIN or challenge. It is spent: claim again.
    #[error("the card refused the authorisation")]
    AuthorisationRefused,
    /// The card has no challenge in hand: draw a new one and claim again.
    #[error("the card's challenge is gone")]
    NoChallenge,
    /// The card no longer counts the known PIN as verified: begin a new session.
    #[error("the card no longer counts the known PIN as verified")]
    KnownPinNotVerified,
    /// The card does not take this PIN: choose another.
    #[error("the card does not take this new PIN")]
    NewPinRefused,
    /// The verified PIN and the one to be set are the same: a slip in the caller, nothing was sent.
    #[error("a PIN is not reset by itself")]
    SamePin,
    /// The card refused, or answered nonsense, before the PIN was changed.
    #[error(transparent)]
    Card(CardError),
}

/// How the reset of a PIN failed, and what is left to go on with.
#[derive(Debug, thiserror::Error)]
pub enum ResetFailed {
    /// The card kept its old PIN.
    #[error("the PIN was not reset: {reason}")]
    NotDone {
        /// The session as before; dead if the card is gone.
        session: PinVerified,
        /// What the holder chose, for another attempt.
        new: NewPin,
        /// Why.
        reason: NotDone,
    },
    /// Nobody can tell. With the card back, verifying the new PIN in a new session finds out; that costs a try of the
    /// old PIN if it still stands.
    #[error("nobody can tell whether the PIN was reset: {cause}")]
    Unknown {
        /// What the holder chose, for finding out.
        new: NewPin,
        /// Why there is no answer.
        cause: CardError,
    },
    /// The card confirmed the new PIN, and then it could not be verified: done, but without proof so far. The holder
    /// can verify it in a new session.
    #[error("the PIN was reset, but the card could not prove it: {error}")]
    Unproved {
        /// Why VERIFY failed.
        error: VerifyError,
    },
}
