//! A person with a card: types PINs, and has the card sign.

use std::path::Path;

use card::{Jpki, PinVerified, VerifyError};
use reservation::calendar::BirthSix;
use reservation::statement::{
    BookingStatement, CardChallenge, ClaimStatement, CompletionStatement, PresenceStatement,
};
use reservation::{PinKind, SurfaceHash};
use secret::{NewPin, NewUserPin, Pin, SecurityCode, VerificationCodeB};
use virtual_card::CardInHand;
use virtual_card::driver::SimulatedReset;
use virtual_card::issuer::layout::CardName;
use wire::Bytes;
use wire::app::{CardEvidence, SurfaceFile};

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

    /// What the surface application says, as a phone sends it, and its key's signature over the presence statement that
    /// `statement` makes of the file's hash.
    pub fn read_surface(&self, statement: impl FnOnce(SurfaceHash) -> PresenceStatement) -> (Vec<u8>, Bytes) {
        let mut open = self.session().into_surface().unwrap().verify(code_b()).unwrap();
        let objects = open.read().unwrap();
        let file = SurfaceFile {
            holder: Bytes(objects.holder.clone()),
            pictures: Bytes::from(objects.pictures),
            portrait: Bytes(objects.portrait.clone()),
            signature: Bytes(objects.signature.clone()),
            certificate: Bytes(objects.certificate.clone()),
        };
        let part = serde_json::to_vec(&file).unwrap();
        let presence = open.sign(&statement(surface_hash(&part))).unwrap();
        (part, Bytes::from(presence))
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

/// SHA-256 of the part `surface`.
pub fn surface_hash(part: &[u8]) -> SurfaceHash {
    SurfaceHash::from_bytes(
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, part).as_ref().try_into().unwrap(),
    )
}

/// What the front of a usual card prints: born in the 55th year of Shōwa, valid until 2036.
fn code_b() -> VerificationCodeB {
    let birth = BirthSix::from_digits("550217").unwrap();
    VerificationCodeB::from_printed(birth, 2036, SecurityCode::from_entry("2285".to_owned()).unwrap())
        .unwrap()
}

/// Resets the user PIN with this authorisation; the session goes on with the new PIN verified.
pub fn reset_user_pin(session: PinVerified, authorisation: &[u8], new: &str) -> Result<PinVerified, String> {
    let new = NewUserPin::choose(new.to_owned(), new.to_owned(), None).unwrap();
    session.reset(&SimulatedReset, authorisation, NewPin::User(new)).map_err(|error| format!("{error:?}"))
}
