//! A software My Number Card: its issuer, the card itself, and the ways to plug it into a reader.
//!
//! Issuer, certificates and the PIN reset are *simulated*: the real ones are not public (docs/card-reset.md).

pub mod issuer;
