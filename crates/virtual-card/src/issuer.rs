//! The *simulated* issuer: certification authorities, cards, revocation lists and the card register.

pub mod register;
