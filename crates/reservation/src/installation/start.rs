//! A booking begins, and takes the place of the one in hand.

use crate::decision::{Command, Dated};
use crate::installation::{Booking, Fact, Installation, Progress, Refusal, Repeat};
use crate::limits::BOOKING_LIFE;
use crate::{BookingId, Nonce, PinKind, Policy, RequestHash, RequestKey, Timestamp};

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

impl Booking {
    fn started(&self) -> Started {
        Started { booking: self.id, target: self.target(), nonce: self.nonce, deadline: self.deadline }
    }
}

impl Command<Installation> for StartBooking {
    type Outcome = Started;

    fn apply(
        self,
        state: Option<Installation>,
        now: Timestamp,
        policy: &Policy,
        facts: &mut Vec<Dated<Fact>>,
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
