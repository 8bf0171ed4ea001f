//! The server of jpki-reset: three listeners, one store, no secrets of the holder.
//!
//! | module | idea |
//! |---|---|
//! | [`config`] | settings, one struct per concern |
//! | [`service`] | operators, hours, terms: data |
//! | [`clock`], [`random`] | the two things that are handed to the rules |
//! | [`listener`] | app, kiosk, admin, and the frame round every request |
//! | [`request`] | who sent it and what it says, believed only when proved |
//! | [`dpop`] | the app's proof of itself (RFC 9449) |
//! | [`evidence`], [`surface`] | what must be believed about a card before anything is done for it |
//! | [`engine`], [`attempt`] | the face engine, and a face attempt over its two records |
//! | [`locks`] | a lock is told with a number that can be found |
//! | [`problem`] | the one place that turns errors into RFC 9457 problems |
//! | [`rate`] | how often a client may ask |
//! | [`pki`], [`files`] | our own certificates and key files |
//! | [`openapi`] | the documents of the interfaces |
//! | [`handlers`] | what each interface does |
//! | [`cli`] | the command line |
//! | [`observe`], [`watch`] | log lines, metrics, readiness |
//! | [`process`] | what the program does for its own memory |
//! | [`parts`], [`assemble`], [`mod@start`] | what a running server is made of |
//!
//! A handler has four thoughts: parse, load, decide, commit. The rules themselves are in the crate `reservation`.

pub mod assemble;
pub mod attempt;
pub mod cli;
pub mod clock;
pub mod config;
pub mod dpop;
pub mod engine;
pub mod evidence;
pub mod files;
pub mod handlers;
pub mod listener;
pub mod locks;
pub mod observe;
pub mod openapi;
pub mod parts;
pub mod pki;
pub mod problem;
pub mod process;
pub mod random;
pub mod rate;
pub mod request;
pub mod service;
pub mod start;
pub mod surface;
pub mod watch;

pub use config::Config;
pub use parts::Parts;
pub use start::{Running, StartError, start};
