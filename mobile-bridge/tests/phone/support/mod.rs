//! A server in memory that keeps the promises of design §4 and §7 for the app, and one issued card.

pub(crate) mod card;
pub(crate) mod server;
pub(crate) mod world;
