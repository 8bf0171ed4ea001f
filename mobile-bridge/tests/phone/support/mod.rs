//! A server in memory that keeps the promises of design §4 for the app, and one issued card.

pub(crate) mod card;
pub(crate) mod server;
