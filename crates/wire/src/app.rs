//! Bodies of the app listener (`/app/v1`), called by a phone with a DPoP proof (RFC 9449).

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::encoding::{Bytes, PinKind};

/// `POST /app/v1/installations`: registers the device key that the DPoP proof carries. Idempotent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterInstallation {
    /// What the app calls itself: name and version, at most 64 characters. It is not kept.
    pub app: String,
}

/// The installation, named by the RFC 7638 thumbprint of its device key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Installation {
    /// SHA-256 thumbprint of the device key; stands in the statement the card signs.
    pub installation: Bytes,
    /// The terms in force, to be shown and accepted.
    pub terms: Terms,
}

/// The terms of use that a holder must accept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Terms {
    /// Version, to be sent back with a booking.
    pub version: String,
    /// What is accepted, in Japanese.
    pub ja: String,
    /// What is accepted, in English.
    pub en: String,
}

/// `POST /app/v1/bookings`, with an `Idempotency-Key` header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartBooking {
    /// The PIN to be reset.
    pub target: PinKind,
    /// The version of the terms the holder has accepted.
    pub terms: String,
    /// The holder's explicit consent to what the booking asks for.
    pub consent: bool,
}

/// What the phone must do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Read the card and send the evidence.
    Card,
    /// Ask for a face challenge and show the face.
    Face,
    /// Ask for the reservation.
    Reservation,
}

/// A booking that has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Booking {
    /// The booking.
    pub booking: Uuid,
    /// The PIN to be reset.
    pub target: PinKind,
    /// 256 bits for the statement the card signs.
    pub nonce: Bytes,
    /// All steps from here, in order.
    pub steps: Vec<Step>,
    /// The booking ends here.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// The part `evidence` of `PUT /app/v1/bookings/{booking}/card`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CardEvidence {
    /// The certificate of the known PIN's key, DER.
    pub certificate: Bytes,
    /// That key's signature (RSA PKCS#1 v1.5, SHA-256) over the booking statement.
    pub signature: Bytes,
}

/// The answer to card evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CardAccepted {
    /// What comes next.
    pub next: Step,
}

/// Where a reservation can be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Place {
    /// The operator, as the service data call it.
    pub operator: String,
    /// Its name in Japanese.
    pub ja: String,
    /// Its name in English.
    pub en: String,
    /// What the service data say about its stores, in Japanese; may be empty.
    pub note_ja: String,
    /// The same in English.
    pub note_en: String,
}

/// A reservation as the app sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reservation {
    /// Twelve digits to read out to the support desk; no credential.
    pub number: String,
    /// The PIN to be reset.
    pub target: PinKind,
    /// Where it stands.
    pub state: ReservationState,
    /// To the second, 24 hours after the booking's completion.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// The last moment at which a kiosk still begins a reset: the hours' end before `expires_at`, or that.
    #[serde(with = "time::serde::rfc3339")]
    pub last_arrival: OffsetDateTime,
    /// The token for status and cancelling; only in the answer that makes the reservation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Operators whose kiosks reset this PIN kind today.
    pub places: Vec<Place>,
}

/// Where a reservation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum ReservationState {
    /// Waiting for the holder at a kiosk.
    Reserved {
        /// Claims that are left.
        claims_left: u8,
    },
    /// A kiosk is at work.
    Claimed {
        /// When the kiosk's hold ends.
        #[serde(with = "time::serde::rfc3339")]
        lease_ends: OffsetDateTime,
    },
    /// The new PIN is set.
    Completed {
        /// When the proof arrived.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Cancelled by the holder or the desk.
    Cancelled {
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Its 24 hours are over.
    Expired,
    /// All three claims were spent without a proof.
    Exhausted,
    /// A newer booking of the same card took its place.
    Replaced,
}
