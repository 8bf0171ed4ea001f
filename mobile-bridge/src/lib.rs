//! The app's part of a booking: a typed sequence over a card and the server, which goes on after a kill where it
//! stood. The phone program `jpki-phone` is built on it; the bindings for Kotlin and Swift will be.
//!
//! | module | idea |
//! |---|---|
//! | [`phone`] | what comes next, and each step, stored before it is sent |
//! | [`progress`] | how far a booking has come: pure |
//! | [`state`] | what is remembered between two starts |
//! | [`reading`] | the card: counters first, one PIN, the evidence |
//! | [`server`] | the server as the booking sees it |
//! | [`http`] | the same over HTTPS |
//! | [`dpop`] | each request's proof by the device key |
//! | [`device_key`] | the key that makes a phone the phone |
//! | [`multipart`] | the body of the card evidence |

pub mod device_key;
pub mod dpop;
pub mod http;
pub mod multipart;
pub mod phone;
pub mod progress;
pub mod reading;
pub mod server;
pub mod state;

pub use device_key::{DeviceKey, SoftwareKey};
pub use http::HttpBookingServer;
pub use phone::{Next, Phone, PhoneError};
pub use reading::{CardTrouble, NotProved, Reading};
pub use server::{BookingServer, CallError};
pub use state::{Held, State, StateError, StateFile, StateStore};
