//! The server as the booking sees it.

use async_trait::async_trait;
use client::Failure;
use time::OffsetDateTime;
use uuid::Uuid;
use wire::app::{
    Booking, CardAccepted, FaceChallenge, FaceEvidence, FaceVerdict, Installation, Reservation, StartBooking,
};

use crate::device_key::KeyUnavailable;
use crate::pictures::Frames;
use crate::proof::{CardProof, SurfaceBytes};

/// Why a call brought no result.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// The server, or the way to it.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The phone's own key.
    #[error(transparent)]
    Key(#[from] KeyUnavailable),
}

/// Names one intended booking, challenge or reservation, however often it is asked for. Drawn and stored before first
/// use.
pub type IdempotencyKey = Uuid;

/// The app listener's interface. Every call may be repeated: it is the same call then, and gets the same answer.
#[async_trait]
pub trait BookingServer: Send + Sync {
    /// The server's present time, as well as the phone can tell: its deadlines are meant by its own clock.
    fn now(&self) -> OffsetDateTime;

    /// Registers this device's key, if it is not yet; tells the terms in force.
    async fn register(&self, app: &str) -> Result<Installation, CallError>;

    /// Begins a booking.
    async fn start(&self, key: IdempotencyKey, body: &StartBooking) -> Result<Booking, CallError>;

    /// Sends what the card proved.
    async fn prove_card(&self, booking: Uuid, proof: &CardProof) -> Result<CardAccepted, CallError>;

    /// Asks what the face has to show.
    async fn face_challenge(&self, key: IdempotencyKey, booking: Uuid) -> Result<FaceChallenge, CallError>;

    /// Shows the face for a challenge: once counted, however often it is sent.
    async fn show_face(
        &self,
        booking: Uuid,
        evidence: &FaceEvidence,
        surface: &SurfaceBytes,
        frames: &Frames,
    ) -> Result<FaceVerdict, CallError>;

    /// Turns the booking into a reservation.
    async fn reserve(&self, key: IdempotencyKey, booking: Uuid) -> Result<Reservation, CallError>;

    /// Where a reservation stands.
    async fn reservation(&self, number: &str, token: &str) -> Result<Reservation, CallError>;

    /// Cancels a reservation; where it stood after that.
    async fn cancel(&self, number: &str, token: &str) -> Result<Reservation, CallError>;
}
