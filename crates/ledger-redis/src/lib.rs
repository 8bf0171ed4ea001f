//! The ledger on Redis: one server, one small script, nothing acknowledged that is not on its disk.
//!
//! What is there: TCP and unix sockets, ACL users with passwords from files, the start gate, bounded waits,
//! recovery without a restart. What is not: Sentinel and Cluster (the keys are laid out for them).
//!
//! | module | idea |
//! |---|---|
//! | [`settings`] | where the server is and how long we wait |
//! | [`store`] | the [`ledger::Ledger`] itself |
//! | `script` | the one script: compare, write, append |
//! | `keys` | every key, built in one place |
//! | `audit`, `gate` | the server's settings judged; no commit passes to an unsafe server |
//! | `connector`, `pool`, `reader` | connections: how made, which serve commits, which readers |
//! | `trouble` | what an error means: certainly not done, or unknown |

pub mod settings;
pub mod store;

mod audit;
mod connector;
mod gate;
mod keys;
mod pool;
mod reader;
mod script;
mod trouble;

pub use settings::{Credentials, Settings, SettingsError};
pub use store::{RedisLedger, StartError};
