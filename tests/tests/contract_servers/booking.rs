//! What the phone expects: every call may be repeated, and is the same call then.

use card::Jpki;
use mobile_bridge::server::IdempotencyKey;
use mobile_bridge::{BookingServer, CallError, CardProof};
use reservation::statement::BookingStatement;
use reservation::{BookingId, InstallationId, Nonce, PinKind};
use secret::Pin;
use uuid::Uuid;
use virtual_card::{CardInHand, FRESH_SIGNATURE_PIN};
use wire::app::{Booking, CardEvidence, Reservation, ReservationState, StartBooking, Step};
use wire::problem::ProblemType;

/// A phone, its server and a card; the user PIN is to be reset.
pub(crate) struct Booker<'a> {
    pub(crate) server: &'a dyn BookingServer,
    pub(crate) installation: InstallationId,
    pub(crate) card: &'a CardInHand,
}

fn key() -> IdempotencyKey {
    Uuid::new_v4()
}

#[track_caller]
fn refused<T>(answer: Result<T, CallError>) -> ProblemType {
    match answer {
        Ok(_) => panic!("it was accepted"),
        Err(CallError::Failure(failure)) => crate::refusal(failure),
        Err(error) => panic!("{error}"),
    }
}

impl Booker<'_> {
    async fn wanted(&self) -> StartBooking {
        let installation = self.server.register("contract 1").await.unwrap();
        StartBooking { target: wire::PinKind::User, terms: installation.terms.version, consent: true }
    }

    fn evidence(&self, booking: &Booking, card: &CardInHand) -> CardProof {
        let statement = BookingStatement {
            booking: BookingId::from_u128(booking.booking.as_u128()),
            nonce: Nonce::from_bytes(booking.nonce.to_array().expect("256 bits")),
            target: booking.target.into(),
            installation: self.installation,
            surface: None,
        };
        let session = Jpki::select(card.on_reader().unwrap()).unwrap();
        let pin = Pin::from_entry(PinKind::Signature, FRESH_SIGNATURE_PIN.to_owned()).unwrap();
        let mut known = session.verify(pin).map_err(|failed| failed.error).unwrap();
        let certificate = known.certificate().unwrap();
        CardProof::User(CardEvidence {
            certificate: certificate.into(),
            signature: known.sign(&statement).unwrap().into(),
            presence: None,
        })
    }

    /// From the beginning to the reservation.
    pub(crate) async fn books(&self) -> Reservation {
        let booking = self.server.start(key(), &self.wanted().await).await.unwrap();
        self.server.prove_card(booking.booking, &self.evidence(&booking, self.card)).await.unwrap();
        self.server.reserve(key(), booking.booking).await.unwrap()
    }

    pub(crate) async fn keeps_the_contract(&self, other_card: &CardInHand) {
        self.registering_is_repeated().await;
        self.nothing_begins_without_the_terms_in_force_and_consent().await;
        let booking = self.a_key_names_one_booking().await;
        self.the_card_comes_before_the_reservation(&booking).await;
        self.the_first_card_binds_the_booking(&booking, other_card).await;
        self.what_was_never_begun_is_unknown(&booking).await;
        let reservation = self.a_booking_gets_one_reservation(&booking).await;
        self.a_reservation_is_shown_to_whom_has_its_token(&reservation).await;
        self.cancelling_is_repeated(&reservation).await;
    }

    async fn registering_is_repeated(&self) {
        let first = self.server.register("contract 1").await.unwrap();
        assert_eq!(first.installation.0, self.installation.as_bytes());
        assert_eq!(self.server.register("contract 1").await.unwrap(), first);
    }

    async fn nothing_begins_without_the_terms_in_force_and_consent(&self) {
        let wanted = self.wanted().await;
        for bad in [
            StartBooking { terms: "no such version".into(), ..wanted.clone() },
            StartBooking { consent: false, ..wanted },
        ] {
            assert_eq!(refused(self.server.start(key(), &bad).await), ProblemType::TermsNotAccepted);
        }
    }

    async fn a_key_names_one_booking(&self) -> Booking {
        let (key, wanted) = (key(), self.wanted().await);
        let booking = self.server.start(key, &wanted).await.unwrap();
        assert_eq!(booking.target, wanted.target);
        assert_eq!(booking.steps, [Step::Card, Step::Reservation]);
        assert_eq!(self.server.start(key, &wanted).await.unwrap(), booking);
        let other = StartBooking { target: wire::PinKind::Signature, ..wanted };
        assert_eq!(refused(self.server.start(key, &other).await), ProblemType::IdempotencyKeyReused);
        booking
    }

    async fn the_card_comes_before_the_reservation(&self, booking: &Booking) {
        let early = self.server.reserve(key(), booking.booking).await;
        assert_eq!(refused(early), ProblemType::BookingOutOfOrder);
    }

    async fn the_first_card_binds_the_booking(&self, booking: &Booking, other_card: &CardInHand) {
        let evidence = self.evidence(booking, self.card);
        for _ in 0..2 {
            let accepted = self.server.prove_card(booking.booking, &evidence).await.unwrap();
            assert_eq!(accepted.next, Step::Reservation);
        }
        let other = self.server.prove_card(booking.booking, &self.evidence(booking, other_card)).await;
        assert_eq!(refused(other), ProblemType::AnotherCard);
    }

    async fn what_was_never_begun_is_unknown(&self, booking: &Booking) {
        let made_up = Uuid::new_v4();
        let evidence = self.evidence(booking, self.card);
        let proved = self.server.prove_card(made_up, &evidence).await;
        assert_eq!(refused(proved), ProblemType::BookingUnknown);
        assert_eq!(refused(self.server.reserve(key(), made_up).await), ProblemType::BookingUnknown);
    }

    async fn a_booking_gets_one_reservation(&self, booking: &Booking) -> Reservation {
        let key = key();
        let reservation = self.server.reserve(key, booking.booking).await.unwrap();
        assert_eq!(reservation.target, booking.target);
        assert_eq!(reservation.state, ReservationState::Reserved { claims_left: 3 });
        assert!(reservation.token.is_some());
        let again = self.server.reserve(key, booking.booking).await.unwrap();
        // Tokens are signed anew; any of them opens it.
        let without = |reservation: &Reservation| Reservation { token: None, ..reservation.clone() };
        assert_eq!(without(&again), without(&reservation));
        assert!(again.token.is_some());
        again
    }

    async fn a_reservation_is_shown_to_whom_has_its_token(&self, reservation: &Reservation) {
        let token = reservation.token.as_deref().unwrap();
        let shown = self.server.reservation(&reservation.number, token).await.unwrap();
        assert_eq!((&shown.number, &shown.state), (&reservation.number, &reservation.state));
        refused(self.server.reservation(&reservation.number, "no token").await);
    }

    async fn cancelling_is_repeated(&self, reservation: &Reservation) {
        let token = reservation.token.as_deref().unwrap();
        refused(self.server.cancel(&reservation.number, "no token").await);
        let cancelled = self.server.cancel(&reservation.number, token).await.unwrap();
        assert!(matches!(cancelled.state, ReservationState::Cancelled { .. }), "{cancelled:?}");
        let again = self.server.cancel(&reservation.number, token).await.unwrap();
        assert_eq!(again.state, cancelled.state, "not later either");
        let shown = self.server.reservation(&reservation.number, token).await;
        assert_eq!(shown.unwrap().state, cancelled.state);
    }
}
