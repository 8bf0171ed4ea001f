//! One card: its face failures and lock, its reservations with their claims, and a short history.
//!
//! A record begins when the card proves itself for the first time; nothing is ever stored, let alone counted,
//! of a card that has not ([`Prove`]).
//!
//! | module | idea |
//! |---|---|
//! | [`state`] | the record |
//! | [`reservation`] | reservations, claims, and how they end |
//! | [`prove`] | the card proved itself in a booking; its number |
//! | [`face`] | debit and verdict |
//! | [`reserve`] | a booking becomes a reservation |
//! | [`claim`] | a kiosk takes hold of it |
//! | [`completion`] | how the reset ended: proof, failure, unknown |
//! | [`cancel`] | by the holder, or by the desk with two people |
//! | [`lift`] | the lock is lifted by two people |
//! | [`time`] | what time alone does |
//! | [`fact`], [`refusal`] | what the log says, and why a command is refused |

pub mod cancel;
pub mod claim;
pub mod completion;
pub mod face;
pub mod fact;
pub mod lift;
pub mod prove;
pub mod refusal;
pub mod reservation;
pub mod reserve;
pub mod state;
pub mod time;

pub use cancel::{ApproveCancel, Cancel, Canceller};
pub use claim::{Claim, ClaimRequest, Grant, Granted, NewClaim, Permission};
pub use completion::{Complete, Fail, LeaveUnknown, Settled};
pub use face::{CardTries, Debit, DebitAnswer, Finding, Settle, SettleAnswer};
pub use fact::Fact;
pub use lift::{ApproveLift, Lift, Lifted};
pub use prove::{Prove, Proved};
pub use refusal::Refusal;
pub use reservation::{
    CancelledBy, ClaimFacts, ClaimOutcome, End, EndedClaim, FailureReason, Live, LiveClaim, Reservation,
    ReservationStatus, Status,
};
pub use reserve::{Basis, Reserve};
pub use state::{Approval, Card, OpenAttempt, ProvedIn, SettledAttempt, Standing};
