//! A session with the surface application selected, and opened with 照合番号B.

use core::fmt;

use iso7816::SecretCommand;
use reservation::statement::PresenceStatement;
use secret::VerificationCodeB;

use crate::channel::Channel;
use crate::error::CardError;
use crate::files::{self, SigningKey, VERIFY, select_application};
use crate::session::{Jpki, Tries, tries_left};
use crate::statement::digest_info;
use crate::surface::files::{AID, CODE_B};
use crate::surface::objects::SurfaceObjects;
use crate::surface::read::{self, SurfaceReadError};
use crate::verified::{SIGNATURE_BYTES, sign};
use crate::verify::{VerifyError, look, send};

/// Consecutive wrong tries after which the card blocks 照合番号B (card facts §2.4).
pub const CODE_TRIES: u8 = 10;

/// Why there is no surface application. No try has been spent, and the card has lost power again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SurfaceSelectError {
    /// The card has none, so its portrait cannot be read: the municipal office.
    #[error("this card does not tell what its front shows: ask at the municipal office")]
    Absent,
    /// The dialogue failed.
    #[error(transparent)]
    Card(#[from] CardError),
}

/// A My Number Card with its surface application selected. Dropping the session takes power from the card.
#[derive(Debug)]
pub struct Surface {
    pub(crate) channel: Channel,
}

/// A session in which 照合番号B was verified. The card remains the authority: it may have forgotten.
/// Dropping the session takes power from the card.
#[derive(Debug)]
pub struct SurfaceOpen {
    pub(crate) channel: Channel,
}

impl Jpki {
    /// Selects the surface application of the same card, without taking its power: no PIN is verified afterwards.
    ///
    /// # Errors
    /// [`SurfaceSelectError`].
    pub fn into_surface(self) -> Result<Surface, SurfaceSelectError> {
        let mut channel = self.channel;
        let select = channel.run(&select_application(AID))?;
        if select.sw.is_success() { Ok(Surface { channel }) } else { Err(SurfaceSelectError::Absent) }
    }
}

impl Surface {
    /// How many tries 照合番号B has left. Costs nothing; ask before anything is typed.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn tries_left(&mut self) -> Result<Tries, CardError> {
        files::select(&mut self.channel, CODE_B)?;
        tries_left(&mut self.channel, CODE_TRIES)
    }

    /// Sends 照合番号B to the card, once. A code that the counter shows as blocked is not sent. The code is wiped on
    /// return.
    ///
    /// # Errors
    /// [`CodeFailed`] returns the session and says whether a try was spent.
    pub fn verify(mut self, code: VerificationCodeB) -> Result<SurfaceOpen, CodeFailed> {
        match verify(&mut self.channel, code) {
            Ok(()) => Ok(SurfaceOpen { channel: self.channel }),
            Err(error) => Err(CodeFailed { session: self, error }),
        }
    }

    /// Selects the JPKI application of the same card again, without taking its power.
    ///
    /// # Errors
    /// [`CardError`]; the card has lost power.
    pub fn into_jpki(self) -> Result<Jpki, CardError> {
        into_jpki(self.channel)
    }

    /// Ends the session and takes power from the card; the same as dropping it.
    pub fn finish(self) {
        drop(self);
    }
}

impl SurfaceOpen {
    /// What the card's front shows, as its issuer signed it, without the pictures of name and address.
    ///
    /// # Errors
    /// [`SurfaceReadError`].
    pub fn read(&mut self) -> Result<SurfaceObjects, SurfaceReadError> {
        read::read(&mut self.channel)
    }

    /// Signs that the card is here, with the key whose public part the surface file tells: PKCS#1 v1.5 over SHA-256.
    /// It signs nothing else.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn sign(&mut self, statement: &PresenceStatement) -> Result<[u8; SIGNATURE_BYTES], CardError> {
        sign(&mut self.channel, SigningKey::OfApplication, &digest_info(&statement.to_bytes()))
    }

    /// Selects the JPKI application of the same card again, without taking its power: the card forgets the code.
    ///
    /// # Errors
    /// [`CardError`]; the card has lost power.
    pub fn into_jpki(self) -> Result<Jpki, CardError> {
        into_jpki(self.channel)
    }

    /// Ends the session and takes power from the card; the same as dropping it.
    pub fn finish(self) {
        drop(self);
    }
}

fn verify(channel: &mut Channel, code: VerificationCodeB) -> Result<(), VerifyError> {
    look(channel, CODE_B, CODE_TRIES)?;
    // EXPOSE: into a command that wipes itself, for the card.
    let command = SecretCommand::new(VERIFY, code.expose()).expect("the code has 14 digits");
    drop(code);
    send(channel, &command, CODE_TRIES)
}

fn into_jpki(mut channel: Channel) -> Result<Jpki, CardError> {
    // It was a My Number Card when this session began, and the card has not left since: nothing to identify again.
    channel.run_to_success(&select_application(files::AID))?;
    Ok(Jpki { channel })
}

/// A VERIFY of 照合番号B that failed, with the session so that the holder may be asked again.
#[derive(Debug)]
pub struct CodeFailed {
    /// The session as before.
    pub session: Surface,
    /// Why. [`VerifyError::WrongPin`] means that what was typed is not what the card prints;
    /// [`VerifyError::Blocked`] is lifted at the municipal office only.
    pub error: VerifyError,
}

impl fmt::Display for CodeFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.error {
            VerifyError::WrongPin { left } => write!(
                f,
                "birth date, expiry year and security code are not this card's: {left} more until the card blocks them"
            ),
            VerifyError::Blocked => {
                f.write_str("the card no longer takes birth date, expiry year and security code: ask at the municipal office")
            }
            VerifyError::NotSent(error) => {
                write!(f, "birth date, expiry year and security code were not sent to the card: {error}")
            }
            VerifyError::Interrupted(error) => write!(
                f,
                "birth date, expiry year and security code were sent but no answer came, so a try may be gone: look at the \
                 counter again ({error})"
            ),
            VerifyError::Refused(error) => {
                write!(f, "the card refused to check birth date, expiry year and security code: {error}")
            }
        }
    }
}

impl core::error::Error for CodeFailed {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// For callers who end the session at the first failure.
impl From<CodeFailed> for VerifyError {
    fn from(failed: CodeFailed) -> Self {
        failed.error
    }
}
