//! One booking, how far it has come, and what its face step holds.

use crate::installation::{Expected, Installation, Refusal};
use crate::{
    AttemptId, BookingId, CardId, KeyHash, Nonce, PinKind, PoseSequence, RequestHash, RequestKey,
    ReservationNumber, SurfaceHash, Timestamp,
};

/// One booking (事前予約手続き).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Which.
    pub id: BookingId,
    /// The key of the request that began it: the same key again gets the same booking.
    pub request: RequestKey,
    /// The body of that request: the same key with another body is refused.
    pub body: RequestHash,
    /// What the card signs, once.
    pub nonce: Nonce,
    /// When it began.
    pub started_at: Timestamp,
    /// The first instant at which it is over.
    pub deadline: Timestamp,
    /// How far it has come.
    pub progress: Progress,
}

/// How far a booking has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// No card evidence has been accepted yet.
    AwaitingCard {
        /// The PIN to be reset.
        target: PinKind,
    },
    /// The signature PIN is to be reset: the holder's face is asked for.
    Face(FaceStep),
    /// The user PIN is to be reset: the card's proof is enough.
    UserReady {
        /// The card that proved itself.
        card: ProvedCard,
    },
    /// The signature PIN is to be reset, and the face matched.
    SignatureReady {
        /// The card that proved itself.
        card: ProvedCard,
        /// What was matched.
        matched: Match,
    },
    /// The card's answer has been copied: there is a reservation.
    Finished {
        /// The card that proved itself.
        card: ProvedCard,
        /// What was matched; nothing for the user PIN.
        matched: Option<Match>,
        /// The card's answer.
        reserved: Reserved,
    },
}

/// A card that proved itself in this booking, once and for all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedCard {
    /// Which card.
    pub id: CardId,
    /// The key of the known PIN: the claim must be made with the same.
    pub known_key: KeyHash,
    /// The card's number at that time, for the support desk.
    pub number: ReservationNumber,
}

/// The face step of a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceStep {
    /// The card that proved itself.
    pub card: ProvedCard,
    /// The surface file it was read with; the face step must send the same.
    pub surface: SurfaceHash,
    /// Challenges issued so far.
    pub challenges: u8,
    /// Debits voided so far.
    pub voids: u8,
    /// What is going on.
    pub stage: FaceStage,
    /// The attempt that was closed last, so that its repeat gets the same answer.
    pub last: Option<ClosedAttempt>,
}

/// What is going on in the face step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaceStage {
    /// A challenge can be asked for.
    Waiting,
    /// A challenge is out.
    Challenged(Challenge),
    /// The attempt is debited and has no verdict yet.
    Attempting(OpenAttempt),
}

/// What the holder is asked to do before the camera, and by when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The challenge, and the attempt that is made on it.
    pub attempt: AttemptId,
    /// The key of the request that asked for it.
    pub request: RequestKey,
    /// What must come back with the frames.
    pub nonce: Nonce,
    /// What the frames must show.
    pub poses: PoseSequence,
    /// The first instant at which frames come too late.
    pub deadline: Timestamp,
}

/// An attempt that is debited and has no verdict yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAttempt {
    /// Which.
    pub attempt: AttemptId,
    /// What was sent: one debit pays for one set of frames.
    pub request: RequestHash,
    /// What the frames must show.
    pub poses: PoseSequence,
    /// The first instant at which the card counts it as failed.
    pub deadline: Timestamp,
}

/// An attempt that has its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedAttempt {
    /// Which.
    pub attempt: AttemptId,
    /// What was sent.
    pub request: RequestHash,
    /// The verdict; never [`Verdict::Accepted`], which ends the face step.
    pub verdict: Verdict,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The face is the card's.
    Accepted,
    /// It is not, or not live, or the match could not tell.
    Rejected(Rejection),
    /// A fault of ours: no verdict was reached, and the debit is taken back.
    Voided,
    /// No verdict came in time: a failure.
    Lapsed,
}

/// Why a face was not accepted, as far as the holder is told: never how close it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The face is not the card's, or nobody could tell.
    AnotherFace,
    /// The frames show more than one person.
    SeveralPeople,
    /// What was shown was asked for, but not every pose was reached and held.
    NotTurned,
    /// Other poses were shown than those asked for, or in another order.
    OtherPoses,
    /// A fault of ours, one more than a booking has for nothing (design §7).
    FaultsUsedUp,
}

/// What was matched: a reservation names exactly this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The challenge and its attempt.
    pub attempt: AttemptId,
    /// What was sent.
    pub request: RequestHash,
    /// The surface file whose portrait was matched.
    pub surface: SurfaceHash,
}

/// The card's answer to a finished booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The number to read out.
    pub number: ReservationNumber,
    /// When the reservation was made.
    pub made_at: Timestamp,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
}

impl Booking {
    /// The PIN to be reset.
    pub const fn target(&self) -> PinKind {
        match &self.progress {
            Progress::AwaitingCard { target } => *target,
            Progress::Face(_)
            | Progress::SignatureReady { .. }
            | Progress::Finished { matched: Some(_), .. } => PinKind::Signature,
            Progress::UserReady { .. } | Progress::Finished { matched: None, .. } => PinKind::User,
        }
    }

    /// The card that proved itself in this booking.
    pub const fn card(&self) -> Option<&ProvedCard> {
        match &self.progress {
            Progress::AwaitingCard { .. } => None,
            Progress::Face(FaceStep { card, .. })
            | Progress::UserReady { card }
            | Progress::SignatureReady { card, .. }
            | Progress::Finished { card, .. } => Some(card),
        }
    }

    /// What the booking expects next.
    pub const fn expects(&self) -> Expected {
        match self.progress {
            Progress::AwaitingCard { .. } => Expected::Card,
            Progress::Face(_) => Expected::Face,
            Progress::UserReady { .. } | Progress::SignatureReady { .. } => Expected::Reservation,
            Progress::Finished { .. } => Expected::Nothing,
        }
    }

    pub(super) fn refuse_over(&self, now: Timestamp) -> Result<(), Refusal> {
        if now < self.deadline { Ok(()) } else { Err(Refusal::BookingOver { deadline: self.deadline }) }
    }
}

impl Installation {
    /// The booking in hand, if it is this one.
    ///
    /// # Errors
    /// [`Refusal::BookingUnknown`].
    pub fn booking(&self, id: BookingId) -> Result<&Booking, Refusal> {
        self.booking.as_ref().filter(|booking| booking.id == id).ok_or(Refusal::BookingUnknown)
    }

    pub(super) fn booking_mut(&mut self, id: BookingId) -> Result<&mut Booking, Refusal> {
        self.booking.as_mut().filter(|booking| booking.id == id).ok_or(Refusal::BookingUnknown)
    }
}
