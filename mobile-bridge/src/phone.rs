//! The booking as the app drives it: what comes next, and each step, stored before it is sent.
//!
//! Killed between any two messages, the phone goes on where it stood: every message carries a key or is by itself
//! the same twice, and what was stored says which message was perhaps sent.

use std::sync::Arc;

use client::Failure;
use reservation::{InstallationId, PinKind, ReservationNumber};
use time::OffsetDateTime;
use uuid::Uuid;
use wire::app::{FaceChallenge, FaceVerdict, Reservation, ReservationState, StartBooking, Terms};
use wire::problem::ProblemType;

use crate::pictures::{Frames, PicturesRefused};
use crate::progress::{BookingInHand, Face, NotAsAsked, Step};
use crate::proof::{CardProof, SurfaceBytes};
use crate::server::{BookingServer, CallError};
use crate::state::{FaceLock, Held, State, StateError, StateStore};
use crate::statements::ToSign;

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
    /// When the camera is ready: [`Phone::challenge`], then [`Phone::show_face`].
    ShowFace {
        /// The booking ends here.
        expires_at: OffsetDateTime,
    },
    /// [`Phone::reserve`].
    Reserve,
}

/// What became of a face that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It is the card's: [`Phone::next`] is the reservation.
    Matched,
    /// It was not matched: other frames, for a new challenge.
    NotMatched {
        /// Attempts that are left before the lock.
        tries_left: u8,
    },
    /// It was the last attempt. The booking has ended, and the lock is remembered.
    Locked(FaceLock),
    /// Nothing was counted: ask for a new challenge.
    Again(NotJudged),
}

/// Why frames were not judged for their challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotJudged {
    /// A fault of the service.
    OurFault {
        /// Attempts that are left before the lock.
        tries_left: u8,
    },
    /// They came after the challenge's end.
    TooLate,
    /// The challenge is no longer out.
    ChallengeGone,
    /// Other frames were sent for it before.
    OtherFramesBefore,
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

    /// What the face has to show. Asked again, it is the same challenge until frames were judged for it.
    ///
    /// # Errors
    /// [`PhoneError`]; after [`PhoneError::OutOfOrder`] ask [`Self::next`].
    pub async fn challenge(&mut self) -> Result<FaceChallenge, PhoneError> {
        let booking = self.showing_face()?;
        if let Some(challenge) = booking.challenge() {
            return Ok(challenge.clone());
        }
        let booking = booking.asking_for_challenge(Uuid::now_v7());
        let Step::ShowingFace { booking: begun, face: Face::Asking { key }, .. } = &booking.step else {
            return Err(PhoneError::OutOfOrder);
        };
        let (id, key) = (begun.id, *key);
        self.remember(Some(booking.clone()))?;
        let challenge = match self.server.face_challenge(key, id).await {
            Ok(challenge) => challenge,
            Err(error) => return self.refused_face(booking, error),
        };
        self.remember(Some(booking.challenged(challenge.clone())?))?;
        Ok(challenge)
    }

    /// Shows the face for the challenge that is out. After a lost answer the same frames are the same attempt.
    ///
    /// # Errors
    /// [`PhoneError`]. After [`ProblemType::FramesUnfit`] nothing was counted, and other frames may be shown for the
    /// same challenge.
    pub async fn show_face(&mut self, frames: &Frames) -> Result<Shown, PhoneError> {
        let booking = self.showing_face()?.sending_frames();
        let Step::ShowingFace { booking: begun, face: Face::Sent { challenge }, .. } = &booking.step else {
            return Err(PhoneError::OutOfOrder);
        };
        let least = usize::from(challenge.frames_least) * challenge.poses.len();
        frames.check_count(least, usize::from(challenge.frames_most))?;
        let surface = self.surface.clone().ok_or(PhoneError::OutOfOrder)?;
        let (id, attempt) = (begun.id, challenge.attempt);
        self.remember(Some(booking.clone()))?;
        match self.server.show_face(id, attempt, &surface, frames).await {
            Ok(verdict) => self.judged(booking, verdict),
            Err(error) => match not_judged(&error) {
                Some(reason) => {
                    self.remember(Some(booking.without_challenge()))?;
                    Ok(Shown::Again(reason))
                }
                None => self.refused_face(booking, error),
            },
        }
    }

    fn judged(&mut self, booking: BookingInHand, verdict: FaceVerdict) -> Result<Shown, PhoneError> {
        let lock = match verdict {
            FaceVerdict::Matched { .. } => {
                self.surface = None;
                self.remember(Some(booking.elsewhere()))?;
                return Ok(Shown::Matched);
            }
            FaceVerdict::NotMatched { tries_left } => {
                self.remember(Some(booking.without_challenge()))?;
                return Ok(Shown::NotMatched { tries_left });
            }
            FaceVerdict::Voided { tries_left } => {
                self.remember(Some(booking.without_challenge()))?;
                return Ok(Shown::Again(NotJudged::OurFault { tries_left }));
            }
            FaceVerdict::Locked { until, number } => FaceLock::new(Some(until), Some(&number)),
            FaceVerdict::LockedForGood { number } => FaceLock::new(None, Some(&number)),
        };
        self.surface = None;
        self.save(State { booking: None, lock: Some(lock.clone()), ..self.state.clone() })?;
        Ok(Shown::Locked(lock))
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

    fn showing_face(&self) -> Result<BookingInHand, PhoneError> {
        if self.surface.is_none() {
            return Err(PhoneError::OutOfOrder);
        }
        self.in_hand(|step| matches!(step, Step::ShowingFace { .. }))
    }

    /// The same for the face step, where the server may stand at another: [`Self::next`] finds out.
    fn refused_face<T>(&mut self, booking: BookingInHand, error: CallError) -> Result<T, PhoneError> {
        match kind(&error) {
            Some(ProblemType::BookingOutOfOrder) => {
                self.surface = None;
                self.remember(Some(booking.elsewhere()))?;
                Err(PhoneError::OutOfOrder)
            }
            Some(ProblemType::AnotherCard) => {
                self.surface = None;
                self.refused(booking, error)
            }
            _ => self.refused(booking, error),
        }
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

fn not_judged(error: &CallError) -> Option<NotJudged> {
    match kind(error)? {
        ProblemType::ChallengeOver => Some(NotJudged::TooLate),
        ProblemType::ChallengeUnknown => Some(NotJudged::ChallengeGone),
        ProblemType::AttemptUsed => Some(NotJudged::OtherFramesBefore),
        _ => None,
    }
}

fn held(reservation: &Reservation) -> Option<Held> {
    let number = ReservationNumber::parse(&reservation.number).ok()?;
    let token = reservation.token.clone()?;
    Some(Held::new(number, token, reservation.target, reservation.expires_at))
}
