//! What the other crates' errors mean to a caller: certainly not done, unknown, or a fault of ours.

use authority::{AuthorityUnavailable, CryptoSelfTest};
use ledger::{RememberError, StoreError, TransactError};
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

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let (kind, cause) = match error {
            StoreError::Unavailable(_) => (ProblemType::Unavailable, "the store is not available"),
            StoreError::OutcomeUnknown(_) => (ProblemType::OutcomeUnknown, "a commit's outcome is unknown"),
            StoreError::Contended => (ProblemType::Unavailable, "too many changes of one record at once"),
            StoreError::ClockAhead { .. } => (ProblemType::Unavailable, "our clock is ahead of the store's"),
            StoreError::Sealed(_) => {
                (ProblemType::Internal, "a record was tampered with, or its key is not here")
            }
            StoreError::Form(_) | StoreError::Damaged => (ProblemType::Internal, "a record of no known form"),
            StoreError::TooLarge => (ProblemType::Internal, "a record outgrew its bounds"),
        };
        Self::new(kind).because(cause)
    }
}

impl From<TransactError<ProblemType>> for Refusal {
    fn from(error: TransactError<ProblemType>) -> Self {
        match error {
            TransactError::Refused(kind) => kind.into(),
            TransactError::Store(error) => error.into(),
        }
    }
}

impl From<CryptoSelfTest> for Refusal {
    fn from(_: CryptoSelfTest) -> Self {
        Self::new(ProblemType::Internal).because("no token could be made")
    }
}

impl From<RememberError> for Refusal {
    /// Either way the proof is spent; the app makes a new one.
    fn from(_: RememberError) -> Self {
        Self::new(ProblemType::Unavailable).because("the proof could not be remembered")
    }
}

impl From<AuthorityUnavailable> for Refusal {
    fn from(_: AuthorityUnavailable) -> Self {
        Self::new(ProblemType::Unavailable).because("the authority could not sign")
    }
}
