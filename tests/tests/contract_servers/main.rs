//! What phone and kiosk expect of a server, asserted of the real one over HTTPS and of the servers in memory that their own
//! tests use: what those tests show holds only if both answer alike.
//!
//! | module | idea |
//! |---|---|
//! | [`booking`] | the contract of `mobile_bridge::BookingServer` |
//! | [`face`] | the same for a booking of the signature PIN |
//! | [`claiming`] | the contract of `kiosk::KioskServer` |
//! | [`real`] | a real server, a registered phone, an admitted kiosk |
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod booking;
mod claiming;
mod face;
mod real;

/// The phone's tests' own.
#[allow(dead_code, reason = "the contract needs less of it than the tests it belongs to")]
#[path = "../../../mobile-bridge/tests/phone/support/server.rs"]
mod phone_double;

/// The kiosk's tests' own.
#[allow(dead_code, reason = "the contract needs less of it than the tests it belongs to")]
#[path = "../../../crates/kiosk/tests/kiosk/support/mod.rs"]
mod kiosk_support;

use std::sync::Arc;

use client::Failure;
use client::clock::{Clock as _, SystemClock};
use end_to_end::faces::Album;
use reservation::{InstallationId, PinKind};
use virtual_card::testing::IssuedCard;
use wire::problem::ProblemType;

use booking::Booker;
use claiming::Visit;
use face::{FaceBooker, Pictures};
use kiosk_support::card::fresh_card;
use kiosk_support::kill::KillSwitch;
use real::Real;

/// The kind of a refusal.
#[track_caller]
fn refusal(failure: Failure) -> ProblemType {
    match failure {
        Failure::Refused(refusal) => refusal.kind.expect("a kind that we know"),
        other => panic!("{other}"),
    }
}

#[test]
fn the_phones_server_in_memory_keeps_the_contract() {
    let installation = InstallationId::from_bytes([7; 32]);
    let server = phone_double::TestServer::new(installation);
    let [card, other] = [(); 2].map(|()| IssuedCard::new(SystemClock.now()));
    let (card, other) = (card.in_hand(), other.in_hand());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(Booker { server: &server, installation, card: &card }.keeps_the_contract(&other));
}

#[test]
fn the_real_server_keeps_the_phones_contract() {
    let real = Real::start(&["card", "other"]);
    let (card, other) = (real.card("card"), real.card("other"));
    let (server, installation) = real.phone("phone");
    let booker = Booker { server: &server, installation, card: &card };
    real.runtime().block_on(booker.keeps_the_contract(&other));
}

#[test]
fn the_phones_server_in_memory_keeps_the_contract_of_faces() {
    let installation = InstallationId::from_bytes([7; 32]);
    let server = Arc::new(phone_double::TestServer::new(installation));
    let cards = [(); 2].map(|()| IssuedCard::with(SystemClock.now(), |order| order.expires = Some(2035)));
    let [card, other] = cards.each_ref().map(IssuedCard::in_hand);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let booker = FaceBooker { server, installation, card: &card, pictures: Pictures::in_words() };
    runtime.block_on(booker.keeps_the_contract(&other));
}

#[test]
fn the_real_server_keeps_the_phones_contract_of_faces() {
    let real = Real::start(&["card", "other"]);
    let (card, other) = (real.card("card"), real.card("other"));
    let (server, installation) = real.phone("phone");
    let pictures = Pictures::taken(&Album::new(), real.site());
    let booker = FaceBooker { server: Arc::new(server), installation, card: &card, pictures };
    real.runtime().block_on(booker.keeps_the_contract(&other));
}

#[test]
fn the_kiosks_server_in_memory_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let server = kiosk_support::server::TestServer::reserved(PinKind::User, KillSwitch::default());
    Visit { server: &server, card: &fresh_card(folder.path()) }.keeps_the_contract();
}

#[test]
fn the_real_server_keeps_the_kiosks_contract() {
    let real = Real::start(&["card"]);
    let card = real.card("card");
    let (phone, installation) = real.phone("phone");
    real.runtime().block_on(Booker { server: &phone, installation, card: &card }.books());
    Visit { server: &real.kiosk("kiosk"), card: &card }.keeps_the_contract();
}
