//! The phone's core: proofs checked by another party's library, a booking with a software card, and a phone that is
//! killed between any two messages.

#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod booking;
mod http;
mod killed;
mod proof;
mod support;
