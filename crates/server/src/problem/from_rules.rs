//! What the rules' refusals mean to the app and to a kiosk. The same refusal may read differently to each.

use std::time::Duration;

use ledger::TransactError;
use reservation::card::{self, End};
use reservation::{Timestamp, installation};
use wire::problem::{Advice, Facts, ProblemType};

use super::Refusal;
use crate::clock::to_date_time;
use crate::service::NotNow;

/// An installation's refusal, to the app.
pub fn of_installation(refusal: installation::Refusal) -> Refusal {
    use installation::Refusal as R;
    let (kind, cause) = match refusal {
        R::NotRegistered => (ProblemType::InstallationUnknown, ""),
        R::Locked { until, number } => {
            let locked_until = Some(to_date_time(until));
            let number = number.map(|number| number.to_string());
            let facts = Facts { locked_until, number, ..Facts::default() };
            return Refusal::new(ProblemType::InstallationLocked).with(facts);
        }
        R::KeyReused => (ProblemType::IdempotencyKeyReused, ""),
        R::BookingUnknown => (ProblemType::BookingUnknown, ""),
        R::BookingOver { .. } => (ProblemType::BookingExpired, ""),
        R::OutOfOrder { .. } => (ProblemType::BookingOutOfOrder, ""),
        R::AnotherCard => (ProblemType::AnotherCard, ""),
        R::EvidenceUnfit { .. } => (ProblemType::MalformedRequest, "the evidence does not fit the target"),
        R::ChallengesExhausted => (ProblemType::ChallengesExhausted, ""),
        R::ChallengeUnknown => (ProblemType::ChallengeUnknown, ""),
        R::ChallengeOver => (ProblemType::ChallengeOver, ""),
        R::AttemptOpen { until } => {
            return Refusal::new(ProblemType::AttemptInProgress).retry_at(until).because("this phone's");
        }
        R::AttemptUsed => (ProblemType::AttemptUsed, ""),
        R::AttemptUnknown => (ProblemType::ChallengeUnknown, "no such attempt is open"),
    };
    Refusal::new(kind).because(cause)
}

/// A card's refusal, to the app. The card has been proved by then, so each reason is told plainly.
pub fn of_card_to_app(refusal: card::Refusal, now: Timestamp) -> Refusal {
    use card::Refusal as R;
    let (kind, cause) = match refusal {
        R::BookingOver { .. } => (ProblemType::BookingExpired, ""),
        R::NotProved | R::NotMatched => (ProblemType::BookingOutOfOrder, "the card has not been proved"),
        R::NoReservation | R::AnotherInstallation => (ProblemType::ReservationUnknown, ""),
        R::Ended(_) => (ProblemType::ReservationEnded, ""),
        other => return of_card(&other, now),
    };
    Refusal::new(kind).because(cause)
}

/// A card's refusal, to a kiosk.
pub fn of_card_to_kiosk(refusal: card::Refusal, now: Timestamp) -> Refusal {
    use card::Refusal as R;
    let (kind, cause) = match refusal {
        R::NoReservation | R::NotProved => (ProblemType::NoReservation, ""),
        R::Ended(End::Expired { .. }) => (ProblemType::ReservationExpired, ""),
        R::Ended(End::Exhausted { .. }) => (ProblemType::ClaimsExhausted, ""),
        R::Ended(End::Completed { .. }) => (ProblemType::NoReservation, "completed"),
        R::Ended(End::Cancelled { .. }) => (ProblemType::NoReservation, "cancelled"),
        R::Ended(End::Replaced { .. }) => (ProblemType::NoReservation, "replaced"),
        R::AnotherTarget { .. } => (ProblemType::NoReservation, "reserved for the other PIN"),
        R::AnotherKey => (ProblemType::NoReservation, "booked with another key of this card"),
        other => return of_card(&other, now),
    };
    Refusal::new(kind).because(cause)
}

/// A card's refusal, to the operator.
pub fn of_card_error_to_operator(error: TransactError<card::Refusal>, now: Timestamp) -> Refusal {
    match error {
        TransactError::Refused(refusal) => of_card(&refusal, now),
        TransactError::Store(error) => error.into(),
    }
}

/// [`of_card_to_app`], or what went wrong with the store.
pub fn of_card_error_to_app(error: TransactError<card::Refusal>, now: Timestamp) -> Refusal {
    match error {
        TransactError::Refused(refusal) => of_card_to_app(refusal, now),
        TransactError::Store(error) => error.into(),
    }
}

