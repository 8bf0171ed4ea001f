//! A booking that is ready entitles to a reservation, and ends with the card's answer.

use crate::card::{Basis, Reserve};
use crate::decision::{Command, Dated};
use crate::installation::{Fact, Installation, Progress, Refusal, Repeat, Reserved};
use crate::{BookingId, CardId, Policy, Timestamp};

/// Copies the card's answer to [`Reserve`]. The card has decided; neither the deadline nor a lock is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishBooking {
    /// The booking.
    pub booking: BookingId,
    /// The card's answer.
    pub reserved: Reserved,
}

impl Installation {
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

impl Command<Installation> for FinishBooking {
    type Outcome = Reserved;

    fn apply(
        self,
        state: Option<Installation>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Vec<Dated<Fact>>,
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
