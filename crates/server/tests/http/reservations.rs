//! Status and cancelling: token, device key and number must belong together.

use std::time::Duration;

use reqwest::Method;
use wire::app::{Reservation, ReservationState};
use wire::kiosk::Granted;
use wire::problem::ProblemType;

use crate::phone::Call;
use crate::site::Site;

#[tokio::test]
async fn a_reservation_is_shown_with_its_end_and_its_last_useful_arrival() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    // 21:00 in Japan.
    site.at(9 * 3600);
    let made = phone.book(&holder).await;
    let seen: Reservation = phone.look(&made).await.json();
    assert_eq!(seen.token, None, "only the answer that makes it has the token");
    assert_eq!(Reservation { token: None, ..made }, seen);
    assert_eq!(seen.last_arrival, seen.expires_at, "21:00 the next day is within the hours");

    // 02:00 in Japan: the reservation ends at 02:00, the last arrival is 23:00 before that.
    site.at(14 * 3600);
    let night: Reservation = phone.book(&holder).await;
    assert_eq!(night.last_arrival, night.expires_at - Duration::from_secs(3 * 3600));
}

#[tokio::test]
async fn a_token_is_worth_nothing_on_another_phone_without_a_proof_or_for_another_number() {
    let site = Site::new();
    let holder = site.holder("taro");
    let (phone, other) = (site.registered_phone().await, site.registered_phone().await);
    let reservation = phone.book(&holder).await;
    let token = reservation.token.clone().unwrap();
    let path = format!("/app/v1/reservations/{}", reservation.number);
    for method in [Method::GET, Method::DELETE] {
        let stolen = other.call(Call::new(method.clone(), path.clone()).token(&token)).await;
        assert_eq!(stolen.refused(), ProblemType::TokenInvalid);
        let none = phone.call(Call::new(method.clone(), path.clone())).await;
        assert_eq!(none.refused(), ProblemType::TokenInvalid);
        let forged = phone.call(Call::new(method.clone(), path.clone()).token("a.b.c")).await;
        assert_eq!(forged.refused(), ProblemType::TokenInvalid);
        for number in ["000000000000", "1", "12345678901x"] {
            let elsewhere = Call::new(method.clone(), format!("/app/v1/reservations/{number}")).token(&token);
            assert_eq!(phone.call(elsewhere).await.refused(), ProblemType::ReservationUnknown, "{number}");
        }
    }
    let seen: Reservation = phone.look(&reservation).await.json();
    assert_eq!(seen.state, ReservationState::Reserved { claims_left: 3 });
}

#[tokio::test]
async fn a_reservation_is_cancelled_at_once_and_once() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    let first: Reservation = phone.cancel(&reservation).await.json();
    assert!(matches!(first.state, ReservationState::Cancelled { .. }));
    site.advance(Duration::from_secs(60));
    let again: Reservation = phone.cancel(&reservation).await.json();
    assert_eq!(again, first);
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    assert_eq!(kiosk.claim(&holder).await.refused(), ProblemType::NoReservation);
}

#[tokio::test]
async fn while_a_kiosk_is_at_work_neither_cancelling_nor_a_new_booking_is_possible() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let granted: Granted = kiosk.claim(&holder).await.json();
    let refused = phone.cancel(&reservation).await;
    assert_eq!(refused.refused(), ProblemType::ClaimInProgress);
    assert_eq!(refused.problem().facts.lease_ends, Some(granted.lease_ends));
    let booking = phone.start().await;
    assert_eq!(phone.prove(booking.booking, &phone.evidence(&booking, &holder)).await.status, 200);
    assert_eq!(phone.reserve(booking.booking).await.refused(), ProblemType::ClaimInProgress);
    site.advance(Duration::from_secs(5 * 60));
    assert_eq!(phone.reserve(booking.booking).await.status, 201, "the lease is over, the booking is not");
}

#[tokio::test]
async fn a_reservation_that_has_ended_cannot_be_cancelled() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    site.advance(Duration::from_secs(86_400));
    assert_eq!(phone.cancel(&reservation).await.refused(), ProblemType::ReservationEnded);
}
