//! What the log and a card's history say.

use crate::card::FailureReason;
use crate::installation::Verdict;
use crate::{
    AttemptId, BookingId, ClaimId, InstallationId, KioskId, PinKind, ReservationNumber, StaffId, Timestamp,
};

/// One thing that happened to a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It proved itself in a booking.
    Proved {
        /// Which.
        booking: BookingId,
        /// Its number from then on.
        number: ReservationNumber,
    },
    /// A face attempt was debited.
    AttemptDebited {
        /// Which.
        attempt: AttemptId,
        /// In which booking.
        booking: BookingId,
        /// On which app.
        installation: InstallationId,
    },
    /// A face attempt got its verdict.
    AttemptSettled {
        /// Which.
        attempt: AttemptId,
        /// How it ended.
        verdict: Verdict,
    },
    /// Five consecutive failures: a lock for a time.
    LockBegan {
        /// When it ends.
        until: Timestamp,
    },
    /// Fifty failures in all: a lock until two people lift it.
    LockedForGood,
    /// The timed lock ended.
    LockEnded,
    /// A first staff member agreed to lift the lock.
    LiftApproved {
        /// Who.
        staff: StaffId,
    },
    /// Two staff members lifted the lock.
    LockLifted {
        /// The app on which the last failure was.
        installation: InstallationId,
        /// Who agreed first.
        first: StaffId,
        /// Who did it.
        second: StaffId,
    },
    /// A booking became a reservation.
    Reserved {
        /// Which.
        booking: BookingId,
        /// The PIN to be reset.
        target: PinKind,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// A newer booking took a reservation's place.
    Replaced {
        /// Whose.
        booking: BookingId,
    },
    /// A kiosk took hold of the reservation.
    Claimed {
        /// The claim.
        claim: ClaimId,
        /// The reservation.
        booking: BookingId,
        /// The kiosk.
        kiosk: KioskId,
        /// When the hold ends.
        lease_ends: Timestamp,
    },
    /// A kiosk's hold ended without a proof.
    LeaseLapsed {
        /// The claim.
        claim: ClaimId,
    },
    /// The kiosk said that the card kept its old state.
    ClaimFailed {
        /// The claim.
        claim: ClaimId,
        /// Why.
        reason: FailureReason,
    },
    /// The kiosk said that nobody can tell.
    ClaimUnknown {
        /// The claim.
        claim: ClaimId,
    },
    /// A proof completed a reservation.
    Completed {
        /// The claim that it names.
        claim: ClaimId,
        /// The reservation.
        booking: BookingId,
    },
    /// A proof was good, but its reservation had ended otherwise.
    ProofNoted {
        /// The claim that it names.
        claim: ClaimId,
    },
    /// A late proof of an earlier claim ended this one's hold.
    ClaimOvertaken {
        /// The claim.
        claim: ClaimId,
    },
    /// All claims of a reservation were spent.
    Exhausted {
        /// Which.
        booking: BookingId,
    },
    /// A reservation's 24 hours were over.
    Expired {
        /// Which.
        booking: BookingId,
    },
    /// A first staff member agreed to cancel.
    CancelApproved {
        /// Which reservation.
        booking: BookingId,
        /// Who.
        staff: StaffId,
    },
    /// The holder cancelled.
    CancelledByHolder {
        /// Which reservation.
        booking: BookingId,
    },
    /// Two staff members cancelled.
    CancelledByDesk {
        /// Which reservation.
        booking: BookingId,
        /// Who agreed first.
        first: StaffId,
        /// Who did it.
        second: StaffId,
    },
    /// A request was answered again as before.
    Repeated(Repeat),
}

/// Which answer was given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// That the card proved itself.
    Proved(BookingId),
    /// That the attempt is debited.
    AttemptDebited(AttemptId),
    /// The verdict of an attempt.
    AttemptSettled(AttemptId),
    /// The reservation.
    Reserved(BookingId),
    /// The grant of a claim.
    Claimed(ClaimId),
    /// How a claim ended.
    ClaimSettled(ClaimId),
    /// That the reservation is cancelled.
    Cancelled(BookingId),
    /// That the lock is lifted.
    Lifted(StaffId),
    /// That a staff member agreed.
    Approved(StaffId),
}
