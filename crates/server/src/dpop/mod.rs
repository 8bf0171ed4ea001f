//! The app's proof of itself: DPoP (RFC 9449), with a server nonce and the body's digest.
//!
//! | module | idea |
//! |---|---|
//! | [`nonce`] | the server nonce: stateless, good for a few minutes, the same on every server with the key |
//! | [`jws`] | the proof as it stands in the header: parsed strictly, before any cryptography |
//! | [`proof`] | what the proof must say about this request |
//!
//! A proof is verified before anything costly is done for its sender. What we ask beyond the RFC is the claim
//! `body_sha256`, the unpadded base64url of the SHA-256 of the raw body, wherever a request has a body: so a
//! proof lifted from one request cannot carry another body.

pub mod jws;
pub mod nonce;
pub mod proof;

pub use nonce::Nonces;
pub use proof::{Claimed, Expected, ProofError};
