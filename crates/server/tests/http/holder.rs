//! A person with a card: types PINs, and has the card sign.

use std::path::Path;

use card::{Jpki, PinVerified, VerifyError};
use reservation::PinKind;
use reservation::statement::{BookingStatement, CardChallenge, ClaimStatement, CompletionStatement};
use secret::{NewPin, NewUserPin, Pin};
use virtual_card::CardInHand;
use virtual_card::driver::SimulatedReset;
use virtual_card::issuer::layout::CardName;
use wire::Bytes;
use wire::app::CardEvidence;

/// A holder; the card's PINs are those of a fresh card.
pub struct Holder {
    card: CardInHand,
    /// The card's name at its issuer.
    pub name: CardName,
}

impl Holder {
    /// Takes the card of that file.
    pub fn new(file: &Path, name: CardName) -> Self {
        Self { card: CardInHand::open(file).unwrap(), name }
    }

    fn session(&self) -> Jpki {
        Jpki::select(self.card.on_reader().unwrap()).unwrap()
    }

    /// Types a PIN of a fresh card.
    pub fn verified(&self, kind: PinKind) -> PinVerified {
        let entry = match kind {
            PinKind::Signature => "ABC123",
            PinKind::User => "1234",
        };
        self.typed(kind, entry).unwrap()
    }

    /// Types this PIN.
    pub fn typed(&self, kind: PinKind, entry: &str) -> Result<PinVerified, VerifyError> {
        let pin = Pin::from_entry(kind, entry.to_owned()).unwrap();
        self.session().verify(pin).map_err(VerifyError::from)
    }

    /// Certificate and signature for a booking, by the known PIN's key.
    pub fn sign_booking(&self, statement: &BookingStatement) -> CardEvidence {
        let mut session = self.verified(statement.target.other());
        let certificate = session.certificate().unwrap();
        let signature = session.sign(statement).unwrap();
        CardEvidence { certificate: Bytes(certificate), signature: Bytes::from(signature), presence: None }
    }

    /// Certificate and signature for a claim, by the known PIN's key.
    pub fn sign_claim(&self, statement: &ClaimStatement) -> (Bytes, Bytes) {
        let mut session = self.verified(statement.target.other());
        (Bytes(session.certificate().unwrap()), Bytes::from(session.sign(statement).unwrap()))
    }

    /// The signature of the target key over a completion.
    pub fn sign_completion(&self, statement: &CompletionStatement) -> Bytes {
        Bytes::from(self.verified(statement.target).sign(statement).unwrap())
    }

    /// The card lies on the kiosk's reader, the known PIN typed: it draws a challenge.
    pub fn on_kiosk(&self, known: PinKind) -> (PinVerified, CardChallenge) {
        let mut session = self.verified(known);
        let challenge = session.challenge(&SimulatedReset).unwrap();
        (session, challenge)
    }
}

/// Resets the user PIN with this authorisation; the session goes on with the new PIN verified.
pub fn reset_user_pin(session: PinVerified, authorisation: &[u8], new: &str) -> Result<PinVerified, String> {
    let new = NewUserPin::choose(new.to_owned(), new.to_owned(), None).unwrap();
    session.reset(&SimulatedReset, authorisation, NewPin::User(new)).map_err(|error| format!("{error:?}"))
}
