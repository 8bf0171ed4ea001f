//! Bodies with pictures: taken for a booking in hand only, and never in the way of a body without pictures.

use reqwest::Method;
use uuid::Uuid;
use wire::problem::ProblemType;

use crate::phone::{Call, multipart};
use crate::site::Site;
use crate::stalled::Stalled;

const MIB: usize = 1024 * 1024;

fn picture(booking: Uuid, bytes: usize) -> Call {
    let front = vec![b'x'; bytes];
    multipart(Method::PUT, &format!("/app/v1/bookings/{booking}/card"), &[("front", &front)])
}

#[tokio::test]
async fn stalled_pictures_hold_up_pictures_but_no_booking_of_the_user_pin() {
    let site = Site::with(
        |config| {
            config.listen.app.budget.upload_memory_mib = Some(16);
            crate::limits::admit_all(&mut config.rates);
        },
        |_| {},
    );
    let (address, authority) = (site.running().app_addr, site.file("tls/app-ca.pem"));
    let mut stalled = Vec::new();
    for _ in 0..2 {
        let phone = site.registered_phone().await;
        let booking = phone.start_signature().await.booking;
        let call = Call::new(Method::POST, format!("/app/v1/bookings/{booking}/face"));
        // The first 64 KiB are free.
        let sent = 8 * MIB + 64 * 1024;
        stalled.push(Stalled::begin(address, &authority, &phone, &call, 12 * MIB, sent));
    }
    let (holder, phone) = (site.holder("taro"), site.registered_phone().await);
    let signature = phone.start_signature().await.booking;
    while phone.call(picture(signature, MIB)).await.refused() != ProblemType::Unavailable {
        tokio::task::yield_now().await;
    }
    let booking = phone.start().await;
    let proved = phone.prove(booking.booking, &phone.evidence(&booking, &holder)).await;
    assert_eq!(proved.status, 200, "{proved}");
    drop(stalled);
}

#[tokio::test]
async fn pictures_are_taken_only_for_a_booking_in_hand() {
    let site = Site::new();
    let stranger = site.phone().await;
    let unknown = stranger.call(picture(Uuid::new_v4(), MIB)).await;
    assert_eq!(unknown.refused(), ProblemType::InstallationUnknown);
    let phone = site.registered_phone().await;
    let (old, new) = (phone.start().await.booking, phone.start().await.booking);
    for (booking, expected) in [
        (Uuid::new_v4(), ProblemType::BookingUnknown),
        (old, ProblemType::BookingUnknown),
        (new, ProblemType::MalformedRequest),
    ] {
        assert_eq!(phone.call(picture(booking, MIB)).await.refused(), expected);
    }
}

#[tokio::test]
async fn the_answer_to_pictures_is_the_last_of_its_connection() {
    let site = Site::new();
    let phone = site.registered_phone().await;
    let booking = phone.start_signature().await.booking;
    let refused = phone.call(picture(booking, MIB)).await;
    assert_eq!(
        (refused.refused(), refused.header("connection")),
        (ProblemType::MalformedRequest, Some("close"))
    );
    let (holder, booking) = (site.holder("taro"), phone.start().await);
    let proved = phone.prove(booking.booking, &phone.evidence(&booking, &holder)).await;
    assert_eq!((proved.status, proved.header("connection")), (200, Some("close")), "{proved}");
    let reserved = phone.reserve(booking.booking).await;
    assert_eq!((reserved.status, reserved.header("connection")), (201, None), "{reserved}");
}
