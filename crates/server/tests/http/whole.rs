//! The main job from end to end: booked on the phone, reset at the kiosk, proved by the card.

use reservation::PinKind;
use wire::app::{Reservation, ReservationState, Step};
use wire::kiosk::{Completion, Granted, Settled};
use wire::problem::ProblemType;

use crate::holder::reset_user_pin;
use crate::site::Site;
use crate::terminal::{claim, completion};

#[tokio::test]
async fn a_user_pin_is_booked_on_the_phone_and_reset_at_the_kiosk() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;

    let booking = phone.start().await;
    assert_eq!(booking.steps, [Step::Card, Step::Reservation]);
    let proved = phone.prove(booking.booking, &phone.evidence(&booking, &holder)).await;
    let accepted: wire::app::CardAccepted = proved.json();
    assert_eq!(accepted.next, Step::Reservation);
    let reservation: Reservation = phone.reserve(booking.booking).await.json();
    assert_eq!(reservation.state, ReservationState::Reserved { claims_left: 3 });
    assert_eq!(reservation.number.len(), 12);
    assert!(reservation.places.iter().any(|place| place.operator == "seven-eleven"));
    assert!(
        reservation.places.iter().all(|place| place.operator != "lawson"),
        "Lawson does not reset the user PIN"
    );

    let kiosk = site.kiosk("tokyo-0001", "seven-eleven").await;
    let session = kiosk.session().await;
    let (card, challenge) = holder.on_kiosk(PinKind::Signature);
    let statement = crate::terminal::statement(&session, PinKind::User, challenge);
    let (mut card, sent) = {
        let mut card = card;
        let sent = wire::kiosk::Claim {
            session: session.session.clone(),
            certificate: wire::Bytes(card.certificate().unwrap()),
            signature: wire::Bytes::from(card.sign(&statement).unwrap()),
            card_challenge: wire::Bytes::from(challenge),
        };
        (card, sent)
    };
    let granted: Granted = kiosk.send_claim(&sent).await.json();
    assert_eq!(granted.target, wire::PinKind::User);
    card = reset_user_pin(card, &granted.authorisation.0, "8351").unwrap();
    let proof = wire::Bytes::from(card.sign(&completion(&granted)).unwrap());
    drop(card);
    let settled: Settled = kiosk.report(&granted, &Completion::Completed { proof }).await.json();
    assert_eq!(settled, Settled::Completed);

    assert!(holder.typed(PinKind::User, "8351").is_ok());
    assert!(holder.typed(PinKind::User, "1234").is_err());
    let seen: Reservation = phone.look(&reservation).await.json();
    assert!(matches!(seen.state, ReservationState::Completed { .. }));
    let again = kiosk.session().await;
    let refused =
        kiosk.send_claim(&claim(&again, &holder, PinKind::User, crate::terminal::challenge())).await;
    assert_eq!(refused.refused(), ProblemType::NoReservation);
}
