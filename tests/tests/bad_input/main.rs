//! Bad input through the real programs: what the person is told, what the card was asked, what the store keeps.
//!
//! Only what needs the whole stack is here; tests/README.md says where each other kind of bad input is tried.
//!
//! | module | what is bad |
//! |---|---|
//! | [`known_pin`] | the PIN that proves the holder |
//! | [`certificates`] | the card, or a certificate on it |
//! | [`reservations`] | the moment, or what is going on with the reservation |
//! | [`kiosks`] | the kiosk |
//! | [`new_pin`] | the PIN that shall be set |
//! | [`printed`] | what the card prints on its front, as it is typed |
//! | [`pictures`] | pictures that cannot be judged |
//! | [`faces`] | whose face it is, or when it is shown |
//! | [`poses`] | what is before the camera, or what it does |
//! | [`second_card`] | which card is put into a booking of the signature PIN |
//! | [`authorisation`] | where and how often an authorisation is used |
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod authorisation;
mod certificates;
mod faces;
mod kiosks;
mod known_pin;
mod new_pin;
mod pictures;
mod poses;
mod printed;
mod reservations;
mod second_card;
