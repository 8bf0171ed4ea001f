//! The face step: a challenge, the face that answers it, and what became of that.

use std::time::Duration;

use uuid::Uuid;
use wire::app::{FaceChallenge, FaceEvidence, FaceVerdict};
use wire::problem::{Advice, ProblemType};

use super::{Phone, PhoneError, kind};
use crate::pictures::{FRAMES_MOST, Frames};
use crate::progress::{BookingInHand, Face, Step};
use crate::server::CallError;
use crate::state::{FaceLock, State};

/// What a person needs for one pose. A challenge that leaves less is not begun once more.
const PER_POSE: Duration = Duration::from_secs(3);
/// No challenge is waited for longer, whatever it says.
const LONGEST: Duration = Duration::from_secs(600);

/// What became of a face that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It is the card's: [`Phone::next`] is the reservation.
    Matched,
    /// It was not matched: other frames, for a new challenge.
    NotMatched {
        /// Attempts that are left before the lock.
        tries_left: u8,
        /// What to do better, where more is known than that it was not matched.
        advice: Option<Advice>,
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
    /// What the face has to show, in frames that are taken from now on. Asked again, it is the same challenge until frames
    /// were sent for it, or its time is nearly over. A challenge that [`Self::unsettled`] tells is let go.
    ///
    /// # Errors
    /// [`PhoneError`]; after [`PhoneError::OutOfOrder`] ask [`Self::next`].
    pub async fn challenge(&mut self) -> Result<FaceChallenge, PhoneError> {
        let booking = self.showing_face()?;
        if let Some(challenge) = booking.challenge() {
            let poses = u32::try_from(challenge.poses.len()).unwrap_or(u32::MAX);
            if self.time_left(challenge) >= PER_POSE.saturating_mul(poses) {
                return Ok(challenge.clone());
            }
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

    /// The challenge for which frames were sent whose verdict was lost, say because the phone was killed. Whoever still has
    /// the same frames shows them again, and hears it.
    pub fn unsettled(&self) -> Option<&FaceChallenge> {
        self.booking()?.unsettled()
    }

    /// How long frames for this challenge will still be in time, ten minutes at most.
    pub fn time_left(&self, challenge: &FaceChallenge) -> Duration {
        let left = challenge.expires_at - self.server.now();
        Duration::try_from(left).unwrap_or_default().min(LONGEST)
    }

    /// Shows the face for the challenge that is out, or unsettled. After a lost answer the same frames are the same attempt.
    ///
    /// # Errors
    /// [`PhoneError`]. After [`ProblemType::FramesUnfit`] nothing was counted, and other frames may be shown for the
    /// same challenge; it says of frames that were used in an earlier attempt that they are [`Advice::SeenBefore`].
    pub async fn show_face(&mut self, frames: &Frames) -> Result<Shown, PhoneError> {
        let booking = self.showing_face()?.sending_frames();
        let Step::ShowingFace { booking: begun, face: Face::Sent { challenge }, .. } = &booking.step else {
            return Err(PhoneError::OutOfOrder);
        };
        let most = usize::from(challenge.frames_most).min(FRAMES_MOST);
        frames.check_count(usize::from(challenge.frames_least), most)?;
        let surface = self.surface.clone().ok_or(PhoneError::OutOfOrder)?;
        let evidence = FaceEvidence { attempt: challenge.attempt, nonce: challenge.nonce.clone() };
        let id = begun.id;
        self.remember(Some(booking.clone()))?;
        match self.server.show_face(id, &evidence, &surface, frames).await {
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
            FaceVerdict::NotMatched { tries_left, advice } => {
                self.remember(Some(booking.without_challenge()))?;
                return Ok(Shown::NotMatched { tries_left, advice });
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
