//! How a visit at the kiosk ended, for the receipt and the exit code.

use card::{CertificateError, SignError, VerifyError};
use client::{Failure, NoUse};
use time::OffsetDateTime;
use uuid::Uuid;
use wire::kiosk::FailureReason;

use crate::delivery::Delivery;
use crate::journal::JournalError;
use crate::reader::NoCard;

/// How it ended.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing was claimed, nothing has changed.
    NotClaimed(NotClaimed),
    /// The server may have granted a claim whose answer never came; nothing has changed on the card.
    PerhapsClaimed(Failure),
    /// The claim is over and the card kept its old PIN.
    NotDone {
        /// The claim.
        claim: Uuid,
        /// Why.
        reason: FailureReason,
        /// What the server knows.
        delivery: Delivery,
    },
    /// Nobody can tell whether the card took the new PIN.
    Unknown {
        /// The claim.
        claim: Uuid,
        /// Whether the card had confirmed it, and only the proof is missing.
        confirmed: bool,
        /// The hold ends here; then the holder may begin again.
        lease_ends: OffsetDateTime,
        /// What the server knows.
        delivery: Delivery,
    },
    /// The card took the new PIN and proved it.
    Done {
        /// The claim.
        claim: Uuid,
        /// What the server knows.
        delivery: Delivery,
    },
}

/// Why nothing was claimed.
#[derive(Debug, thiserror::Error)]
pub enum NotClaimed {
    /// The server refused, or cannot be reached: no reset without it.
    #[error(transparent)]
    Server(#[from] Failure),
    /// No card.
    #[error(transparent)]
    NoCard(#[from] NoCard),
    /// The card cannot be used; no try was spent.
    #[error(transparent)]
    NoUse(#[from] NoUse),
    /// The holder did not type the known PIN.
    #[error("the PIN was not entered")]
    GaveUp,
    /// Nobody typed the known PIN for so long that the card was switched off.
    #[error("nobody entered the PIN")]
    NotInTime,
    /// The known PIN was not accepted.
    #[error(transparent)]
    Pin(#[from] VerifyError),
    /// The PIN was right, and the certificate could not be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The PIN was right, and the card did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The journal cannot be written: without it nothing is done.
    #[error(transparent)]
    Journal(#[from] JournalError),
}
