//! The app's part of a booking: a typed sequence over a card and the server, which goes on after a kill where it
//! stood. The phone program `jpki-phone` is built on it; the bindings for Kotlin and Swift will be.
//!
//! | module | idea |
//! |---|---|
//! | [`phone`] | what comes next, and each step, stored before it is sent |
//! | [`progress`] | how far a booking has come: pure |
//! | [`statements`] | what the card signs |
//! | [`state`] | what is remembered between two starts |
//! | [`printed`] | what a card's front prints, as its holder types it |
//! | [`reading`] | the card: counters first, one PIN, the evidence |
//! | [`proof`] | what a card proves, and the surface file |
//! | [`pictures`] | pictures of the card's front and of the face |
//! | [`server`] | the server as the booking sees it |
//! | [`http`] | the same over HTTPS |
//! | [`dpop`] | each request's proof by the device key |
//! | [`device_key`] | the key that makes a phone the phone |
//! | [`multipart`] | the bodies of the card's and the face's evidence |

pub mod device_key;
pub mod dpop;
pub mod http;
pub mod multipart;
pub mod phone;
pub mod pictures;
pub mod printed;
pub mod progress;
pub mod proof;
pub mod reading;
pub mod server;
pub mod state;
pub mod statements;

pub use device_key::{DeviceKey, SoftwareKey};
pub use http::HttpBookingServer;
pub use phone::{Next, NotJudged, Phone, PhoneError, Shown};
pub use pictures::{Frames, Front, PicturesRefused};
pub use proof::{CardProof, SurfaceBytes, SurfaceProof};
pub use reading::{CardTrouble, Looked, NotOpened, NotProved, Proved, Reading, Seen, SurfaceReading};
pub use server::{BookingServer, CallError};
pub use state::{FaceLock, Held, State, StateError, StateFile, StateStore};
pub use statements::{SurfaceStatements, ToSign};
