//! The face step: a challenge, the face that answers it, and what became of that.

use uuid::Uuid;
use wire::app::{FaceChallenge, FaceVerdict};
use wire::problem::ProblemType;

use super::{Phone, PhoneError, kind};
use crate::pictures::Frames;
use crate::progress::{BookingInHand, Face, Step};
use crate::server::CallError;
use crate::state::{FaceLock, State};

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
    /// They were not judged for this challenge: ask for a new one.
    Again(NotJudged),
}

/// Why frames were not judged for their challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotJudged {
    /// A fault of the service. Nothing was counted.
    OurFault {
        /// Attempts that are left before the lock.
        tries_left: u8,
    },
    /// They came after the challenge's end. They were not counted.
    TooLate,
    /// The challenge is no longer out. An earlier attempt that nobody judged in time may have been counted.
    ChallengeGone,
    /// Other frames were sent for it before, and these may have been counted.
    OtherFramesBefore,
}

impl Phone {
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
}

fn not_judged(error: &CallError) -> Option<NotJudged> {
    match kind(error)? {
        ProblemType::ChallengeOver => Some(NotJudged::TooLate),
        ProblemType::ChallengeUnknown => Some(NotJudged::ChallengeGone),
        ProblemType::AttemptUsed => Some(NotJudged::OtherFramesBefore),
        _ => None,
    }
}
