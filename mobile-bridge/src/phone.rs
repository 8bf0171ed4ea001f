//! The booking as the app drives it: what comes next, and each step, stored before it is sent.
//!
//! Killed between any two messages, the phone goes on where it stood: every message carries a key or is by itself
//! the same twice, and what was stored says which message was perhaps sent.

mod face;
mod reserved;

use std::sync::Arc;

use client::Failure;
use reservation::{InstallationId, PinKind, ReservationNumber};
use time::OffsetDateTime;
use uuid::Uuid;
use wire::app::{Reservation, StartBooking, Terms};
use wire::problem::ProblemType;

use crate::pictures::PicturesRefused;
use crate::progress::{BookingInHand, Face, NotAsAsked, Step};
use crate::proof::{CardProof, SurfaceBytes};
use crate::server::{BookingServer, CallError};
use crate::state::{FaceLock, Held, State, StateError, StateStore};
use crate::statements::ToSign;

pub use face::{NotJudged, Shown};

/// Why a step did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// The server, the way to it, or the device key.
    #[error(transparent)]
    Call(#[from] CallError),
    /// What is stored cannot be read or written; nothing was sent.
    #[error(transparent)]
    State(#[from] StateError),
    /// Pictures that are not sent: give others.
    #[error(transparent)]
    Pictures(#[from] PicturesRefused),
    /// The booking's 15 minutes are over: begin again.
    #[error("the booking's time is over")]
    BookingOver,
    /// The server does not have what must come before: read the card again.
    #[error("the card must be read again")]
    EvidenceMissing,
    /// The step does not follow from where the booking stands: ask [`Phone::next`].
    #[error("this is not the next step")]
    OutOfOrder,
    /// There is no reservation on this phone.
    #[error("there is no reservation on this phone")]
    NoReservation,
}

impl From<Failure> for PhoneError {
    fn from(failure: Failure) -> Self {
        Self::Call(failure.into())
    }
}

impl From<NotAsAsked> for PhoneError {
    fn from(NotAsAsked: NotAsAsked) -> Self {
        Failure::NotUnderstood { status: 200 }.into()
    }
}

/// What the app must do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// [`Phone::start`].
    Start,
    /// Read the card, let its keys sign this, and [`Phone::prove`].
    ReadCard {
        /// What the card signs.
        to_sign: ToSign,
        /// The booking ends here.
        expires_at: OffsetDateTime,
    },
    /// When the camera is ready: [`Phone::challenge`], then [`Phone::show_face`] with what it took.
    ShowFace {
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
    /// What the card in hand said, between its proof and the face. Never stored.
    surface: Option<SurfaceBytes>,
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
        Ok(Self { server, states, installation, state, surface: None })
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

    /// The lock that the server last told, if no card was accepted since.
    pub fn lock(&self) -> Option<&FaceLock> {
        self.state.lock.as_ref()
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
            Step::ShowingFace { booking: begun, .. } if self.surface.is_some() => {
                Next::ShowFace { expires_at: begun.expires_at }
            }
            // Perhaps the face was matched, and only the answer was lost.
            Step::ShowingFace { face: Face::Sent { .. }, .. } => Next::Reserve,
            Step::ReadingCard { booking: begun } | Step::ShowingFace { booking: begun, .. } => {
                match booking.to_sign(self.installation) {
                    Some(to_sign) => Next::ReadCard { to_sign, expires_at: begun.expires_at },
                    None => Next::Start,
                }
            }
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
        // Whatever a card said, it said it for another booking.
        self.surface = None;
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
                Err(reason.into())
            }
        }
    }

    /// Sends what the card proved.
    ///
    /// # Errors
    /// [`PhoneError`]. After [`ProblemType::FrontUnfit`] the same card may be sent with another front.
    pub async fn prove(&mut self, proof: &CardProof) -> Result<(), PhoneError> {
        let booking =
            self.in_hand(|step| matches!(step, Step::ReadingCard { .. } | Step::ShowingFace { .. }))?;
        let (booking, surface) = match (booking.target, proof) {
            (wire::PinKind::User, CardProof::User(_)) => (booking, None),
            (wire::PinKind::Signature, CardProof::Signature { card, .. }) => {
                (booking, Some(card.surface.clone()))
            }
            (wire::PinKind::User, CardProof::Signature { .. })
            | (wire::PinKind::Signature, CardProof::User(_)) => return Err(PhoneError::OutOfOrder),
        };
        let booking = booking.sending_evidence(Uuid::now_v7());
        let (Step::Reserving { booking: begun, .. } | Step::ShowingFace { booking: begun, .. }) =
            &booking.step
        else {
            return Err(PhoneError::OutOfOrder);
        };
        let id = begun.id;
        self.surface = None;
        self.remember(Some(booking.clone()))?;
        match self.server.prove_card(id, proof).await {
            Ok(_) => {
                self.surface = surface;
                // Neither this phone nor this card is locked.
                self.save(State { lock: None, ..self.state.clone() })
            }
            // The server is past the card already: what it has is asked for next.
            Err(CallError::Failure(failure)) if failure.kind() == Some(ProblemType::BookingOutOfOrder) => {
                self.remember(Some(booking.elsewhere()))
            }
            Err(error) => self.refused(booking, error),
        }
    }

    /// Turns the booking into a reservation. If the server says that what comes before never arrived, [`Self::next`] is
    /// to read the card.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub async fn reserve(&mut self) -> Result<Reservation, PhoneError> {
        let booking = self.in_hand(|step| {
            matches!(step, Step::Reserving { .. } | Step::ShowingFace { face: Face::Sent { .. }, .. })
        })?;
        let (Step::Reserving { booking: begun, key } | Step::ShowingFace { booking: begun, key, .. }) =
            &booking.step
        else {
            return Err(PhoneError::OutOfOrder);
        };
        let reservation = match self.server.reserve(*key, begun.id).await {
            Ok(reservation) => reservation,
            Err(error) if kind(&error) == Some(ProblemType::BookingOutOfOrder) => {
                self.surface = None;
                self.remember(Some(booking.not_ready()))?;
                return Err(PhoneError::EvidenceMissing);
            }
            Err(error) => return self.refused(booking, error),
        };
        let held = held(&reservation).ok_or(Failure::NotUnderstood { status: 200 })?;
        self.surface = None;
        self.save(State { booking: None, reservation: Some(held), lock: None })?;
        Ok(reservation)
    }

    fn in_hand(&self, at: impl Fn(&Step) -> bool) -> Result<BookingInHand, PhoneError> {
        self.state.booking.clone().filter(|booking| at(&booking.step)).ok_or(PhoneError::OutOfOrder)
    }

    /// Stores what is left of the booking after an error, and the lock it tells, and passes the error on.
    fn refused<T>(&mut self, booking: BookingInHand, error: CallError) -> Result<T, PhoneError> {
        let CallError::Failure(Failure::Refused(refusal)) = &error else { return Err(error.into()) };
        let lock = if refusal.is_lock() {
            // A refusal need not tell the number again.
            let known = self.lock().and_then(FaceLock::number);
            Some(FaceLock::new(refusal.facts.locked_until, refusal.facts.number.as_deref().or(known)))
        } else {
            self.state.lock.clone()
        };
        let kind = refusal.kind;
        self.save(State { booking: booking.after_refusal(kind), lock, ..self.state.clone() })?;
        match kind {
            Some(ProblemType::BookingExpired | ProblemType::BookingUnknown) => Err(PhoneError::BookingOver),
            Some(ProblemType::BookingOutOfOrder) => Err(PhoneError::EvidenceMissing),
            _ => Err(error.into()),
        }
    }

    fn remember(&mut self, booking: Option<BookingInHand>) -> Result<(), PhoneError> {
        self.save(State { booking, ..self.state.clone() })
    }

    fn save(&mut self, state: State) -> Result<(), PhoneError> {
        self.states.save(&state)?;
        self.state = state;
        Ok(())
    }
}

fn kind(error: &CallError) -> Option<ProblemType> {
    match error {
        CallError::Failure(failure) => failure.kind(),
        CallError::Key(_) => None,
    }
}

fn held(reservation: &Reservation) -> Option<Held> {
    let number = ReservationNumber::parse(&reservation.number).ok()?;
    let token = reservation.token.clone()?;
    Some(Held::new(number, token, reservation.target, reservation.expires_at))
}
