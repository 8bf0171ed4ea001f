//! Whole-stack tests: the real programs, a real PC/SC stack, real TLS, both stores.
//!
//! | module | idea |
//! |---|---|
//! | [`stack`] | everything as in the field, each program a process of its own |
//! | [`site`] | what the operator makes: keys, certificates, settings, kiosks, simulated cards |
//! | [`programs`], [`child`], [`said`] | our programs: where they are, one that runs, what one said |
//! | [`faces`], [`camera`] | two people, and what a phone's camera makes of them |
//! | [`sitter`], [`odd_pictures`] | frames put together in this process; pictures that cannot be judged |
//! | [`holder`], [`terminal`], [`keys`] | a phone, a kiosk and a card's keys in this process |
//! | [`face_booking`] | a booking of the signature PIN in this process, up to the face |
//! | [`trace`] | what a card was asked |
//! | [`cards`] | a card in the test's own hand |
//! | [`insertion`] | whether a virtual reader holds a card |
//! | [`memory`], [`traces`] | what a running program holds, and what pictures leave behind |
//! | [`redis`] | a private Redis that loses nothing |
//! | [`library`] | the server as a library, its time moved by hand |
//! | [`look`] | what the store holds, unsealed |
//! | [`relay`] | stands between two programs, counts messages, and acts between any two of them |
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

pub mod camera;
pub mod cards;
pub mod child;
pub mod face_booking;
pub mod faces;
pub mod holder;
pub mod insertion;
pub mod keys;
pub mod library;
pub mod look;
pub mod memory;
pub mod odd_pictures;
pub mod programs;
pub mod redis;
pub mod relay;
pub mod said;
pub mod site;
pub mod sitter;
pub mod stack;
pub mod terminal;
pub mod trace;
pub mod traces;
