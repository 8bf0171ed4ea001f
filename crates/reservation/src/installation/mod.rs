//! One installed app: its face failures and lock, and the one booking it has in hand.
//!
//! | module | idea |
//! |---|---|
//! | [`state`] | the record |
//! | [`register`] | the record begins |
//! | [`booking`] | a booking begins, is bound to one card, and ends with the card's answer |
//! | [`face`] | challenge, debit and verdict |
//! | [`lock`] | what time and staff do to the app lock |
//! | [`fact`], [`refusal`] | what the log says, and why a command is refused |
//!
//! A booking runs over two records, one commit each, in this order:
//!
//! | step | first | then |
//! |---|---|---|
//! | card evidence | [`card::Prove`](crate::card::Prove) | [`AcceptCard`] |
//! | face, before the match | [`DebitAttempt`] | [`card::Debit`](crate::card::Debit) |
//! | face, after the match | [`card::Settle`](crate::card::Settle) | [`SettleAttempt`] with the card's answer |
//! | reservation | [`card::Reserve`](crate::card::Reserve) from [`Installation::entitlement`] | [`FinishBooking`] |
//!
//! A client that got no answer sends the same request again; each command then answers as it did.

pub mod booking;
pub mod face;
pub mod fact;
pub mod lock;
pub mod refusal;
pub mod register;
pub mod state;

pub use booking::{AcceptCard, CardAccepted, FinishBooking, NextStep, StartBooking, Started};
pub use face::{AttemptAnswer, DebitAttempt, Debited, IssueChallenge, SettleAttempt};
pub use fact::Fact;
pub use lock::CopyLift;
pub use refusal::Refusal;
pub use register::Register;
pub use state::{
    Booking, Challenge, ClosedAttempt, FaceStage, FaceStep, Installation, Match, OpenAttempt, Progress,
    ProvedCard, Reserved, Standing, Verdict,
};
