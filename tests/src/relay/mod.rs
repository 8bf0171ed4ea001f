//! Relays: they stand between two programs, count what is asked and answered, and act between any two messages.
//!
//! A test first lets a run pass and counts its exchanges, then repeats it once for every moment and kills somebody
//! there. So no moment is forgotten, and nothing depends on how fast a machine is.
//!
//! | module | between |
//! |---|---|
//! | [`trap`] | what is common: counting, and what happens where |
//! | [`https`] | phone or kiosk, and server |
//! | [`resp`] | server and Redis |
//! | [`vpcd`] | reader and card |

pub mod https;
pub mod resp;
pub mod trap;
pub mod vpcd;

pub use https::HttpsRelay;
pub use resp::RedisRelay;
pub use trap::{Heard, Moment, Then, Trap};
pub use vpcd::CardRelay;
