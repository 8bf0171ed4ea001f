//! A whole world around a kiosk in one process: a software card, a server that keeps the promises of design §5, a
//! holder who types what a test says, a clock that stands still, and a switch that kills the kiosk at any step.

pub(crate) mod card;
pub(crate) mod holder;
pub(crate) mod kill;
pub(crate) mod pins;
pub(crate) mod server;
pub(crate) mod world;
