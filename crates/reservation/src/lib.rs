//! The rules of jpki-reset, and nothing else: no I/O, no async, no clock, no randomness, no serde.
//!
//! Whoever calls hands in the instant and every random value; what comes back is the next state and what
//! happened, or a refusal. So each rule exists once and is tested without a server, a store or a card.
//!
//! | module | idea |
//! |---|---|
//! | [`pin`] | the two PIN kinds, their alphabets, the rules for a new PIN |
//! | [`timestamp`] | an instant in milliseconds, and Japan Standard Time |
//! | [`calendar`] | the Japanese eras, and a birth date as six digits |
//! | [`id`] | what things are called by: bookings, claims, cards, kiosks, installations |
//! | [`number`] | the reservation number a person reads out |
//! | [`statement`] | the labelled bytes that cards and the authority sign |
//! | [`limits`] | every figure of the service in one table |
//! | [`hours`], [`offer`] | when kiosks work, and which operator resets which PIN kind from when |
//! | [`pose`] | the poses of a face challenge |
//! | [`policy`] | the settings a decision is made under |
//! | [`decision`] | [`decide`]: the frame in which every command is decided |
//! | [`installation`] | one installed app: its lock and the booking in hand |
//! | [`card`] | one card: its locks, reservations, claims and completions |

pub mod calendar;
pub mod card;
pub mod decision;
pub mod hours;
pub mod id;
pub mod installation;
pub mod limits;
pub mod number;
pub mod offer;
pub mod pin;
pub mod policy;
pub mod pose;
pub mod statement;
pub mod timestamp;

pub use card::Card;
pub use decision::{Aggregate, Command, Decision, Event, decide};
pub use hours::Hours;
pub use id::{
    AttemptId, BookingId, CardId, CertificateHash, ClaimId, FrameMark, InstallationId, KeyHash, KioskId,
    Nonce, OperatorId, RequestHash, RequestKey, SessionId, StaffId, SurfaceHash,
};
pub use installation::Installation;
pub use number::ReservationNumber;
pub use offer::Kinds;
pub use pin::PinKind;
pub use policy::{ChallengePolicy, Policy};
pub use pose::{Pose, PoseSequence, Turns};
pub use timestamp::Timestamp;
