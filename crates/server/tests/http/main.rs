//! The three interfaces over real listeners: real TLS, the embedded store, a card in software, a clock moved by hand.
//!
//! | module | idea |
//! |---|---|
//! | [`site`] | a server of one's own in a temporary folder |
//! | [`phone`], [`proof`] | the app as a client, and its DPoP proofs, which a test may spoil |
//! | [`signing`] | a phone that books the signature PIN, with its card and a face |
//! | [`terminal`] | a kiosk as a client |
//! | [`holder`] | a person with a card |
//! | [`answer`] | what came back |
//! | [`stalled`] | uploads that begin and do not go on |
//! | [`faults`] | a store, a register and revocations that fail on demand |
//! | the others | what must hold, as sentences |
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]
#![allow(unreachable_pub, reason = "a test program exports nothing; pub says what modules share")]

mod answer;
mod faults;
mod holder;
mod phone;
mod proof;
mod signing;
mod site;
mod stalled;
mod terminal;

mod admin;
mod booking;
mod card_evidence;
mod claiming;
mod commands;
mod completing;
mod dpop;
mod endless;
mod face_attempts;
mod face_faults;
mod face_locks;
mod face_races;
mod kiosks;
mod lifting;
mod limits;
mod logging;
mod reservations;
mod retrying;
mod routes;
mod signature_evidence;
mod stopping;
mod uploads;
mod whole;
