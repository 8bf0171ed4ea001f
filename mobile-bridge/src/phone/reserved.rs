//! The reservation that was made: where it stands, and cancelling it.

use wire::app::{Reservation, ReservationState};
use wire::problem::ProblemType;

use super::{Phone, PhoneError};
use crate::server::CallError;

impl Phone {
    /// Where the latest reservation stands.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub async fn status(&self) -> Result<Reservation, PhoneError> {
        let held = self.held().ok_or(PhoneError::NoReservation)?;
        Ok(self.server.reservation(held.number(), &held.token).await?)
    }

    /// Cancels the latest reservation. Done twice it is the same.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub async fn cancel(&self) -> Result<Reservation, PhoneError> {
        let held = self.held().ok_or(PhoneError::NoReservation)?;
        match self.server.cancel(held.number(), &held.token).await {
            Ok(reservation) => Ok(reservation),
            Err(CallError::Failure(failure)) if failure.kind() == Some(ProblemType::ReservationEnded) => {
                // Perhaps ended by this very wish, whose answer was lost.
                let reservation = self.status().await?;
                match reservation.state {
                    ReservationState::Cancelled { .. } => Ok(reservation),
                    _ => Err(failure.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }
}
