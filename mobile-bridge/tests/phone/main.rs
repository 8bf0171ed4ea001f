//! The phone's core: proofs checked by another party's library, bookings of both PINs with a software card and text for
//! faces, and a phone that is killed between any two messages.

#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod booking;
mod face;
mod front;
mod http;
mod killed;
mod proof;
mod secrets;
mod support;
