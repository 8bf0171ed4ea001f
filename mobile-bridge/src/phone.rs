//! The booking as the app drives it: what comes next, and each step, stored before it is sent.
//!
//! Killed between any two messages, the phone goes on where it stood: every message carries a key or is by itself
//! the same twice, and what was stored says which message was perhaps sent.

use std::sync::Arc;

use client::Failure;
use reservation::statement::BookingStatement;
use reservation::{InstallationId, PinKind, ReservationNumber};
use time::OffsetDateTime;
use uuid::Uuid;
use wire::app::{CardEvidence, Reservation, ReservationState, StartBooking, Terms};
use wire::problem::ProblemType;

use crate::progress::{BookingInHand, CannotGoOn, Step};
use crate::server::{BookingServer, CallError};
use crate::state::{Held, State, StateError, StateStore};

/// Why a step did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// The server, the way to it, or the device key.
    #[error(transparent)]
    Call(#[from] CallError),
    /// What is stored cannot be read or written; nothing was sent.
    #[error(transparent)]
    State(#[from] StateError),
    /// The booking's 15 minutes are over: begin again.
    #[error("the booking's time is over")]
    BookingOver,
    /// The server does not have the card's evidence: read the card again.
    #[error("the card must be read again")]
    EvidenceMissing,
    /// The booking asks for the holder's face, which this version does not show.
    #[error("this booking asks for the holder's face")]
    FaceNeeded,
    /// There is no reservation on this phone.
    #[error("there is no reservation on this phone")]
    NoReservation,
    /// The step does not follow from where the booking stands: ask [`Phone::next`].
    #[error("this is not the next step")]
    OutOfOrder,
}

impl From<Failure> for PhoneError {
    fn from(failure: Failure) -> Self {
        Self::Call(failure.into())
    }
}

/// What the app must do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// [`Phone::start`].
    Start,
    /// Read the card, let its key sign this, and [`Phone::prove`].
    ReadCard {
        /// What the card signs.
        statement: BookingStatement,
        /// The booking ends here.
        expires_at: OffsetDateTime,
    },
    /// [`Phone::reserve`].
    Reserve,
}

/// One phone: its installation, what it remembers, and its server.
pub struct Phone {
    server: Arc<dyn BookingServer>,
    states: Box<dyn StateStore>,
    installation: InstallationId,
    state: State,
}

impl Phone {
    /// The phone with this installation (the device key's thumbprint), as it was left.
    ///
    /// # Errors
    /// [`PhoneError::State`].
    pub fn open(
        server: Arc<dyn BookingServer>,
        states: Box<dyn StateStore>,
        installation: InstallationId,
    ) -> Result<Self, PhoneError> {
        let state = states.load()?;
        Ok(Self { server, states, installation, state })
    }

    /// Makes the device key known to the server; the terms to be shown and accepted. `app` is the app's name and
    /// version.
    ///
    /// # Errors
    /// [`PhoneError::Call`].
    pub async fn register(&self, app: &str) -> Result<Terms, PhoneError> {
        let installation = self.server.register(app).await?;
        if installation.installation.0 != self.installation.as_bytes() {
            return Err(Failure::NotUnderstood { status: 200 }.into());
        }
        Ok(installation.terms)
    }

    /// The booking in hand, if any.
    pub fn booking(&self) -> Option<&BookingInHand> {
        self.state.booking.as_ref()
    }

    /// The latest reservation, if any.
    pub fn held(&self) -> Option<&Held> {
        self.state.reservation.as_ref()
    }

    /// What comes next in booking a reset of this PIN.
    pub fn next(&self, target: PinKind) -> Next {
        let target = wire::PinKind::from(target);
        let Some(booking) = self.state.booking.as_ref().filter(|booking| booking.target == target) else {
            return Next::Start;
        };
        match &booking.step {
            Step::Starting { .. } => Next::Start,
            Step::Reserving { .. } => Next::Reserve,
            Step::ReadingCard { booking: begun } => match booking.statement(self.installation) {
                Some(statement) => Next::ReadCard { statement, expires_at: begun.expires_at },
                None => Next::Start,
            },
        }
    }

