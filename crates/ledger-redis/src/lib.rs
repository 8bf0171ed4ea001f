//! The ledger on Redis: one server, one small script, nothing acknowledged that is not on its disk.
//!
//! What is there: TCP, TLS (with a client certificate) and unix sockets, ACL users with passwords from files, the
//! start gate, bounded waits, recovery without a restart. What is not: Sentinel and Cluster (the keys are laid out for them).
//!
//! | module | idea |
//! |---|---|
//! | [`settings`] | where the server is and how long we wait |
//! | [`acl`] | what its two users may do |
//! | [`store`] | the [`ledger::Ledger`] itself |
//! | `script` | the one script: compare, write, append |
//! | `keys` | every key, built in one place |
//! | `audit`, `gate` | the server's settings judged; no commit passes to an unsafe server |
//! | `target`, `connector` | how connections are made |
//! | `pool`, `reader` | connections for commits, and the one for readers |
//! | `trouble` | what an error means: certainly not done, or unknown |

pub mod acl;
pub mod settings;
pub mod store;

mod audit;
mod connector;
mod gate;
mod keys;
mod pool;
mod reader;
mod script;
mod target;
mod trouble;

pub use settings::{Credentials, Identity, Settings, SettingsError, Tls};
pub use store::{RedisLedger, StartError};
