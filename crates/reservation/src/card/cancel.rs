//! A reservation is cancelled: by the holder's app, or by two different people of the desk.
//!
//! While a claim lives neither can: its authorisation is out, and the kiosk may be writing to the card.

use crate::card::{
    Approval, CancelledBy, Card, End, Fact, Live, Refusal, Repeat, Reservation, ReservationStatus, Status,
};
use crate::decision::{Command, Dated};
use crate::{BookingId, InstallationId, Policy, ReservationNumber, StaffId, Timestamp};

type Facts = Vec<Dated<Fact>>;

/// A first member of staff agrees to cancel the card's reservation; a newer approval takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApproveCancel {
    /// The number the holder read out.
    pub number: ReservationNumber,
    /// Who agrees.
    pub staff: StaffId,
}

/// Cancels. The same command again gets the same answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancel {
    /// Who cancels what.
    pub by: Canceller,
}

/// Who cancels what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Canceller {
    /// The holder: the reservation that this booking made on this app.
    Holder {
        /// The booking.
        booking: BookingId,
        /// The app.
        installation: InstallationId,
    },
    /// The second of two people of the desk: the reservation that lives.
    Desk {
        /// The number the holder read out.
        number: ReservationNumber,
        /// Who cancels; not the one who agreed.
        staff: StaffId,
    },
}

impl Card {
    pub(super) fn refuse_other_number(&self, number: ReservationNumber) -> Result<(), Refusal> {
        if self.number == number { Ok(()) } else { Err(Refusal::NumberNotCurrent) }
    }

    /// Ends the living reservation, which `by` may do.
    fn cancel_live(
        mut self,
        reservation: Reservation<Live>,
        by: CancelledBy,
        now: Timestamp,
        facts: &mut Facts,
    ) -> (Self, ReservationStatus) {
        let booking = reservation.booking;
        let fact = match &by {
            CancelledBy::Holder => Fact::CancelledByHolder { booking },
            CancelledBy::Desk { first, second } => {
                Fact::CancelledByDesk { booking, first: first.clone(), second: second.clone() }
            }
        };
        facts.push(Dated::new(now, fact));
        let cancelled = reservation.with(End::Cancelled { at: now, by });
        let status = cancelled.status();
        self.ended.push(cancelled);
        (self, status)
    }

    fn repeat_cancelled(
        self,
        status: ReservationStatus,
        now: Timestamp,
        facts: &mut Facts,
    ) -> (Self, ReservationStatus) {
        facts.push(Dated::new(now, Fact::Repeated(Repeat::Cancelled(status.booking))));
        (self, status)
    }

    fn cancel_by_holder(
        mut self,
        booking: BookingId,
        installation: InstallationId,
        now: Timestamp,
        facts: &mut Facts,
    ) -> Result<(Self, ReservationStatus), Refusal> {
        let known = self.reservation(booking).ok_or(Refusal::NoReservation)?;
        if known.installation != installation {
            return Err(Refusal::AnotherInstallation);
        }
        match self.live.take_if(|live| live.booking == booking) {
            Some(reservation) => match &reservation.state {
                Live::Claimed(running) => Err(Refusal::ClaimLives { lease_ends: running.facts.lease_ends }),
                Live::Reserved { .. } => Ok(self.cancel_live(reservation, CancelledBy::Holder, now, facts)),
            },
            // Not the one that lives, so it has ended.
            None => match &known.state {
                Status::Ended(End::Cancelled { .. }) => Ok(self.repeat_cancelled(known, now, facts)),
                Status::Ended(end) => Err(Refusal::Ended(end.clone())),
                Status::Reserved { .. } | Status::Claimed { .. } => Err(Refusal::NoReservation),
            },
        }
    }

    fn cancel_by_desk(
        mut self,
        number: ReservationNumber,
        staff: StaffId,
        now: Timestamp,
        facts: &mut Facts,
    ) -> Result<(Self, ReservationStatus), Refusal> {
        self.refuse_other_number(number)?;
        match self.live.take() {
            Some(reservation) => match &reservation.state {
                Live::Claimed(running) => Err(Refusal::ClaimLives { lease_ends: running.facts.lease_ends }),
                Live::Reserved { approval } => {
                    let first = Approval::confirmed_by(approval.as_ref(), &staff, now)?;
                    let by = CancelledBy::Desk { first, second: staff };
                    Ok(self.cancel_live(reservation, by, now, facts))
                }
            },
            None => match self.ended.last().map(|last| (last.status(), &last.state)) {
                Some((status, End::Cancelled { by: CancelledBy::Desk { second, .. }, .. }))
                    if *second == staff =>
                {
                    Ok(self.repeat_cancelled(status, now, facts))
                }
                Some((_, end)) => Err(Refusal::Ended(end.clone())),
                None => Err(Refusal::NoReservation),
            },
        }
    }
}

impl Command<Card> for ApproveCancel {
    type Outcome = ();

    fn apply(
        self,
        state: Option<Card>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Facts,
    ) -> Result<(Card, ()), Refusal> {
        let mut card = state.ok_or(Refusal::NumberNotCurrent)?;
        card.refuse_other_number(self.number)?;
        let Some(live) = &mut card.live else {
            return Err(card
                .ended
                .last()
                .map_or(Refusal::NoReservation, |last| Refusal::Ended(last.state.clone())));
        };
        let fact = match &mut live.state {
            Live::Claimed(running) => {
                return Err(Refusal::ClaimLives { lease_ends: running.facts.lease_ends });
            }
            Live::Reserved { approval } => {
                let repeated = Approval::give(approval, &self.staff, now);
                if repeated {
                    Fact::Repeated(Repeat::Approved(self.staff))
                } else {
                    Fact::CancelApproved { booking: live.booking, staff: self.staff }
                }
            }
        };
        facts.push(Dated::new(now, fact));
        Ok((card, ()))
    }
}

impl Command<Card> for Cancel {
    type Outcome = ReservationStatus;

    fn apply(
        self,
        state: Option<Card>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Facts,
    ) -> Result<(Card, ReservationStatus), Refusal> {
        let card = state.ok_or(Refusal::NoReservation)?;
        match self.by {
            Canceller::Holder { booking, installation } => {
                card.cancel_by_holder(booking, installation, now, facts)
            }
            Canceller::Desk { number, staff } => card.cancel_by_desk(number, staff, now, facts),
        }
    }
}
