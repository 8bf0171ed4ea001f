//! Card evidence binds a booking to one card, once and for all of it.

use crate::decision::{Command, Dated};
use crate::installation::{
    Booking, FaceStage, FaceStep, Fact, Installation, Progress, ProvedCard, Refusal, Repeat,
};
use crate::{BookingId, CardId, KeyHash, PinKind, Policy, ReservationNumber, SurfaceHash, Timestamp};

/// Binds the booking to a card that has proved itself: the caller has checked chain, signature, register and
/// revocation, and has committed [`crate::card::Prove`], which gave the number.
///
/// The same card, key and surface file again get the same answer; any other is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptCard {
    /// The booking.
    pub booking: BookingId,
    /// The card.
    pub card: CardId,
    /// The key of the known PIN.
    pub known_key: KeyHash,
    /// The card's number.
    pub number: ReservationNumber,
    /// The surface file; for the signature PIN, and only for it.
    pub surface: Option<SurfaceHash>,
}

/// The card is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardAccepted {
    /// What comes next.
    pub next: NextStep,
}

/// What follows the card's proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// The face.
    Face,
    /// The reservation.
    Reservation,
}

impl Booking {
    /// The surface file the booking is bound to.
    const fn surface(&self) -> Option<&SurfaceHash> {
        match &self.progress {
            Progress::Face(step) => Some(&step.surface),
            Progress::SignatureReady { matched, .. } | Progress::Finished { matched: Some(matched), .. } => {
                Some(&matched.surface)
            }
            Progress::AwaitingCard { .. }
            | Progress::UserReady { .. }
            | Progress::Finished { matched: None, .. } => None,
        }
    }

    const fn accepted(&self) -> CardAccepted {
        let next = match self.target() {
            PinKind::Signature => NextStep::Face,
            PinKind::User => NextStep::Reservation,
        };
        CardAccepted { next }
    }
}

impl Installation {
    /// The booking, if card evidence for it is worth checking: it is in hand, not over, and the app not
    /// locked. Nothing is decided by this; it saves the costly checks.
    ///
    /// # Errors
    /// What [`AcceptCard`] would be refused for before the card is looked at.
    pub fn booking_for_evidence(&self, id: BookingId, now: Timestamp) -> Result<&Booking, Refusal> {
        let booking = self.booking(id)?;
        self.refuse_locked()?;
        booking.refuse_over(now)?;
        Ok(booking)
    }
}

impl Command<Installation> for AcceptCard {
    type Outcome = CardAccepted;

    fn apply(
        self,
        state: Option<Installation>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Vec<Dated<Fact>>,
    ) -> Result<(Installation, CardAccepted), Refusal> {
        let mut installation = state.ok_or(Refusal::NotRegistered)?;
        let booking = installation.booking_for_evidence(self.booking, now)?;
        let target = match &booking.progress {
            Progress::AwaitingCard { target } => *target,
            Progress::Face(_)
            | Progress::UserReady { .. }
            | Progress::SignatureReady { .. }
            | Progress::Finished { .. } => {
                let same = booking
                    .card()
                    .is_some_and(|card| card.id == self.card && card.known_key == self.known_key)
                    && booking.surface() == self.surface.as_ref();
                if !same {
                    return Err(Refusal::AnotherCard);
                }
                facts.push(Dated::new(now, Fact::Repeated(Repeat::CardAccepted(self.booking))));
                let accepted = booking.accepted();
                return Ok((installation, accepted));
            }
        };
        let card = ProvedCard { id: self.card, known_key: self.known_key, number: self.number };
        let progress = match (target, self.surface) {
            (PinKind::User, None) => Progress::UserReady { card },
            (PinKind::Signature, Some(surface)) => Progress::Face(FaceStep {
                card,
                surface,
                challenges: 0,
                voids: 0,
                stage: FaceStage::Waiting,
                last: None,
            }),
            (PinKind::User, Some(_)) | (PinKind::Signature, None) => {
                return Err(Refusal::EvidenceUnfit { target });
            }
        };
        let booking = installation.booking_mut(self.booking)?;
        booking.progress = progress;
        let accepted = booking.accepted();
        facts.push(Dated::new(now, Fact::CardAccepted { booking: self.booking, card: self.card }));
        Ok((installation, accepted))
    }
}
