//! Records as the interfaces show them.

use reservation::card::{End, ReservationStatus, Status};
use reservation::{Kinds, PinKind, Timestamp};
use wire::app::{Reservation, ReservationState};

use crate::clock::to_date_time;
use crate::parts::Parts;

/// A reservation for the app, with where and until when it can be used.
pub fn reservation(
    status: &ReservationStatus,
    token: Option<String>,
    parts: &Parts,
    now: Timestamp,
) -> Reservation {
    Reservation {
        number: status.number.to_string(),
        target: status.target.into(),
        state: state(&status.state),
        expires_at: to_date_time(status.expires_at),
        last_arrival: to_date_time(parts.policy.hours.last_arrival(status.expires_at)),
        token,
        places: parts.service.places(status.target, now),
    }
}

/// Where a reservation stands.
pub fn state(status: &Status) -> ReservationState {
    match status {
        Status::Reserved { claims_left } => ReservationState::Reserved { claims_left: *claims_left },
        Status::Claimed { lease_ends } => ReservationState::Claimed { lease_ends: to_date_time(*lease_ends) },
        Status::Ended(End::Completed { at, .. }) => ReservationState::Completed { at: to_date_time(*at) },
        Status::Ended(End::Cancelled { at, .. }) => ReservationState::Cancelled { at: to_date_time(*at) },
        Status::Ended(End::Expired { .. }) => ReservationState::Expired,
        Status::Ended(End::Exhausted { .. }) => ReservationState::Exhausted,
        Status::Ended(End::Replaced { .. }) => ReservationState::Replaced,
    }
}

/// PIN kinds as a list.
pub fn kinds(kinds: Kinds) -> Vec<wire::PinKind> {
    PinKind::ALL.into_iter().filter(|kind| kinds.contains(*kind)).map(Into::into).collect()
}

/// PIN kinds as a set.
pub fn kind_set(kinds: &[wire::PinKind]) -> Kinds {
    kinds.iter().fold(Kinds::NONE, |set, kind| set.with((*kind).into()))
}
