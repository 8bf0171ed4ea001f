//! What phone and kiosk share: towards the server, the card and the person before them.
//!
//! | module | idea |
//! |---|---|
//! | [`connection`] | one HTTPS exchange: configured authority, bounded in size and time, no redirects |
//! | [`failure`] | what went wrong, split by what the caller can do, with the next step for the person |
//! | [`retry`] | repeats what may be repeated, later and later, and not for ever |
//! | [`first_look`] | what the card allows, known before any PIN is typed |
//! | [`private_file`] | files of mode 0600 that are whole or absent |
//! | [`lock`] | one process at a time |
//! | [`entry`] | lines and PINs from the terminal without echo, or from a pipe |
//! | [`screen`] | what a person reads, in their language |
//! | [`tell`] | a refusal as the person reads it |
//! | [`reader`] | the card reader of a terminal program |
//! | [`undo`] | what must not outlive the program |
//! | [`words`] | the card's troubles in both languages |
//! | [`language`] | Japanese or English |
//! | [`jst`] | instants as a person in Japan reads them |
//! | [`clock`] | the wall clock, read in one place |
//! | [`program`] | settings files and logs of both programs |
//! | [`exit`] | exit codes of both programs |

pub mod clock;
pub mod connection;
pub mod entry;
pub mod exit;
pub mod failure;
pub mod first_look;
mod hidden;
mod interrupt;
pub mod jst;
pub mod language;
pub mod lock;
pub mod private_file;
pub mod program;
pub mod reader;
pub mod retry;
pub mod screen;
pub mod tell;
pub mod undo;
pub mod words;

pub use connection::{Answer, Call, Connection, Endpoint, Method};
pub use failure::{Failure, Refusal};
pub use first_look::{Counters, FirstLook, NoUse, Office};
pub use language::Language;
pub use retry::Retry;
pub use screen::Screen;
