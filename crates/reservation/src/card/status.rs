//! A reservation as app, desk and repeated answers see it.

use crate::card::{Card, End, Live, Reservation};
use crate::{BookingId, InstallationId, PinKind, ReservationNumber, Timestamp};

/// A reservation as app, desk and repeated answers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservationStatus {
    /// The booking it came from.
    pub booking: BookingId,
    /// The app that booked.
    pub installation: InstallationId,
    /// The number to read out.
    pub number: ReservationNumber,
    /// The PIN to be reset.
    pub target: PinKind,
    /// When it was made.
    pub made_at: Timestamp,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: Status,
}

/// Where a reservation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Waiting for the holder at a kiosk.
    Reserved {
        /// Claims that are left.
        claims_left: u8,
    },
    /// A kiosk is at work.
    Claimed {
        /// The first instant at which its hold is over.
        lease_ends: Timestamp,
    },
    /// It ended.
    Ended(End),
}

impl<S> Reservation<S> {
    fn seen_as(&self, state: Status) -> ReservationStatus {
        ReservationStatus {
            booking: self.booking,
            installation: self.installation,
            number: self.number,
            target: self.target,
            made_at: self.made_at,
            expires_at: self.expires_at,
            state,
        }
    }
}

impl Reservation<Live> {
    /// As app and desk see it.
    pub fn status(&self) -> ReservationStatus {
        self.seen_as(match &self.state {
            Live::Reserved { .. } => Status::Reserved { claims_left: self.claims_left() },
            Live::Claimed(claim) => Status::Claimed { lease_ends: claim.facts.lease_ends },
        })
    }
}

impl Reservation<End> {
    /// As app and desk see it.
    pub fn status(&self) -> ReservationStatus {
        self.seen_as(Status::Ended(self.state.clone()))
    }
}

impl Card {
    /// The reservation that came from this booking, whether it lives or has ended.
    pub fn reservation(&self, booking: BookingId) -> Option<ReservationStatus> {
        let live = self.live.iter().find(|live| live.booking == booking).map(Reservation::<Live>::status);
        live.or_else(|| {
            self.ended.iter().find(|ended| ended.booking == booking).map(Reservation::<End>::status)
        })
    }
}
