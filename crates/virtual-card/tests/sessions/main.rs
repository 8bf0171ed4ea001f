//! The card session of the crate `card` with this card behind it: the same contract in process and through the real
//! PC/SC stack, and what only a reader can do.
#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

mod child;
mod in_process;
mod over_pcsc;
mod reader;

use time::OffsetDateTime;
use time::macros::datetime;

/// The moment of every test: 16:30 in Japan.
const NOW: OffsetDateTime = datetime!(2026-11-21 07:30 UTC);
