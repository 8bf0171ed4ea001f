//! The simulated reset of a PIN: what the card accepts, what it refuses, and what the driver makes of it.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

#[path = "../common/mod.rs"]
mod common;

mod card_side;
mod driver_side;
mod setup;
