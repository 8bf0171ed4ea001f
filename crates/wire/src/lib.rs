//! The JSON of the three interfaces and the problem types: all that server, phone and kiosk share.
//!
//! | module | idea |
//! |---|---|
//! | [`app`] | bodies of the app listener: installations, bookings, reservations |
//! | [`kiosk`] | bodies of the kiosk listener: sessions, claims, completions |
//! | [`admin`] | bodies of the operator's commands |
//! | [`problem`] | RFC 9457 problems with their stable types |
//! | [`encoding`] | bytes as base64url, PIN kinds as words |

pub mod admin;
pub mod app;
pub mod encoding;
pub mod kiosk;
pub mod problem;

pub use encoding::{Bytes, PinKind};