/// [`of_card_to_kiosk`], or what went wrong with the store.
pub fn of_card_error_to_kiosk(error: TransactError<card::Refusal>, now: Timestamp) -> Refusal {
    match error {
        TransactError::Refused(refusal) => of_card_to_kiosk(refusal, now),
        TransactError::Store(error) => error.into(),
    }
}

impl From<TransactError<installation::Refusal>> for Refusal {
    fn from(error: TransactError<installation::Refusal>) -> Self {
        match error {
            TransactError::Refused(refusal) => of_installation(refusal),
            TransactError::Store(error) => error.into(),
        }
    }
}

/// What reads the same to both.
fn of_card(refusal: &card::Refusal, now: Timestamp) -> Refusal {
    use card::Refusal as R;
    let (kind, cause) = match refusal {
        R::Locked { until, number } => {
            let locked_until = Some(to_date_time(*until));
            let facts = Facts { locked_until, number: Some(number.to_string()), ..Facts::default() };
            return Refusal::new(ProblemType::CardLocked).with(facts);
        }
        R::LockedForGood { number } => {
            let facts = Facts { number: Some(number.to_string()), ..Facts::default() };
            return Refusal::new(ProblemType::CardLockedForGood).with(facts);
        }
        R::ClaimLives { lease_ends } => {
            let facts = Facts { lease_ends: Some(to_date_time(*lease_ends)), ..Facts::default() };
            return Refusal::new(ProblemType::ClaimInProgress).with(facts);
        }
        R::OutsideHours { opens_at } => return closed(Some(*opens_at)),
        R::TooManyReservations { until } => {
            let wait = until.since(now).max(Duration::from_secs(1));
            return Refusal::new(ProblemType::TooManyRequests)
                .retry_after(wait)
                .because("too many reservations");
        }
        R::AttemptOpen { until } => {
            return Refusal::new(ProblemType::AttemptInProgress)
                .retry_at(*until)
                .because("another phone's with this card");
        }
        R::FrameSeen { frame } => {
            let facts = Facts {
                advice: Some(Advice::SeenBefore),
                frame: u8::try_from(frame + 1).ok(),
                ..Facts::default()
            };
            return Refusal::new(ProblemType::FramesUnfit).with(facts);
        }
        R::AttemptUnknown => (ProblemType::ChallengeUnknown, "the card knows no such attempt"),
        R::AttemptOver => {
            (ProblemType::ChallengeOver, "the attempt's time was over before it reached the card")
        }
        R::NotProved | R::NotMatched | R::BookingOver { .. } => (ProblemType::BookingOutOfOrder, ""),
        R::NoReservation | R::Ended(_) | R::AnotherTarget { .. } | R::AnotherKey => {
            (ProblemType::NoReservation, "")
        }
        R::AnotherInstallation => (ProblemType::ReservationUnknown, ""),
        R::KindNotOffered { .. } => (ProblemType::KindNotOffered, ""),
        R::SessionUsed => (ProblemType::SessionUsed, ""),
        R::ChallengeUsed => (ProblemType::SessionUsed, "the card challenge was used in another claim"),
        R::GrantUnfit => (ProblemType::Internal, "the grant does not fit a claim"),
        R::ClaimUnknown | R::AnotherKiosk => (ProblemType::ClaimUnknown, ""),
        R::ClaimEnded(_) => (ProblemType::ClaimEnded, ""),
        R::NumberNotCurrent => (ProblemType::NumberUnknown, ""),
        R::NotLocked => (ProblemType::NotLocked, ""),
        R::NotApproved => (ProblemType::NotApproved, ""),
        R::SamePerson => (ProblemType::SamePerson, ""),
    };
    Refusal::new(kind).because(cause)
}

/// Why a kiosk may not begin just now.
pub fn of_not_now(not_now: NotNow) -> Refusal {
    match not_now {
        NotNow::Closed { opens_at } => closed(opens_at),
        NotNow::KindNotOffered => ProblemType::KindNotOffered.into(),
    }
}

fn closed(opens_at: Option<Timestamp>) -> Refusal {
    let facts = Facts { opens_at: opens_at.map(to_date_time), ..Facts::default() };
    Refusal::new(ProblemType::OutsideHours).with(facts)
}
