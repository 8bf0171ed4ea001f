//! A phone that books the signature PIN: reads the card, photographs its front, and shows a face.

use face::testing::frames_showing;
use reqwest::Method;
use reservation::statement::{BookingStatement, PresenceStatement};
use reservation::{BookingId, Nonce};
use uuid::Uuid;
use wire::app::{Booking, CardEvidence, FaceChallenge, FaceEvidence, FaceVerdict, Pose, Reservation};

use crate::answer::Answer;
use crate::holder::{Holder, surface_hash};
use crate::phone::{Call, Phone, multipart};

/// What a phone has of a card for one booking of the signature PIN.
#[derive(Clone)]
pub struct Reading {
    /// The part `evidence`.
    pub evidence: CardEvidence,
    /// The part `surface`.
    pub surface: Vec<u8>,
    /// The part `front`.
    pub front: Vec<u8>,
}

/// A booking whose card is accepted: the face comes next.
#[derive(Clone)]
pub struct AtFace {
    /// The booking.
    pub booking: Uuid,
    /// The surface file, which the phone still has.
    pub surface: Vec<u8>,
}

/// Frames in which a person shows a challenge's poses, different from those of every other round and challenge.
pub fn frames(challenge: &FaceChallenge, name: &str, round: u32) -> Vec<Vec<u8>> {
    frames_of(&challenge.poses, name, &format!("{}-{round}", challenge.attempt))
}

/// Frames in which a person shows these poses.
pub fn frames_of(poses: &[Pose], name: &str, salt: &str) -> Vec<Vec<u8>> {
    let pose = |pose: &Pose| match pose {
        Pose::Front => face::Pose::Front,
        Pose::Left => face::Pose::Left,
        Pose::Right => face::Pose::Right,
    };
    let poses: Vec<_> = poses.iter().map(pose).collect();
    frames_showing(name, &poses, salt).into_iter().map(|frame| frame.as_bytes().to_vec()).collect()
}

/// These recipes as frames.
pub fn recipes(recipes: &[&str]) -> Vec<Vec<u8>> {
    recipes.iter().map(|recipe| recipe.as_bytes().to_vec()).collect()
}

impl Phone {
    /// Begins a booking of the signature PIN.
    pub async fn start_signature(&self) -> Booking {
        self.try_start(wire::PinKind::Signature).await.json()
    }

    /// What the surface key signs in this booking for a file of this hash.
    pub fn presence(&self, booking: &Booking, surface: reservation::SurfaceHash) -> PresenceStatement {
        PresenceStatement {
            booking: BookingId::from_u128(booking.booking.as_u128()),
            nonce: Nonce::from_bytes(booking.nonce.to_array().unwrap()),
            installation: self.installation(),
            surface,
        }
    }

    /// Reads this holder's card for this booking, and photographs its front.
    pub fn read(&self, booking: &Booking, holder: &Holder) -> Reading {
        self.read_two(booking, holder, holder)
    }

    /// Reads the certificate of one card and the surface of another.
    pub fn read_two(&self, booking: &Booking, certified: &Holder, shown: &Holder) -> Reading {
        let (surface, presence) = shown.read_surface(|hash| self.presence(booking, hash));
        let statement = BookingStatement { surface: Some(surface_hash(&surface)), ..self.statement(booking) };
        let evidence = CardEvidence { presence: Some(presence), ..certified.sign_booking(&statement) };
        Reading { evidence, surface, front: format!("face:{}", shown.name).into_bytes() }
    }

    /// The call that sends a reading.
    pub fn reading_call(booking: Uuid, reading: &Reading) -> Call {
        let evidence = serde_json::to_vec(&reading.evidence).unwrap();
        let parts: [(&str, &[u8]); 3] =
            [("evidence", &evidence), ("surface", &reading.surface), ("front", &reading.front)];
        multipart(Method::PUT, &format!("/app/v1/bookings/{booking}/card"), &parts)
    }

    /// Sends a reading.
    pub async fn send_reading(&self, booking: Uuid, reading: &Reading) -> Answer {
        self.call(Self::reading_call(booking, reading)).await
    }

    /// Begins a booking of the signature PIN and gets this holder's card accepted.
    pub async fn at_face(&self, holder: &Holder) -> AtFace {
        let booking = self.start_signature().await;
        let reading = self.read(&booking, holder);
        let accepted = self.send_reading(booking.booking, &reading).await;
        assert_eq!(accepted.status, 200, "{accepted}");
        AtFace { booking: booking.booking, surface: reading.surface }
    }

    /// Asks for a challenge.
    pub async fn try_challenge(&self, booking: Uuid) -> Answer {
        let path = format!("/app/v1/bookings/{booking}/face-challenge");
        self.call(Call::new(Method::POST, path).key(&Uuid::new_v4().to_string())).await
    }

    /// A challenge.
    pub async fn challenge(&self, booking: Uuid) -> FaceChallenge {
        self.try_challenge(booking).await.json()
    }

    /// The call that sends frames.
    pub fn frames_call(at: &AtFace, challenge: &FaceChallenge, frames: &[Vec<u8>]) -> Call {
        let FaceChallenge { attempt, nonce, .. } = challenge.clone();
        let face = serde_json::to_vec(&FaceEvidence { attempt, nonce }).unwrap();
        let mut parts: Vec<(&str, &[u8])> = vec![("face", &face), ("surface", &at.surface)];
        parts.extend(frames.iter().map(|frame| ("frame", frame.as_slice())));
        multipart(Method::POST, &format!("/app/v1/bookings/{}/face", at.booking), &parts)
    }

    /// Sends frames that answer a challenge, or do not.
    pub async fn show(&self, at: &AtFace, challenge: &FaceChallenge, frames: &[Vec<u8>]) -> Answer {
        self.call(Self::frames_call(at, challenge, frames)).await
    }

    /// Asks for a challenge and answers it with this person's face.
    pub async fn attempt(&self, at: &AtFace, name: &str, round: u32) -> Answer {
        let challenge = self.challenge(at.booking).await;
        self.show(at, &challenge, &frames(&challenge, name, round)).await
    }

    /// Fails so many times with a stranger's face.
    pub async fn fail(&self, at: &AtFace, times: u32) -> FaceVerdict {
        let mut last = None;
        for round in 0..times {
            last = Some(self.attempt(at, "stranger", 1000 + round).await.json());
        }
        last.unwrap()
    }

    /// Books the signature PIN of this holder from beginning to end.
    pub async fn book_signature(&self, holder: &Holder) -> Reservation {
        let at = self.at_face(holder).await;
        let verdict: FaceVerdict = self.attempt(&at, &holder.name.to_string(), 1).await.json();
        assert!(matches!(verdict, FaceVerdict::Matched { .. }), "{verdict:?}");
        self.reserve(at.booking).await.json()
    }
}
