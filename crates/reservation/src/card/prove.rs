//! The card proved itself in a booking: from then on it has a number, and may be counted against.

use crate::card::{Card, Fact, ProvedIn, Refusal, Repeat, Standing};
use crate::decision::{Command, Dated};
use crate::limits::{BOOKING_LIFE, PROOFS_KEPT};
use crate::{BookingId, Policy, ReservationNumber, Timestamp};

/// The caller has checked that this card proved itself in this booking: chain, signature, register,
/// revocation. The first such proof makes the record.
///
/// The number handed in is taken if the one the card has is no longer needed: while a reservation lives the
/// holder may have written it down. An index from number to card is made, only if absent, before the commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prove {
    /// The booking.
    pub booking: BookingId,
    /// A new number.
    pub number: ReservationNumber,
}

/// The card has proved itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// The card's number from now on.
    pub number: ReservationNumber,
    /// Whether it is the one handed in, so that the index needs it.
    pub taken: bool,
}

impl Card {
    /// Refuses while a lock is in force.
    pub(super) fn refuse_locked(&self) -> Result<(), Refusal> {
        match self.standing {
            Standing::Open { .. } => Ok(()),
            Standing::LockedUntil { until, .. } => Err(Refusal::Locked { until, number: self.number }),
            Standing::LockedForGood { .. } => Err(Refusal::LockedForGood { number: self.number }),
        }
    }

    /// Refuses unless the card proved itself in this booking: nothing is counted against one that has not.
    pub(super) fn refuse_unproved(&self, booking: BookingId) -> Result<(), Refusal> {
        let proved = self.proved_in.iter().any(|proof| proof.booking == booking);
        if proved { Ok(()) } else { Err(Refusal::NotProved) }
    }

    /// Forgets proofs of bookings that must be over by now.
    pub(super) fn forget_old_proofs(&mut self, now: Timestamp) {
        self.proved_in.retain(|proof| now < proof.at.after(BOOKING_LIFE));
    }
}

impl Command<Card> for Prove {
    type Outcome = Proved;

    fn apply(
        self,
        state: Option<Card>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Vec<Dated<Fact>>,
    ) -> Result<(Card, Proved), Refusal> {
        let Some(mut card) = state else {
            let card = Card {
                number: self.number,
                high_water: now,
                generation: 0,
                failures_in_all: 0,
                standing: Standing::Open { failures: 0, attempt: None },
                proved_in: vec![ProvedIn { booking: self.booking, at: now, voids: 0 }],
                verdicts: Vec::new(),
                frames_seen: Vec::new(),
                live: None,
                ended: Vec::new(),
                history: Vec::new(),
            };
            facts.push(Dated::new(now, Fact::Proved { booking: self.booking, number: self.number }));
            return Ok((card, Proved { number: self.number, taken: true }));
        };
        card.refuse_locked()?;
        if card.refuse_unproved(self.booking).is_ok() {
            facts.push(Dated::new(now, Fact::Repeated(Repeat::Proved(self.booking))));
            // A repeat may be the retry of a commit whose index entry is in doubt: it is checked again.
            let proved = Proved { number: card.number, taken: card.number == self.number };
            return Ok((card, proved));
        }
        if card.proved_in.len() >= PROOFS_KEPT {
            card.proved_in.remove(0);
        }
        card.proved_in.push(ProvedIn { booking: self.booking, at: now, voids: 0 });
        let taken = card.live.is_none();
        if taken {
            card.number = self.number;
        }
        facts.push(Dated::new(now, Fact::Proved { booking: self.booking, number: card.number }));
        let proved = Proved { number: card.number, taken };
        Ok((card, proved))
    }
}
