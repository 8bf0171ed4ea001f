//! How far a booking has come, as it is stored before each message: enough to go on after a kill, and no more.
//!
//! What the card and the camera gave is never stored: certificate and surface hold their owner's name, birth date and
//! face. A booking whose evidence was perhaps sent reads the card again; the same card gives the same bytes, and the
//! server gives the same answer. Before that, what was perhaps the last step's message is asked about: a face that was
//! perhaps matched, or evidence that was perhaps accepted, by asking for the reservation.

use reservation::PinKind;
use reservation::limits::FACE_TURNS_MOST;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;
use wire::app::{Booking, FaceChallenge, Pose, Step as WireStep};
use wire::problem::ProblemType;

use crate::pictures::FRAMES_MOST;
use crate::statements::ToSign;

/// A booking between its first message and its reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingInHand {
    /// The PIN to be reset.
    pub target: wire::PinKind,
    /// The version of the terms that the holder accepted.
    pub terms: String,
    /// How far it has come.
    pub step: Step,
}

/// How far a booking has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "at")]
pub enum Step {
    /// The booking was perhaps begun.
    Starting {
        /// Its idempotency key.
        key: Uuid,
    },
    /// The server has it; the card must be read.
    ReadingCard {
        /// What the server said.
        booking: Begun,
    },
    /// The card's evidence was perhaps accepted, and the server waits for a face. Only for the signature PIN.
    ShowingFace {
        /// What the server said.
        booking: Begun,
        /// The reservation's idempotency key.
        key: Uuid,
        /// How far the face has come.
        face: Face,
    },
    /// Whatever the server asked for was perhaps accepted, and the reservation perhaps made.
    Reserving {
        /// What the server said.
        booking: Begun,
        /// The reservation's idempotency key.
        key: Uuid,
    },
}

/// How far the face has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Face {
    /// No challenge is out.
    Waiting,
    /// A challenge was perhaps given.
    Asking {
        /// Its idempotency key.
        key: Uuid,
    },
    /// A challenge is out, and no frames were sent for it, or none that could be judged.
    Challenged {
        /// What the server said.
        challenge: FaceChallenge,
    },
    /// Frames were perhaps judged.
    Sent {
        /// What they answered.
        challenge: FaceChallenge,
    },
    /// The same, and the server knows of no match: they were not matched, or never arrived.
    Unmatched {
        /// What they answered.
        challenge: FaceChallenge,
    },
}

/// A booking as the server knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Its name.
    pub id: Uuid,
    /// What the card signs.
    pub nonce: wire::Bytes,
    /// It ends here.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// The server's booking is not the one that was asked for, or not in the interface's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAsAsked;

impl BookingInHand {
    /// A new booking, not yet sent.
    pub fn begin(target: PinKind, terms: &str, key: Uuid) -> Self {
        Self { target: target.into(), terms: terms.to_owned(), step: Step::Starting { key } }
    }

    /// The booking after the server's answer to its beginning; `key` is for the reservation.
    ///
    /// # Errors
    /// [`NotAsAsked`].
    pub fn begun(self, answer: &Booking, key: Uuid) -> Result<Self, NotAsAsked> {
        use WireStep::{Card, Face as ShowFace, Reservation};
        if answer.target != self.target || answer.nonce.to_array::<32>().is_none() {
            return Err(NotAsAsked);
        }
        let booking =
            Begun { id: answer.booking, nonce: answer.nonce.clone(), expires_at: answer.expires_at };
        // A repeated answer may tell what is left rather than what was there at first.
        let step = match (self.target, answer.steps.as_slice()) {
            (wire::PinKind::User, [Card, Reservation])
            | (wire::PinKind::Signature, [Card, ShowFace, Reservation]) => Step::ReadingCard { booking },
            (wire::PinKind::Signature, [ShowFace, Reservation]) => {
                Step::ShowingFace { booking, key, face: Face::Waiting }
            }
            (_, [Reservation]) => Step::Reserving { booking, key },
            _ => return Err(NotAsAsked),
        };
        Ok(Self { step, ..self })
    }

    /// The booking just before the card's evidence is sent; `key` is for the reservation.
    #[must_use]
    pub fn sending_evidence(self, key: Uuid) -> Self {
        let step = match (self.target, self.step) {
            (wire::PinKind::User, Step::ReadingCard { booking }) => Step::Reserving { booking, key },
            (wire::PinKind::Signature, Step::ReadingCard { booking }) => {
                Step::ShowingFace { booking, key, face: Face::Waiting }
            }
            (_, other) => other,
        };
        Self { step, ..self }
    }

    /// The booking once it is known that the card must be read again.
    #[must_use]
    pub fn card_not_proved(self) -> Self {
        let step = match self.step {
            Step::Reserving { booking, .. } => Step::ReadingCard { booking },
            other => other,
        };
        Self { step, ..self }
    }

    /// The booking once the server says, of its face step, that it stands at another: before it, if the evidence never
    /// arrived, or past it. Asking for the reservation tells.
    #[must_use]
    pub fn elsewhere(self) -> Self {
        let step = match self.step {
            Step::ShowingFace { booking, key, .. } => Step::Reserving { booking, key },
            other => other,
        };
        Self { step, ..self }
    }

