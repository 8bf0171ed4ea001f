//! Bodies of the app listener (`/app/v1`), called by a phone with a DPoP proof (RFC 9449).

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::encoding::{Bytes, PinKind};
use crate::problem::Advice;

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
    /// The surface application's signature (RSA PKCS#1 v1.5, SHA-256) over the presence statement; for the signature
    /// PIN, and only for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence: Option<Bytes>,
}

/// The part `surface` of a booking of the signature PIN: what the chip's surface application (券面事項確認AP) says, the
/// pictures of name and address left out. The bytes of this part are hashed as they are sent, and the face step sends
/// the same bytes again.
///
/// Objects are BER-TLV, tag and length included, exactly as they stand on the card: the issuer signed them so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SurfaceFile {
    /// Objects DF22, DF23, DF24 of EF 0002 one after the other: birth date, sex, the surface key.
    pub holder: Bytes,
    /// SHA-256 over objects DF25 and DF26 one after the other: the pictures of name and address stay on the phone.
    pub pictures: Bytes,
    /// Object DF27: the portrait, JPEG 2000.
    pub portrait: Bytes,
    /// The value of DF28: the issuer's signature over the three groups.
    pub signature: Bytes,
    /// EF 0004: the card-verifiable certificate of the key that signed them.
    pub certificate: Bytes,
}

/// One step of a face challenge. The pictures that are sent are not mirrored, whatever the screen shows: the holder's left
/// is the picture's right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pose {
    /// Look straight into the camera.
    Front,
    /// Turn the head to the holder's own left, and hold it there.
    Left,
    /// Turn the head to the holder's own right, and hold it there.
    Right,
}

/// `POST /app/v1/bookings/{booking}/face-challenge`, with an `Idempotency-Key` header and no body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FaceChallenge {
    /// The challenge, and the attempt that is made on it.
    pub attempt: Uuid,
    /// 256 bits, drawn for this challenge, to be sent with the frames.
    pub nonce: Bytes,
    /// What to show, in this order: from the front first, then turns, no two alike in a row. Each pose is held for two
    /// frames at least, the first one for three; frames taken on the way from one pose to the next belong to it.
    pub poses: Vec<Pose>,
    /// Frames that arrive at this time or later are too late.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Fewest frames in all.
    pub frames_least: u8,
    /// Most frames in all.
    pub frames_most: u8,
}

/// The part `face` of `POST /app/v1/bookings/{booking}/face`; beside it the part `surface`, byte for byte as the card's
/// evidence had it, and the parts `frame`: JPEG pictures in the order they were taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FaceEvidence {
    /// The challenge that the frames answer.
    pub attempt: Uuid,
    /// The challenge's nonce.
    pub nonce: Bytes,
}

/// The verdict. The same request again gets the same verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum FaceVerdict {
    /// The face is the card's.
    Matched {
        /// What comes next.
        next: Step,
    },
    /// It is not, or nobody could tell.
    NotMatched {
        /// Attempts that are left before the lock.
        tries_left: u8,
        /// What to do better, where more is known than that it was not matched.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        advice: Option<Advice>,
    },
    /// It was the last attempt: the app is locked, and so is the card, unless the failures were made with several.
    Locked {
        /// When the lock ends.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
        /// The number to read out to the support desk.
        number: String,
    },
    /// Too many failures in all: two members of the support desk's staff must lift the card's lock.
    LockedForGood {
        /// The number to read out to the support desk.
        number: String,
    },
    /// A fault of ours: nothing was counted. Ask for a new challenge.
    Voided {
        /// Attempts that are left before the lock.
        tries_left: u8,
    },
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
