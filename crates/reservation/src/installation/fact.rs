//! What the log says of an installation.

use crate::installation::Verdict;
use crate::{AttemptId, BookingId, CardId, PinKind, ReservationNumber, Timestamp};

/// One thing that happened to an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Its key was registered.
    Registered,
    /// A booking began.
    BookingStarted {
        /// Which.
        booking: BookingId,
        /// The PIN to be reset.
        target: PinKind,
        /// The booking it took the place of.
        replaced: Option<BookingId>,
    },
    /// The booking was bound to one card.
    CardAccepted {
        /// Which booking.
        booking: BookingId,
        /// Which card.
        card: CardId,
    },
    /// A face challenge went out.
    ChallengeIssued {
        /// Which.
        attempt: AttemptId,
        /// Of which booking.
        booking: BookingId,
    },
    /// An attempt was debited.
    AttemptDebited {
        /// Which.
        attempt: AttemptId,
        /// Of which booking.
        booking: BookingId,
    },
    /// An attempt got its verdict.
    AttemptSettled {
        /// Which.
        attempt: AttemptId,
        /// How it ended.
        verdict: Verdict,
    },
    /// The app lock began.
    LockBegan {
        /// When it ends.
        until: Timestamp,
    },
    /// The app lock ended by time.
    LockEnded,
    /// Two members of staff lifted the card's lock, and the app's with it.
    LockLifted,
    /// The booking got its reservation.
    BookingFinished {
        /// Which.
        booking: BookingId,
        /// The reservation's number.
        number: ReservationNumber,
    },
    /// A request was answered again as before.
    Repeated(Repeat),
}

/// Which answer was given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// That the key is registered.
    Registered,
    /// That the booking has begun.
    BookingStarted(BookingId),
    /// That the card is accepted.
    CardAccepted(BookingId),
    /// A face challenge.
    ChallengeIssued(AttemptId),
    /// That the attempt is debited.
    AttemptDebited(AttemptId),
    /// The verdict of an attempt.
    AttemptSettled(AttemptId),
    /// The reservation.
    BookingFinished(BookingId),
    /// That the lock is lifted.
    LockLifted,
}