    /// Begins the booking, or begins the same one again if its first beginning was perhaps sent.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub async fn start(&mut self, target: PinKind, accepted_terms: &str) -> Result<(), PhoneError> {
        let booking = match self.state.booking.take() {
            Some(booking)
                if booking.target == target.into()
                    && booking.terms == accepted_terms
                    && matches!(booking.step, Step::Starting { .. }) =>
            {
                booking
            }
            _ => BookingInHand::begin(target, accepted_terms, Uuid::now_v7()),
        };
        let Step::Starting { key } = booking.step else { return Err(PhoneError::OutOfOrder) };
        self.remember(Some(booking.clone()))?;
        let body = StartBooking { target: booking.target, terms: booking.terms.clone(), consent: true };
        let answer = match self.server.start(key, &body).await {
            Ok(answer) => answer,
            Err(error) => return self.refused(booking, error),
        };
        match booking.begun(&answer, Uuid::now_v7()) {
            Ok(booking) => self.remember(Some(booking)),
            Err(reason) => {
                self.remember(None)?;
                Err(match reason {
                    CannotGoOn::FaceNeeded => PhoneError::FaceNeeded,
                    CannotGoOn::NotAsAsked => Failure::NotUnderstood { status: 200 }.into(),
                })
            }
        }
    }

    /// Sends what the card proved.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub async fn prove(&mut self, evidence: &CardEvidence) -> Result<(), PhoneError> {
        let booking = self.in_hand(|step| matches!(step, Step::ReadingCard { .. }))?;
        let booking = booking.sending_evidence(Uuid::now_v7());
        let Step::Reserving { booking: begun, .. } = &booking.step else {
            return Err(PhoneError::OutOfOrder);
        };
        let id = begun.id;
        self.remember(Some(booking.clone()))?;
        match self.server.prove_card(id, evidence).await {
            Ok(_) => Ok(()),
            // The server is past the card already: what it has is asked for next.
            Err(CallError::Failure(failure)) if failure.kind() == Some(ProblemType::BookingOutOfOrder) => {
                Ok(())
            }
            Err(error) => self.refused(booking, error),
        }
    }

    /// Turns the booking into a reservation. If the server says that the card's evidence never arrived,
    /// [`Self::next`] is to read the card.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub async fn reserve(&mut self) -> Result<Reservation, PhoneError> {
        let booking = self.in_hand(|step| matches!(step, Step::Reserving { .. }))?;
        let Step::Reserving { booking: begun, key } = &booking.step else {
            return Err(PhoneError::OutOfOrder);
        };
        let reservation = match self.server.reserve(*key, begun.id).await {
            Ok(reservation) => reservation,
            Err(error) => return self.refused(booking, error),
        };
        let held = held(&reservation).ok_or(Failure::NotUnderstood { status: 200 })?;
        self.save(State { booking: None, reservation: Some(held) })?;
        Ok(reservation)
    }

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

    fn in_hand(&self, at: impl Fn(&Step) -> bool) -> Result<BookingInHand, PhoneError> {
        self.state.booking.clone().filter(|booking| at(&booking.step)).ok_or(PhoneError::OutOfOrder)
    }

    /// Stores what is left of the booking after an error, and passes the error on.
    fn refused<T>(&mut self, booking: BookingInHand, error: CallError) -> Result<T, PhoneError> {
        let CallError::Failure(Failure::Refused(refusal)) = &error else { return Err(error.into()) };
        let kind = refusal.kind;
        self.remember(booking.after_refusal(kind))?;
        match kind {
            Some(ProblemType::BookingExpired | ProblemType::BookingUnknown) => Err(PhoneError::BookingOver),
            Some(ProblemType::BookingOutOfOrder) => Err(PhoneError::EvidenceMissing),
            _ => Err(error.into()),
        }
    }

    fn remember(&mut self, booking: Option<BookingInHand>) -> Result<(), PhoneError> {
        self.save(State { booking, reservation: self.state.reservation.clone() })
    }

    fn save(&mut self, state: State) -> Result<(), PhoneError> {
        self.states.save(&state)?;
        self.state = state;
        Ok(())
    }
}

fn held(reservation: &Reservation) -> Option<Held> {
    let number = ReservationNumber::parse(&reservation.number).ok()?;
    let token = reservation.token.clone()?;
    Some(Held::new(number, token, reservation.target, reservation.expires_at))
}
