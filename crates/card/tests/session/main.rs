//! The card session against transcripts and against hostile cards.

#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

mod dialogue;
mod hostile;
mod reset;
mod script;
mod surface;
mod traces;
