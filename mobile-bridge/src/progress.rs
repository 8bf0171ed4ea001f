//! How far a booking has come, as it is stored before each message: enough to go on after a kill, and no more.
//!
//! The card's evidence is never stored, since a signature certificate holds its owner's name. A booking whose
//! evidence was perhaps sent asks for its reservation first, and reads the card again if the server says that
//! the evidence never arrived; the same card gives the same bytes again.

use reservation::statement::BookingStatement;
use reservation::{BookingId, InstallationId, Nonce, PinKind};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;
use wire::app::{Booking, Step as WireStep};
use wire::problem::ProblemType;

/// A booking between its first message and its reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingInHand {
    /// The PIN to be reset.
    pub target: wire::PinKind,
    /// The version of the terms that the holder accepted.
    pub terms: String,
    /// How far it has come.
    pub step: Step,
}

/// How far a booking has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "at")]
pub enum Step {
    /// The booking was perhaps begun.
    Starting {
        /// Its idempotency key.
        key: Uuid,
    },
    /// The server has it; the card must be read.
    ReadingCard {
        /// What the server said.
        booking: Begun,
    },
    /// The card's evidence was perhaps accepted, and the reservation perhaps made.
    Reserving {
        /// What the server said.
        booking: Begun,
        /// The reservation's idempotency key.
        key: Uuid,
    },
}

/// A booking as the server knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Its name.
    pub id: Uuid,
    /// What the card signs.
    pub nonce: wire::Bytes,
    /// It ends here.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// Why the server's booking is not one that can go on here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CannotGoOn {
    /// It asks for the holder's face, which this version does not show.
    FaceNeeded,
    /// It is not the booking that was asked for, or not in the interface's form.
    NotAsAsked,
}

impl BookingInHand {
    /// A new booking, not yet sent.
    pub fn begin(target: PinKind, terms: &str, key: Uuid) -> Self {
        Self { target: target.into(), terms: terms.to_owned(), step: Step::Starting { key } }
    }

    /// The booking after the server's answer to its beginning; `key` is for the reservation.
    ///
    /// # Errors
    /// [`CannotGoOn`].
    pub fn begun(self, answer: &Booking, key: Uuid) -> Result<Self, CannotGoOn> {
        if answer.target != self.target || answer.nonce.to_array::<32>().is_none() {
            return Err(CannotGoOn::NotAsAsked);
        }
        let booking =
            Begun { id: answer.booking, nonce: answer.nonce.clone(), expires_at: answer.expires_at };
        let step = match answer.steps.as_slice() {
            [WireStep::Card, WireStep::Reservation] => Step::ReadingCard { booking },
            // A repeated answer may tell what is left rather than what was there at first.
            [WireStep::Reservation] => Step::Reserving { booking, key },
            steps if steps.contains(&WireStep::Face) => return Err(CannotGoOn::FaceNeeded),
            _ => return Err(CannotGoOn::NotAsAsked),
        };
        Ok(Self { step, ..self })
    }

    /// The booking just before the card's evidence is sent; `key` is for the reservation.
    #[must_use]
    pub fn sending_evidence(self, key: Uuid) -> Self {
        let step = match self.step {
            Step::ReadingCard { booking } => Step::Reserving { booking, key },
            other => other,
        };
        Self { step, ..self }
    }

    /// The booking once it is known that its evidence was not accepted.
    #[must_use]
    pub fn evidence_not_there(self) -> Self {
        let step = match self.step {
            Step::Reserving { booking, .. } => Step::ReadingCard { booking },
            other => other,
        };
        Self { step, ..self }
    }

    /// What the card's key must sign, if that is the next step.
    pub fn statement(&self, installation: InstallationId) -> Option<BookingStatement> {
        let Step::ReadingCard { booking } = &self.step else { return None };
        Some(BookingStatement {
            booking: BookingId::from_u128(booking.id.as_u128()),
            nonce: Nonce::from_bytes(booking.nonce.to_array()?),
            target: self.target.into(),
            installation,
            surface: None,
        })
    }

