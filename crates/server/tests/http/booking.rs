//! A booking: begun once per key, for one card, within fifteen minutes, with the terms accepted.

use std::time::Duration;

use uuid::Uuid;
use wire::app::{Booking, Reservation, ReservationState, StartBooking};
use wire::problem::ProblemType;

use crate::phone::{Call, Phone};
use crate::site::Site;

const KEY: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

fn start_with(body: &StartBooking) -> Call {
    Call::json("/app/v1/bookings", body)
}

#[tokio::test]
async fn registering_again_gets_the_same_installation() {
    let site = Site::new();
    let phone = site.phone().await;
    let first = phone.register().await;
    assert_eq!(first.installation.0, phone.key.thumbprint());
    assert_eq!(first.terms.version, "2026-11-01");
    assert_eq!(phone.register().await, first);
}

#[tokio::test]
async fn a_phone_that_is_not_registered_is_told_so() {
    let site = Site::new();
    let phone = site.phone().await;
    let refused = phone.call(start_with(&Phone::wanted()).key(KEY)).await;
    assert_eq!(refused.refused(), ProblemType::InstallationUnknown);
}

#[tokio::test]
async fn the_same_key_gets_the_same_booking_and_another_body_is_refused() {
    let site = Site::new();
    let phone = site.registered_phone().await;
    let call = start_with(&Phone::wanted()).key(KEY);
    let first: Booking = phone.call(call.clone()).await.json();
    site.advance(Duration::from_secs(60));
    assert_eq!(phone.call(call).await.json::<Booking>(), first);
    let other = phone.call(Call { body: other_spelling(), ..start_with(&Phone::wanted()).key(KEY) }).await;
    assert_eq!(other.refused(), ProblemType::IdempotencyKeyReused);
}

/// The same meaning in other bytes: still another body.
fn other_spelling() -> Option<(String, Vec<u8>)> {
    let body = br#"{"consent":true, "terms":"2026-11-01", "target":"user"}"#;
    Some(("application/json".into(), body.to_vec()))
}

#[tokio::test]
async fn without_an_idempotency_key_nothing_begins() {
    let site = Site::new();
    let phone = site.registered_phone().await;
    let none = phone.call(start_with(&Phone::wanted())).await;
    assert_eq!(none.refused(), ProblemType::IdempotencyKeyMissing);
    let short = phone.call(start_with(&Phone::wanted()).key("short")).await;
    assert_eq!(short.refused(), ProblemType::IdempotencyKeyMissing);
}

#[tokio::test]
async fn nothing_begins_without_the_terms_in_force_and_consent() {
    let site = Site::new();
    let phone = site.registered_phone().await;
    let old = StartBooking { terms: "2020-01-01".into(), ..Phone::wanted() };
    let unwilling = StartBooking { consent: false, ..Phone::wanted() };
    for body in [old, unwilling] {
        let refused = phone.call(start_with(&body).key(KEY)).await;
        assert_eq!(refused.refused(), ProblemType::TermsNotAccepted);
    }
}

#[tokio::test]
async fn a_pin_that_no_operator_resets_today_cannot_be_booked() {
    let site = Site::with(|_| {}, |parts| parts.service.offers.0.clear());
    let phone = site.registered_phone().await;
    let refused = phone.call(start_with(&Phone::wanted()).key(KEY)).await;
    assert_eq!(refused.refused(), ProblemType::TargetNotOffered);
}

#[tokio::test]
async fn a_booking_is_over_after_fifteen_minutes_at_every_step() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let late_card = phone.start().await;
    site.advance(Duration::from_secs(15 * 60));
    let refused = phone.prove(late_card.booking, &phone.evidence(&late_card, &holder)).await;
    assert_eq!(refused.refused(), ProblemType::BookingExpired);
    // The card's evidence got lost, and the phone asks for the reservation first.
    assert_eq!(phone.reserve(late_card.booking).await.refused(), ProblemType::BookingExpired);

    let late_end = phone.start().await;
    assert_eq!(phone.prove(late_end.booking, &phone.evidence(&late_end, &holder)).await.status, 200);
    site.advance(Duration::from_secs(15 * 60));
    assert_eq!(phone.reserve(late_end.booking).await.refused(), ProblemType::BookingExpired);
}

#[tokio::test]
async fn a_booking_one_second_before_its_end_still_becomes_a_reservation() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let booking = phone.start().await;
    site.advance(Duration::from_secs(15 * 60 - 1));
    assert_eq!(phone.prove(booking.booking, &phone.evidence(&booking, &holder)).await.status, 200);
    assert_eq!(phone.reserve(booking.booking).await.status, 201);
}

#[tokio::test]
async fn a_reservation_before_the_card_is_out_of_order() {
    let site = Site::new();
    let phone = site.registered_phone().await;
    let booking = phone.start().await;
    assert_eq!(phone.reserve(booking.booking).await.refused(), ProblemType::BookingOutOfOrder);
}

#[tokio::test]
async fn another_phone_cannot_go_on_with_a_booking() {
    let site = Site::new();
    let holder = site.holder("taro");
    let (phone, other) = (site.registered_phone().await, site.registered_phone().await);
    let booking = phone.start().await;
    let evidence = phone.evidence(&booking, &holder);
    for booking in [booking.booking, Uuid::new_v4()] {
        assert_eq!(other.prove(booking, &evidence).await.refused(), ProblemType::BookingUnknown);
        assert_eq!(other.reserve(booking).await.refused(), ProblemType::BookingUnknown);
    }
}

#[tokio::test]
async fn a_booking_gets_one_reservation_however_often_it_is_asked() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let booking = phone.start().await;
    assert_eq!(phone.prove(booking.booking, &phone.evidence(&booking, &holder)).await.status, 200);
    let first: Reservation = phone.reserve(booking.booking).await.json();
    site.advance(Duration::from_secs(3600));
    let again: Reservation = phone.reserve(booking.booking).await.json();
    assert_eq!((again.number, again.expires_at), (first.number, first.expires_at));
}

#[tokio::test]
async fn a_second_booking_of_a_card_replaces_the_first_reservation_and_keeps_its_number() {
    let site = Site::new();
    let holder = site.holder("taro");
    let (first_phone, second_phone) = (site.registered_phone().await, site.registered_phone().await);
    let first = first_phone.book(&holder).await;
    let second = second_phone.book(&holder).await;
    assert_eq!(second.number, first.number);
    let seen: Reservation = first_phone.look(&first).await.json();
    assert_eq!(seen.state, ReservationState::Replaced);
    let seen: Reservation = second_phone.look(&second).await.json();
    assert_eq!(seen.state, ReservationState::Reserved { claims_left: 3 });
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    let path = format!("/app/v1/reservations/{}", reservation.number);
    let site = site.restarted().await;
    let mut phone_again = site.phone().await;
    phone_again.key = phone.key.clone();
    let call = Call::new(reqwest::Method::GET, path).token(reservation.token.as_ref().unwrap());
    let seen: Reservation = phone_again.call(call).await.json();
    assert_eq!(seen.number, reservation.number);
}
