//! A booking of the signature PIN in this process, on the app's own code: call by call, so that a test can send what no
//! phone would, and as much of it at once as it likes.

use std::sync::Arc;

use mobile_bridge::printed::{ExpiryYear, PrintedBirth, PrintedFields, security_code};
use mobile_bridge::progress::Step;
use mobile_bridge::reading::{self, Looked, Proved};
use mobile_bridge::server::IdempotencyKey;
use mobile_bridge::state::StateInMemory;
use mobile_bridge::{BookingServer, CallError, CardProof, Frames, Front, Next, Phone, SurfaceBytes, ToSign};
use reservation::{InstallationId, PinKind};
use secret::Pin;
use uuid::Uuid;
use virtual_card::CardInHand;
use wire::app::{FaceChallenge, FaceEvidence, FaceVerdict, Reservation};

use crate::site::FRONT;
use crate::stack::USER_PIN;

/// A booking that has begun; a card can prove itself in it.
pub struct Begun {
    server: Arc<dyn BookingServer>,
    to_sign: ToSign,
    booking: Uuid,
}

/// A booking whose card is accepted: the face comes next.
pub struct AtFace {
    server: Arc<dyn BookingServer>,
    booking: Uuid,
    surface: SurfaceBytes,
}

impl Begun {
    /// Registers a phone and begins a booking with it.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn with(server: Arc<dyn BookingServer>, installation: InstallationId) -> Self {
        let states = Box::<StateInMemory>::default();
        let mut phone = Phone::open(server.clone(), states, installation).unwrap();
        let terms = phone.register("end-to-end").await.unwrap();
        phone.start(PinKind::Signature, &terms.version).await.unwrap();
        let Next::ReadCard { to_sign, .. } = phone.next(PinKind::Signature) else {
            panic!("a booking begins with the card");
        };
        let Some(Step::ReadingCard { booking }) = phone.booking().map(|booking| booking.step.clone()) else {
            panic!("a booking begins with the card");
        };
        Self { server, to_sign, booking: booking.id }
    }

    /// What this card, a fresh one, proves in the booking, beside a photograph of a front.
    ///
    /// # Panics
    /// If the card refuses.
    pub fn proof(&self, card: &CardInHand, front: Vec<u8>) -> CardProof {
        let looked = reading::look(card.on_reader().unwrap(), &self.to_sign, |_| {}).expect("a usable card");
        let Looked::Code(waiting) = looked else { panic!("the front comes before the PIN") };
        let [birth, expiry, code, _] = FRONT;
        let fields = PrintedFields {
            birth: PrintedBirth::parse(birth).unwrap(),
            expiry: ExpiryYear::parse(expiry).unwrap(),
            security_code: security_code(code.to_owned()).unwrap(),
        };
        let reading = waiting.open(fields.into_code()).expect("the card's own front");
        let pin = Pin::from_entry(PinKind::User, USER_PIN.to_owned()).unwrap();
        let Ok(Proved::Signature(card)) = reading.prove(pin) else { panic!("a fresh card's PIN") };
        CardProof::Signature { card, front: Front::new(front).unwrap() }
    }

    /// Sends a proof; what comes next.
    ///
    /// # Errors
    /// What the server says.
    pub async fn send(&self, proof: &CardProof) -> Result<wire::app::Step, CallError> {
        Ok(self.server.prove_card(self.booking, proof).await?.next)
    }

    /// Sends a proof that is accepted.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn accepted(&self, proof: &CardProof) -> AtFace {
        self.send(proof).await.unwrap();
        self.at_face(proof)
    }

    /// The booking as it is after this proof.
    ///
    /// # Panics
    /// If it is a user PIN's.
    pub fn at_face(&self, proof: &CardProof) -> AtFace {
        let CardProof::Signature { card, .. } = proof else { panic!("a booking of the signature PIN") };
        AtFace { server: self.server.clone(), booking: self.booking, surface: card.surface.clone() }
    }
}

impl AtFace {
    /// A new challenge.
    ///
    /// # Errors
    /// What the server says.
    pub async fn challenge(&self) -> Result<FaceChallenge, CallError> {
        self.challenge_for(IdempotencyKey::new_v4()).await
    }

    /// The challenge of this wish.
    ///
    /// # Errors
    /// What the server says.
    pub async fn challenge_for(&self, key: IdempotencyKey) -> Result<FaceChallenge, CallError> {
        self.server.face_challenge(key, self.booking).await
    }

    /// Shows these frames for a challenge.
    ///
    /// # Errors
    /// What the server says.
    ///
    /// # Panics
    /// If they are too few, or too large.
    pub async fn show(
        &self,
        challenge: &FaceChallenge,
        frames: &[Vec<u8>],
    ) -> Result<FaceVerdict, CallError> {
        let frames = Frames::new(frames.to_vec()).unwrap();
        let evidence = FaceEvidence { attempt: challenge.attempt, nonce: challenge.nonce.clone() };
        self.server.show_face(self.booking, &evidence, &self.surface, &frames).await
    }

    /// Asks for the reservation.
    ///
    /// # Errors
    /// What the server says.
    pub async fn reserve(&self) -> Result<Reservation, CallError> {
        self.server.reserve(IdempotencyKey::new_v4(), self.booking).await
    }
}
