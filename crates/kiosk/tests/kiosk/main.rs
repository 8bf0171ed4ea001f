//! The kiosk's core with a software card, from the first counter to the server's final answer.

#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod delivery;
mod killed;
mod left;
mod new_pin;
mod pulled;
mod support;
mod visit;