    /// What is left of the booking after the server refused with this kind of problem.
    #[must_use]
    pub fn after_refusal(self, kind: Option<ProblemType>) -> Option<Self> {
        use ProblemType as P;
        match kind {
            // The evidence is not there, or was of the wrong card: the right one may still be read.
            Some(P::BookingOutOfOrder | P::AnotherCard | P::CardNotProved) => Some(self.evidence_not_there()),
            // Nothing is wrong with the booking.
            Some(
                P::DpopInvalid
                | P::DpopNonceRequired
                | P::InstallationUnknown
                | P::MalformedRequest
                | P::ClaimInProgress
                | P::NotFound
                | P::MethodNotAllowed
                | P::PayloadTooLarge
                | P::UnsupportedMediaType,
            )
            | None => Some(self),
            // Its time is over, or this card cannot be helped here.
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn key(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn answer(steps: &[WireStep]) -> Booking {
        Booking {
            booking: key(7),
            target: wire::PinKind::User,
            nonce: [9; 32].into(),
            steps: steps.to_vec(),
            expires_at: datetime!(2026-11-21 09:15 UTC),
        }
    }

    fn reading() -> BookingInHand {
        let begun = BookingInHand::begin(PinKind::User, "1", key(1));
        begun.begun(&answer(&[WireStep::Card, WireStep::Reservation]), key(2)).unwrap()
    }

    #[test]
    fn the_card_signs_the_servers_fields_and_our_own() {
        let installation = InstallationId::from_bytes([3; 32]);
        let statement = reading().statement(installation).unwrap();
        assert_eq!(statement.booking, BookingId::from_u128(7));
        assert_eq!(statement.nonce, Nonce::from_bytes([9; 32]));
        assert_eq!(statement.target, PinKind::User);
        assert_eq!(statement.installation, installation);
        assert_eq!(statement.surface, None);
    }

    #[test]
    fn a_server_that_speaks_of_another_target_is_not_believed() {
        let mut other = answer(&[WireStep::Card, WireStep::Reservation]);
        other.target = wire::PinKind::Signature;
        let begun = BookingInHand::begin(PinKind::User, "1", key(1));
        assert_eq!(begun.clone().begun(&other, key(2)), Err(CannotGoOn::NotAsAsked));
        let mut short = answer(&[WireStep::Card, WireStep::Reservation]);
        short.nonce = [9; 31].into();
        assert_eq!(begun.begun(&short, key(2)), Err(CannotGoOn::NotAsAsked));
    }

    #[test]
    fn a_booking_that_asks_for_a_face_says_so() {
        let begun = BookingInHand::begin(PinKind::User, "1", key(1));
        let steps = [WireStep::Card, WireStep::Face, WireStep::Reservation];
        assert_eq!(begun.begun(&answer(&steps), key(2)), Err(CannotGoOn::FaceNeeded));
    }

    #[test]
    fn evidence_that_never_arrived_is_asked_for_again_in_the_same_booking() {
        let sent = reading().sending_evidence(key(2));
        assert!(matches!(sent.step, Step::Reserving { key: reserve, .. } if reserve == key(2)));
        assert_eq!(sent.after_refusal(Some(ProblemType::BookingOutOfOrder)), Some(reading()));
    }

    #[test]
    fn an_expired_booking_is_let_go_and_a_broken_proof_is_not_its_fault() {
        assert_eq!(reading().after_refusal(Some(ProblemType::BookingExpired)), None);
        assert_eq!(reading().after_refusal(Some(ProblemType::CertificateRevoked)), None);
        assert_eq!(reading().after_refusal(Some(ProblemType::DpopInvalid)), Some(reading()));
        assert_eq!(reading().after_refusal(None), Some(reading()));
    }

    #[test]
    fn what_is_stored_reads_back() {
        for booking in
            [BookingInHand::begin(PinKind::User, "1", key(1)), reading(), reading().sending_evidence(key(2))]
        {
            let json = serde_json::to_string(&booking).unwrap();
            assert_eq!(serde_json::from_str::<BookingInHand>(&json).unwrap(), booking);
        }
    }
}
