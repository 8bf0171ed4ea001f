//! A session with a verified PIN: its certificate, its signature, and the reset of the other PIN.

use iso7816::StatusWord;
use reservation::PinKind;
use reservation::statement::CardChallenge;
use secret::NewPin;

use crate::certificate::{self, CertificateError};
use crate::channel::Channel;
use crate::error::{CardError, Malformed};
use crate::files::{self, Ef, SigningKey};
use crate::reset::{NotDone, PinReset, ResetError, ResetFailed};
use crate::statement::{CardStatement, digest_info};
use crate::verify::verify;

/// Bytes of a signature by the card's RSA-2048 keys.
pub const SIGNATURE_BYTES: usize = 256;

/// Why there is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// This statement is signed with the other key: a slip in the caller, nothing was sent.
    #[error("this statement is signed with the {0} key")]
    WrongKey(PinKind),
    /// The card forgot the PIN, say after losing power: begin a new session.
    #[error("the card no longer counts the PIN as verified: begin again")]
    NotVerified,
    /// The dialogue failed.
    #[error(transparent)]
    Card(#[from] CardError),
}

/// A session in which this PIN was verified. The card remains the authority: it may have forgotten.
/// Dropping the session takes power from the card.
#[derive(Debug)]
pub struct PinVerified {
    pub(crate) channel: Channel,
    pub(crate) kind: PinKind,
}

impl PinVerified {
    /// Which PIN was verified.
    pub const fn kind(&self) -> PinKind {
        self.kind
    }

    /// The certificate of this PIN's key in DER, at most [`reservation::limits::CERTIFICATE_MAX_BYTES`].
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn certificate(&mut self) -> Result<Vec<u8>, CertificateError> {
        certificate::read(&mut self.channel, self.kind)
    }

    /// Signs a statement with this PIN's key: PKCS#1 v1.5 over SHA-256.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign(
        &mut self,
        statement: &(impl CardStatement + ?Sized),
    ) -> Result<[u8; SIGNATURE_BYTES], SignError> {
        if statement.signed_with() != self.kind {
            return Err(SignError::WrongKey(statement.signed_with()));
        }
        files::select(&mut self.channel, Ef::key(self.kind))?;
        let digest_info = digest_info(&statement.to_bytes());
        sign(&mut self.channel, SigningKey::CurrentFile, &digest_info).map_err(|error| match error {
            CardError::Refused { status: StatusWord::SecurityStatusNotSatisfied, .. } => {
                SignError::NotVerified
            }
            error => error.into(),
        })
    }

    /// Has the card draw the challenge that an authorisation will be bound to. A later challenge replaces it.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn challenge(&mut self, driver: &dyn PinReset) -> Result<CardChallenge, CardError> {
        driver.challenge(&mut self.channel)
    }

    /// Sets the other PIN with this authorisation, then verifies it, so that the card can prove it.
    ///
    /// # Errors
    /// [`ResetFailed`] says whether the card kept its old PIN.
    pub fn reset(
        mut self,
        driver: &dyn PinReset,
        authorisation: &[u8],
        new: NewPin,
    ) -> Result<Self, ResetFailed> {
        let target = new.kind();
        if target == self.kind {
            return Err(ResetFailed::NotDone { session: self, new, reason: NotDone::SamePin });
        }
        match driver.reset(&mut self.channel, authorisation, &new) {
            Ok(()) => {}
            Err(ResetError::NotDone(reason)) => {
                return Err(ResetFailed::NotDone { session: self, new, reason });
            }
            Err(ResetError::Unknown(cause)) => return Err(ResetFailed::Unknown { new, cause }),
        }
        match verify(&mut self.channel, new.into_pin()) {
            Ok(()) => Ok(Self { channel: self.channel, kind: target }),
            Err(error) => Err(ResetFailed::Unproved { error }),
        }
    }

    /// Ends the session and takes power from the card; the same as dropping it.
    pub fn finish(self) {
        drop(self);
    }
}

/// Has the card sign, and takes nothing but a whole signature for one.
pub(crate) fn sign(
    channel: &mut Channel,
    key: SigningKey,
    digest_info: &[u8],
) -> Result<[u8; SIGNATURE_BYTES], CardError> {
    let command = files::sign(key, digest_info);
    let signature = channel.run_to_success(&command)?;
    let found = signature.len();
    signature.try_into().map_err(|_| {
        let what = Malformed::DataLength { expected: SIGNATURE_BYTES, found };
        CardError::Malformed { command: command.header(), what }
    })
}
