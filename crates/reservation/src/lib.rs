//! The rules of jpki-reset, and nothing else: no I/O, no async, no clock, no randomness, no serde.
//!
//! Whoever calls hands in the instant and every random value; what comes back is the next state and what
//! happened, or a refusal. So each rule exists once and is tested without a server, a store or a card.
//!
//! | module | idea |
//! |---|---|
//! | [`pin`] | the two PIN kinds, their alphabets, the rules for a new PIN |
//! | [`timestamp`] | an instant in milliseconds, and Japan Standard Time |
//! | [`id`] | what things are called by: bookings, claims, cards, kiosks, installations |
//! | [`number`] | the reservation number a person reads out |
//! | [`statement`] | the labelled bytes that cards and the authority sign |
//! | [`limits`] | every figure of the service in one table |

pub mod id;
pub mod limits;
pub mod number;
pub mod pin;
pub mod statement;
pub mod timestamp;

pub use id::{
    BookingId, CardId, CertificateHash, ClaimId, InstallationId, KeyHash, KioskId, Nonce, OperatorId,
    SessionId,
};
pub use number::ReservationNumber;
pub use pin::PinKind;
pub use timestamp::Timestamp;
