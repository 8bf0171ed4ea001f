//! How a request becomes something a handler can believe: who sent it, and what it says.
//!
//! | module | idea |
//! |---|---|
//! | [`body`] | the body, read into bounded memory in bounded time |
//! | [`json`] | JSON that is exactly what the interface describes |
//! | [`phone`] | the app: DPoP proof, body digest, replay, rate |
//! | [`terminal`] | the kiosk: its TLS certificate, and that it was admitted and not disabled |
//! | [`operator`] | the operator's token |
//! | [`forwarded`] | for which address one of our own proxies asks |
//! | [`bearer`] | `Authorization` headers |
//! | [`idempotency`] | the `Idempotency-Key` header |
//! | [`multipart`] | bodies of several parts |
//! | [`evidence`] | the card's evidence |
//! | [`frames`] | what is sent for a face attempt |
//!
//! These are extractors: a handler that names one in its arguments cannot be reached without it.

pub mod bearer;
pub mod body;
pub mod evidence;
pub mod forwarded;
pub mod frames;
pub mod idempotency;
pub mod json;
pub mod multipart;
pub mod operator;
pub mod phone;
pub mod terminal;
