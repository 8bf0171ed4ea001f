//! One installed app: its face failures and lock, and the one booking it has in hand.
//!
//! | file | idea |
//! |---|---|
//! | `state`, `booking` | the record, and the booking in hand |
//! | `register` | the record begins |
//! | `start`, `evidence`, `finish` | a booking begins, is bound to one card, and ends with the card's answer |
//! | `challenge`, `attempt` | the face step: challenge, debit and verdict |
//! | `lock` | what time and staff do to the app lock |
//! | `fact`, `refusal` | what the log says, and why a command is refused |
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

mod attempt;
mod booking;
mod challenge;
mod evidence;
mod fact;
mod finish;
mod lock;
mod refusal;
mod register;
mod start;
mod state;

pub use attempt::{AttemptAnswer, DebitAttempt, Debited, SettleAttempt};
pub use booking::{
    Booking, Challenge, ClosedAttempt, FaceStage, FaceStep, Match, OpenAttempt, Progress, ProvedCard,
    Rejection, Reserved, Verdict,
};
pub use challenge::IssueChallenge;
pub use evidence::{AcceptCard, CardAccepted, NextStep};
pub use fact::{Fact, Repeat};
pub use finish::FinishBooking;
pub use lock::CopyLift;
pub use refusal::{Expected, Refusal};
pub use register::Register;
pub use start::{StartBooking, Started};
pub use state::{Installation, Standing};
