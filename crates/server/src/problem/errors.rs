//! What the other crates' errors mean to a caller: certainly not done, unknown, or a fault of ours.

use authority::AuthorityUnavailable;
use ledger::{CommitError, ReadError, RememberError};
use wire::problem::ProblemType;

use super::Refusal;
use crate::dpop::ProofError;

impl From<ProofError> for Refusal {
    fn from(error: ProofError) -> Self {
        let (kind, cause) = match error {
            ProofError::Nonce => (ProblemType::DpopNonceRequired, "no nonce, or an old one"),
            ProofError::Missing => (ProblemType::DpopInvalid, "not exactly one DPoP header"),
            ProofError::Form => (ProblemType::DpopInvalid, "not a compact JWS of the right form"),
            ProofError::Type => (ProblemType::DpopInvalid, "typ is not dpop+jwt"),
            ProofError::Algorithm => (ProblemType::DpopInvalid, "alg is not ES256"),
            ProofError::Critical => (ProblemType::DpopInvalid, "crit is present"),
            ProofError::SecretKey => (ProblemType::DpopInvalid, "jwk carries a secret key"),
            ProofError::Key => (ProblemType::DpopInvalid, "jwk is not a P-256 public key"),
            ProofError::Signature => (ProblemType::DpopInvalid, "signature or claims do not hold"),
            ProofError::Method => (ProblemType::DpopInvalid, "htm names another method"),
            ProofError::Address => (ProblemType::DpopInvalid, "htu names another address"),
            ProofError::Stale => (ProblemType::DpopInvalid, "iat is too far from our clock"),
            ProofError::Id => (ProblemType::DpopInvalid, "jti is empty or too long"),
            ProofError::AccessToken => (ProblemType::DpopInvalid, "ath does not fit the access token"),
            ProofError::Body => (ProblemType::DpopInvalid, "body_sha256 does not fit the body"),
            ProofError::Replayed => (ProblemType::DpopInvalid, "the proof was used before"),
        };
        Self::new(kind).because(cause)
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unavailable(_) => {
                Self::new(ProblemType::Unavailable).because("the store was not read")
            }
            ReadError::Damaged => Self::new(ProblemType::Internal).because("a record of no known form"),
        }
    }
}

impl From<RememberError> for Refusal {
    /// Either way the proof is spent; the app makes a new one.
    fn from(_: RememberError) -> Self {
        Self::new(ProblemType::Unavailable).because("the proof could not be remembered")
    }
}

impl From<CommitError> for Refusal {
    fn from(error: CommitError) -> Self {
        let (kind, cause) = match error {
            CommitError::Conflict => (ProblemType::Unavailable, "the record kept changing"),
            CommitError::NotDone(_) => (ProblemType::Unavailable, "the store did not commit"),
            CommitError::OutcomeUnknown(_) => {
                (ProblemType::OutcomeUnknown, "the commit's outcome is unknown")
            }
            CommitError::ClockAhead { .. } => (ProblemType::Unavailable, "our clock is ahead of the store's"),
            CommitError::Damaged => (ProblemType::Internal, "a record of no known form"),
            CommitError::TooLarge => (ProblemType::Internal, "the record outgrew its bounds"),
        };
        Self::new(kind).because(cause)
    }
}

impl From<AuthorityUnavailable> for Refusal {
    fn from(_: AuthorityUnavailable) -> Self {
        Self::new(ProblemType::Unavailable).because("the authority could not sign")
    }
}
