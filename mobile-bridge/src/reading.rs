//! The card on the phone: one PIN, and the evidence for the booking.
//!
//! Calls block and must not be abandoned half-way: run them on a thread of their own, which ends by itself.

use card::{CardTransport, CertificateError, Jpki, SignError, Tries, VerifyError};
use client::{Counters, FirstLook, NoUse};
use reservation::PinKind;
use reservation::statement::BookingStatement;
use secret::Pin;
use wire::app::CardEvidence;

/// Why a card brings no evidence, and what its PIN cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardTrouble {
    /// The card cannot be used; no try was spent.
    #[error(transparent)]
    NoUse(#[from] NoUse),
    /// The PIN was not accepted.
    #[error(transparent)]
    Pin(#[from] VerifyError),
    /// The PIN was right, and the certificate could not be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The PIN was right, and the card did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// A PIN that was not accepted, and the card again if the holder may be asked once more.
#[derive(Debug)]
pub struct NotProved {
    /// The card, where another PIN may be typed.
    pub again: Option<Box<Reading>>,
    /// Why.
    pub trouble: CardTrouble,
}

/// A card that waits for the PIN that proves its holder.
#[derive(Debug)]
pub struct Reading {
    card: Jpki,
    known: PinKind,
    tries: Tries,
}

impl Reading {
    /// Looks at the card without spending anything. What its counters say is handed to `tell` in any case.
    ///
    /// # Errors
    /// [`NoUse`] where a booking of `target` with this card would lead nowhere.
    pub fn look(
        transport: impl CardTransport + 'static,
        target: PinKind,
        tell: impl FnOnce(Counters),
    ) -> Result<Self, NoUse> {
        let look = FirstLook::at(transport, target, tell)?;
        Ok(Self { card: look.card, known: target.other(), tries: look.known_tries })
    }

    /// The PIN that must be typed.
    pub const fn known(&self) -> PinKind {
        self.known
    }

    /// Its tries; at least one.
    pub const fn tries(&self) -> Tries {
        self.tries
    }

    /// Verifies the PIN, once, and lets its key sign the statement. The card is without power afterwards.
    ///
    /// # Errors
    /// [`NotProved`].
    pub fn prove(self, pin: Pin, statement: &BookingStatement) -> Result<CardEvidence, NotProved> {
        let known = self.known;
        let mut verified = self.card.verify(pin).map_err(|failed| {
            let again = match failed.error {
                VerifyError::WrongPin { left } => {
                    Some(Box::new(Self { card: failed.session, known, tries: Tries::Left(left) }))
                }
                VerifyError::Blocked
                | VerifyError::NotSent(_)
                | VerifyError::Interrupted(_)
                | VerifyError::Refused(_) => None,
            };
            NotProved { again, trouble: failed.error.into() }
        })?;
        let over = |trouble: CardTrouble| NotProved { again: None, trouble };
        let certificate = verified.certificate().map_err(|error| over(error.into()))?;
        let signature = verified.sign(statement).map_err(|error| over(error.into()))?;
        verified.finish();
        Ok(CardEvidence { certificate: certificate.into(), signature: signature.into(), presence: None })
    }
}
