//! A booking becomes a reservation: at most one lives per card, and the newest wins.

use crate::card::{Card, End, Fact, Live, Refusal, Repeat, Reservation, ReservationStatus};
use crate::decision::{Command, Dated};
use crate::limits::{BOOKING_LIFE, ENDED_RESERVATIONS_KEPT, RESERVATION_LIFE};
use crate::{AttemptId, BookingId, InstallationId, KeyHash, PinKind, Policy, Timestamp};

/// Makes a reservation from a booking that is ready ([`crate::Installation::entitlement`] writes this).
///
/// Keyed by the booking: the same booking again gets its reservation as it stands now, and never a second.
/// An earlier reservation of the card is replaced, whichever its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// The booking.
    pub booking: BookingId,
    /// The app.
    pub installation: InstallationId,
    /// The key that booked.
    pub known_key: KeyHash,
    /// What entitles to it.
    pub basis: Basis,
    /// The first instant at which the booking is over.
    pub deadline: Timestamp,
}

/// What entitles to a reservation, and thereby its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The card's proof alone: the user PIN.
    User,
    /// The card's proof and an accepted match that this card has recorded: the signature PIN.
    Signature {
        /// The attempt that matched.
        attempt: AttemptId,
    },
}

impl Basis {
    /// The PIN to be reset.
    pub const fn target(self) -> PinKind {
        match self {
            Self::User => PinKind::User,
            Self::Signature { .. } => PinKind::Signature,
        }
    }
}

impl Reservation<End> {
    /// From here on the entry serves late proofs only: no booking, session or lease of it can come again.
    fn rests_at(&self) -> Timestamp {
        let replay = self.made_at.after(BOOKING_LIFE);
        self.claims.iter().map(|claim| claim.facts.lease_ends).fold(replay, Timestamp::max)
    }
}

impl Card {
    /// Makes room for the reservation that lives to join the ended ones, or says when there will be.
    ///
    /// The oldest that no claim was made on goes first: only claims can have proofs.
    fn make_room(&mut self, now: Timestamp) -> Result<(), Refusal> {
        let resting = |ended: &Reservation<End>| ended.rests_at() <= now;
        while self.ended.len() >= ENDED_RESERVATIONS_KEPT {
            let victim = self
                .ended
                .iter()
                .position(|ended| resting(ended) && ended.claims.is_empty())
                .or_else(|| self.ended.iter().position(resting));
            let Some(victim) = victim else {
                let until = self.ended.iter().map(Reservation::rests_at).min().unwrap_or(now);
                return Err(Refusal::TooManyReservations { until });
            };
            self.ended.remove(victim);
        }
        Ok(())
    }
}

impl Command<Card> for Reserve {
    type Outcome = ReservationStatus;

    fn apply(
        self,
        state: Option<Card>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Vec<Dated<Fact>>,
    ) -> Result<(Card, ReservationStatus), Refusal> {
        let mut card = state.ok_or(Refusal::NotProved)?;
        if let Some(status) = card.reservation(self.booking) {
            facts.push(Dated::new(now, Fact::Repeated(Repeat::Reserved(self.booking))));
            return Ok((card, status));
        }
        if self.deadline <= now {
            return Err(Refusal::BookingOver { deadline: self.deadline });
        }
        card.refuse_unproved(self.booking)?;
        card.refuse_locked()?;
        match self.basis {
            Basis::User => {}
            Basis::Signature { attempt } if card.matched(attempt, self.booking) => {}
            Basis::Signature { .. } => return Err(Refusal::NotMatched),
        }
        if let Some(Reservation { state: Live::Claimed(claim), .. }) = &card.live {
            return Err(Refusal::ClaimLives { lease_ends: claim.facts.lease_ends });
        }
        if let Some(earlier) = card.live.take() {
            facts.push(Dated::new(now, Fact::Replaced { booking: earlier.booking }));
            card.ended.push(earlier.with(End::Replaced { at: now, by: self.booking }));
        }
        card.make_room(now)?;
        let target = self.basis.target();
        let expires_at = now.after(RESERVATION_LIFE);
        let reservation = Reservation {
            booking: self.booking,
            number: card.number,
            target,
            known_key: self.known_key,
            installation: self.installation,
            made_at: now,
            expires_at,
            claims: Vec::new(),
            state: Live::Reserved { approval: None },
        };
        let status = reservation.status();
        card.live = Some(reservation);
        facts.push(Dated::new(now, Fact::Reserved { booking: self.booking, target, expires_at }));
        Ok((card, status))
    }
}
