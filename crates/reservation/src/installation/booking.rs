//! A booking begins, is bound to one card, and ends with the card's answer.

use crate::card::{Basis, Reserve};
use crate::decision::{Command, Dated};
use crate::installation::fact::{Fact, Repeat};
use crate::installation::refusal::Expected;
use crate::installation::{
    Booking, FaceStage, FaceStep, Installation, Progress, ProvedCard, Refusal, Reserved,
};
use crate::limits::BOOKING_LIFE;
use crate::{
    BookingId, CardId, KeyHash, Nonce, PinKind, Policy, RequestHash, RequestKey, ReservationNumber,
    SurfaceHash, Timestamp,
};

type Facts = Vec<Dated<Fact>>;

/// Begins a booking; the caller has checked the terms, the consent and that the target is offered.
///
/// The same request again gets the same booking, also when its time is over. Another request takes the
/// place of the booking in hand, and an attempt that was open in it counts as failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartBooking {
    /// The request's idempotency key.
    pub request: RequestKey,
    /// The request's body.
    pub body: RequestHash,
    /// The PIN to be reset.
    pub target: PinKind,
    /// A new id.
    pub booking: BookingId,
    /// A new nonce.
    pub nonce: Nonce,
}

/// A booking that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// Which.
    pub booking: BookingId,
    /// The PIN to be reset.
    pub target: PinKind,
    /// What the card signs.
    pub nonce: Nonce,
    /// The first instant at which it is over.
    pub deadline: Timestamp,
}

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

/// Copies the card's answer to [`Reserve`]. The card has decided; neither the deadline nor a lock is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishBooking {
    /// The booking.
    pub booking: BookingId,
    /// The card's answer.
    pub reserved: Reserved,
}

impl Booking {
    /// What the booking expects next.
    pub const fn expects(&self) -> Expected {
        match self.progress {
            Progress::AwaitingCard { .. } => Expected::Card,
            Progress::Face(_) => Expected::Face,
            Progress::UserReady { .. } | Progress::SignatureReady { .. } => Expected::Reservation,
            Progress::Finished { .. } => Expected::Nothing,
        }
    }

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

    fn started(&self) -> Started {
        Started { booking: self.id, target: self.target(), nonce: self.nonce, deadline: self.deadline }
    }

    const fn accepted(&self) -> CardAccepted {
        let next = match self.target() {
            PinKind::Signature => NextStep::Face,
            PinKind::User => NextStep::Reservation,
        };
        CardAccepted { next }
    }

    pub(super) fn refuse_over(&self, now: Timestamp) -> Result<(), Refusal> {
        if now < self.deadline { Ok(()) } else { Err(Refusal::BookingOver { deadline: self.deadline }) }
    }
}

impl Installation {
    /// The booking in hand, if it is this one.
    ///
    /// # Errors
    /// [`Refusal::BookingUnknown`].
    pub fn booking(&self, id: BookingId) -> Result<&Booking, Refusal> {
        self.booking.as_ref().filter(|booking| booking.id == id).ok_or(Refusal::BookingUnknown)
    }

    pub(super) fn booking_mut(&mut self, id: BookingId) -> Result<&mut Booking, Refusal> {
        self.booking.as_mut().filter(|booking| booking.id == id).ok_or(Refusal::BookingUnknown)
    }

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

    /// The card's command that turns this booking into a reservation, and the card it goes to.
    ///
    /// A finished booking gives it again, so that a repeat gets the card's answer again. The deadline is
    /// part of the command: the card decides by it, so that an answer that got lost can still be fetched.
    ///
    /// # Errors
    /// [`Refusal::BookingUnknown`], [`Refusal::OutOfOrder`], [`Refusal::Locked`].
    pub fn entitlement(&self, id: BookingId) -> Result<(CardId, Reserve), Refusal> {
        let booking = self.booking(id)?;
        let (card, basis) = match &booking.progress {
            Progress::AwaitingCard { .. } | Progress::Face(_) => {
                self.refuse_locked()?;
                return Err(Refusal::OutOfOrder { next: booking.expects() });
            }
            Progress::UserReady { card } => {
                self.refuse_locked()?;
                (card, Basis::User)
            }
            Progress::SignatureReady { card, matched } => {
                self.refuse_locked()?;
                (card, Basis::Signature { attempt: matched.attempt })
            }
            Progress::Finished { card, matched: None, .. } => (card, Basis::User),
            Progress::Finished { card, matched: Some(matched), .. } => {
                (card, Basis::Signature { attempt: matched.attempt })
            }
        };
        let reserve = Reserve {
            booking: id,
            installation: self.id,
            known_key: card.known_key,
            basis,
            deadline: booking.deadline,
        };
        Ok((card.id, reserve))
    }
}

impl Command<Installation> for StartBooking {
    type Outcome = Started;

    fn apply(
        self,
        state: Option<Installation>,
        now: Timestamp,
        policy: &Policy,
        facts: &mut Facts,
    ) -> Result<(Installation, Started), Refusal> {
        let mut installation = state.ok_or(Refusal::NotRegistered)?;
        if let Some(booking) = &installation.booking
            && booking.request == self.request
        {
            if booking.body != self.body {
                return Err(Refusal::KeyReused);
            }
            facts.push(Dated::new(now, Fact::Repeated(Repeat::BookingStarted(booking.id))));
            let started = booking.started();
            return Ok((installation, started));
        }
        installation.lapse_attempt(now, policy, facts);
        installation.refuse_locked()?;
        let booking = Booking {
            id: self.booking,
            request: self.request,
            body: self.body,
            nonce: self.nonce,
            started_at: now,
            deadline: now.after(BOOKING_LIFE),
            progress: Progress::AwaitingCard { target: self.target },
        };
        let started = booking.started();
        let replaced = installation.booking.replace(booking).map(|booking| booking.id);
        let fact = Fact::BookingStarted { booking: self.booking, target: self.target, replaced };
        facts.push(Dated::new(now, fact));
        Ok((installation, started))
    }
}

impl Command<Installation> for AcceptCard {
    type Outcome = CardAccepted;

    fn apply(
        self,
        state: Option<Installation>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Facts,
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

impl Command<Installation> for FinishBooking {
    type Outcome = Reserved;

    fn apply(
        self,
        state: Option<Installation>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Facts,
    ) -> Result<(Installation, Reserved), Refusal> {
        let mut installation = state.ok_or(Refusal::NotRegistered)?;
        let booking = installation.booking_mut(self.booking)?;
        let next = booking.expects();
        let (card, matched) = match &booking.progress {
            Progress::AwaitingCard { .. } | Progress::Face(_) => return Err(Refusal::OutOfOrder { next }),
            Progress::UserReady { card } => (card.clone(), None),
            Progress::SignatureReady { card, matched } => (card.clone(), Some(matched.clone())),
            Progress::Finished { reserved, .. } => {
                let reserved = reserved.clone();
                facts.push(Dated::new(now, Fact::Repeated(Repeat::BookingFinished(self.booking))));
                return Ok((installation, reserved));
            }
        };
        let reserved = self.reserved;
        booking.progress = Progress::Finished { card, matched, reserved: reserved.clone() };
        let fact = Fact::BookingFinished { booking: self.booking, number: reserved.number };
        facts.push(Dated::new(now, fact));
        Ok((installation, reserved))
    }
}
