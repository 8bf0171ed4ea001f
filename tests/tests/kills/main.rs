//! Nothing is lost and nothing doubled when a program is killed (SIGKILL) or the card pulled, at every moment there is.
//!
//! A moment is before a question or after an answer, between any two of: phone, kiosk, server, Redis, card. Relays
//! count them in a run that is left alone; then the run is repeated for each of them, with somebody killed there. What
//! must hold afterwards is in [`check`].
//!
//! | module | who dies |
//! |---|---|
//! | [`phone`] | the phone |
//! | [`kiosk`] | the kiosk |
//! | [`server`] | the server, on both stores |
//! | [`store`] | Redis |
//! | [`pulled`] | nobody: the card is taken away |
//! | [`signature`] | in a booking of the signature PIN, from the card on: the phone, the server, the face engine |
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod check;
mod kiosk;
mod phone;
mod pulled;
mod server;
mod signature;
mod store;