    /// The booking once the server says that it is not ready for its reservation. A challenge for which frames were sent
    /// stays: its verdict may have been lost on the way.
    #[must_use]
    pub fn not_ready(self) -> Self {
        let booking = self.with_face(|face| match face {
            Face::Sent { challenge } => Face::Unmatched { challenge },
            other => other,
        });
        booking.card_not_proved()
    }

    /// The booking just before a challenge is asked for, under the key of the wish that was perhaps sent, or else under this
    /// one. A former challenge is let go.
    #[must_use]
    pub fn asking_for_challenge(self, key: Uuid) -> Self {
        self.with_face(|face| match face {
            Face::Asking { key } => Face::Asking { key },
            Face::Waiting | Face::Challenged { .. } | Face::Sent { .. } | Face::Unmatched { .. } => {
                Face::Asking { key }
            }
        })
    }

    /// The booking with the challenge that the server gave.
    ///
    /// # Errors
    /// [`NotAsAsked`] for one that no face can answer, or that asks for more than a phone sends.
    pub fn challenged(self, challenge: FaceChallenge) -> Result<Self, NotAsAsked> {
        if !can_be_answered(&challenge) {
            return Err(NotAsAsked);
        }
        Ok(self.with_face(|_| Face::Challenged { challenge }))
    }

    /// The booking just before frames are sent.
    #[must_use]
    pub fn sending_frames(self) -> Self {
        self.with_face(|face| match face {
            Face::Challenged { challenge } | Face::Unmatched { challenge } => Face::Sent { challenge },
            other => other,
        })
    }

    /// The booking once it is known that the frames were not judged, while their challenge is still out.
    #[must_use]
    pub fn frames_not_judged(self) -> Self {
        self.with_face(|face| match face {
            Face::Sent { challenge } => Face::Challenged { challenge },
            other => other,
        })
    }

    /// The booking once its challenge is no more: another must be asked for.
    #[must_use]
    pub fn without_challenge(self) -> Self {
        self.with_face(|_| Face::Waiting)
    }

    /// What the card's keys must sign, while the card is to be read.
    pub fn to_sign(&self, installation: reservation::InstallationId) -> Option<ToSign> {
        let (Step::ReadingCard { booking } | Step::ShowingFace { booking, .. }) = &self.step else {
            return None;
        };
        ToSign::of(booking, self.target.into(), installation)
    }

    /// The challenge that is out and waits for frames, if any.
    pub fn challenge(&self) -> Option<&FaceChallenge> {
        match &self.step {
            Step::ShowingFace { face: Face::Challenged { challenge }, .. } => Some(challenge),
            _ => None,
        }
    }

    /// The challenge for which frames were sent whose verdict is not known, if any.
    pub fn unsettled(&self) -> Option<&FaceChallenge> {
        match &self.step {
            Step::ShowingFace { face: Face::Sent { challenge } | Face::Unmatched { challenge }, .. } => {
                Some(challenge)
            }
            _ => None,
        }
    }

    fn with_face(self, change: impl FnOnce(Face) -> Face) -> Self {
        let step = match self.step {
            Step::ShowingFace { booking, key, face } => {
                Step::ShowingFace { booking, key, face: change(face) }
            }
            other => other,
        };
        Self { step, ..self }
    }

    /// What is left of the booking after the server refused with this kind of problem.
    #[must_use]
    pub fn after_refusal(self, kind: Option<ProblemType>) -> Option<Self> {
        use ProblemType as P;
        match kind {
            // The evidence was of the wrong card, or not to be believed: the right one may still be read.
            Some(
                P::AnotherCard
                | P::CardNotProved
                | P::SurfaceNotGenuine
                | P::SurfaceOfAnotherCard
                | P::FrontUnfit,
            ) => Some(self.card_not_proved()),
            Some(P::FramesUnfit) => Some(self.frames_not_judged()),
            Some(P::ChallengeUnknown | P::ChallengeOver | P::AttemptUsed) => Some(self.without_challenge()),
            // Nothing is wrong with the booking.
            Some(
                P::BookingOutOfOrder
                | P::DpopInvalid
                | P::DpopNonceRequired
                | P::InstallationUnknown
                | P::MalformedRequest
                | P::ClaimInProgress
                | P::AttemptInProgress
                | P::NotFound
                | P::MethodNotAllowed
                | P::PayloadTooLarge
                | P::UnsupportedMediaType,
            )
            | None => Some(self),
            // Its time or its challenges are over, or this card cannot be helped here.
            Some(_) => None,
        }
    }
}

/// Whether a face can answer it, in a message that a phone sends. The nonce has 256 bits; poses begin at the front, and
/// each is another than the one before it.
fn can_be_answered(challenge: &FaceChallenge) -> bool {
    let (turns, most) = (challenge.poses.len().saturating_sub(1), usize::from(FACE_TURNS_MOST));
    let frames = usize::from(challenge.frames_least)..=usize::from(challenge.frames_most);
    challenge.nonce.to_array::<32>().is_some()
        && (1..=most).contains(&turns)
        && challenge.poses.first() == Some(&Pose::Front)
        && challenge.poses.windows(2).all(|pair| pair[0] != pair[1])
        && (1..=FRAMES_MOST).contains(frames.start())
        && !frames.is_empty()
}

#[cfg(test)]
mod tests;
