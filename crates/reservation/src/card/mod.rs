//! One card: its face failures and lock, its reservations with their claims, and a short history.
//!
//! A record begins when the card proves itself for the first time; nothing is ever stored, let alone counted,
//! of a card that has not ([`Prove`]).
//!
//! | file | idea |
//! |---|---|
//! | `state` | the record |
//! | `reservation`, `claims`, `status` | reservations, their claims, and how they are seen from outside |
//! | `prove` | the card proved itself in a booking; its number |
//! | `face` | debit and verdict |
//! | `reserve` | a booking becomes a reservation |
//! | `claim` | a kiosk takes hold of it |
//! | `completion` | how the reset ended: proof, failure, unknown |
//! | `cancel` | by the holder, or by the desk with two people |
//! | `lift` | the lock is lifted by two people |
//! | `time` | what time alone does |
//! | `fact`, `refusal` | what the log says, and why a command is refused |

mod cancel;
mod claim;
mod claims;
mod completion;
mod face;
mod fact;
mod lift;
mod prove;
mod refusal;
mod reservation;
mod reserve;
mod state;
mod status;
mod time;

pub use cancel::{ApproveCancel, Cancel, Canceller};
pub use claim::{Claim, ClaimRequest, Grant, Granted, NewClaim, Permission};
pub use claims::{ClaimFacts, ClaimOutcome, EndedClaim, FailureReason, LiveClaim};
pub use completion::{Complete, Fail, LeaveUnknown, Settled};
pub use face::{CardTries, Debit, DebitAnswer, Finding, Settle, SettleAnswer};
pub use fact::{Fact, Repeat};
pub use lift::{ApproveLift, Lift, Lifted};
pub use prove::{Prove, Proved};
pub use refusal::Refusal;
pub use reservation::{CancelledBy, End, Live, Reservation};
pub use reserve::{Basis, Reserve};
pub use state::{Approval, Card, OpenAttempt, ProvedIn, SettledAttempt, Standing};
pub use status::{ReservationStatus, Status};
