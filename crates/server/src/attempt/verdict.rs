//! What the phone is told: the stricter of what its own record and the card's say.

use reservation::card::{self, CardTries};
use reservation::installation::{AttemptAnswer, Rejection};
use reservation::{CardId, ReservationNumber, Timestamp};
use wire::app::{FaceVerdict, Step};
use wire::problem::ProblemType;

use crate::clock::to_date_time;
use crate::engine;
use crate::locks;
use crate::parts::Parts;
use crate::problem::Refusal;

/// Both records' answers in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Matched,
    NotMatched(u8, Option<Rejection>),
    Voided(u8),
    /// With the card's number, if the card is locked too.
    Locked(Timestamp, Option<ReservationNumber>),
    LockedForGood(ReservationNumber),
    /// Nothing was counted, but the card is locked.
    VoidedAndLocked(Timestamp, ReservationNumber),
    VoidedAndLockedForGood(ReservationNumber),
}

fn told(mine: AttemptAnswer, card: CardTries) -> Told {
    use AttemptAnswer as Mine;
    match (mine, card) {
        (Mine::Matched, _) => Told::Matched,
        (Mine::Voided { tries_left }, CardTries::Left(left)) => Told::Voided(tries_left.min(left)),
        (Mine::Voided { .. }, CardTries::LockedUntil { until, number }) => {
            Told::VoidedAndLocked(until, number)
        }
        (Mine::Voided { .. }, CardTries::LockedForGood { number }) => Told::VoidedAndLockedForGood(number),
        (Mine::Failed { .. } | Mine::Locked { .. }, CardTries::LockedForGood { number }) => {
            Told::LockedForGood(number)
        }
        (Mine::Failed { tries_left, why }, CardTries::Left(left)) => {
            Told::NotMatched(tries_left.min(left), why)
        }
        (Mine::Failed { .. }, CardTries::LockedUntil { until, number }) => Told::Locked(until, Some(number)),
        (Mine::Locked { until }, CardTries::LockedUntil { until: card, number }) => {
            Told::Locked(until.max(card), Some(number))
        }
        (Mine::Locked { until }, CardTries::Left(_)) => Told::Locked(until, None),
    }
}

/// Tells the verdict. A number that is told leads to its card for as long as it may be read out.
///
/// # Errors
/// The card's lock, where there is no verdict; what went wrong with the store.
pub(super) async fn tell(
    parts: &Parts,
    mine: AttemptAnswer,
    card: CardId,
    tries: CardTries,
    now: Timestamp,
) -> Result<FaceVerdict, Refusal> {
    let refused = match told(mine, tries) {
        Told::Matched => return Ok(FaceVerdict::Matched { next: Step::Reservation }),
        Told::NotMatched(tries_left, why) => {
            let advice = why.and_then(engine::advice_after);
            return Ok(FaceVerdict::NotMatched { tries_left, advice });
        }
        Told::Voided(tries_left) => return Ok(FaceVerdict::Voided { tries_left }),
        Told::Locked(until, number) => {
            let number = match number {
                Some(number) => number,
                None => current_number(parts, card).await?,
            };
            locks::keep_number(parts, number, card, now).await;
            return Ok(FaceVerdict::Locked { until: to_date_time(until), number: number.to_string() });
        }
        Told::LockedForGood(number) => {
            locks::keep_number(parts, number, card, now).await;
            return Ok(FaceVerdict::LockedForGood { number: number.to_string() });
        }
        Told::VoidedAndLocked(until, number) => card::Refusal::Locked { until, number },
        Told::VoidedAndLockedForGood(number) => card::Refusal::LockedForGood { number },
    };
    Err(locks::refused_to_app(parts, card, refused, now).await)
}

async fn current_number(parts: &Parts, card: CardId) -> Result<ReservationNumber, Refusal> {
    let state = parts.store.load_card(&card).await?;
    let state = state.ok_or(Refusal::new(ProblemType::Internal).because("a proved card has no record"))?;
    Ok(state.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stricter_of_both_records_is_told() {
        let number = ReservationNumber::from_random(7);
        let (early, late) = (Timestamp::from_unix_secs(1), Timestamp::from_unix_secs(2));
        let until = |until| CardTries::LockedUntil { until, number };
        let good = CardTries::LockedForGood { number };
        let why = Some(Rejection::NotTurned);
        let failed = |tries_left| AttemptAnswer::Failed { tries_left, why };
        let locked = |until| AttemptAnswer::Locked { until };
        let voided = AttemptAnswer::Voided { tries_left: 3 };
        for (mine, card, expected) in [
            (AttemptAnswer::Matched, good, Told::Matched),
            (failed(4), CardTries::Left(2), Told::NotMatched(2, why)),
            (failed(1), CardTries::Left(4), Told::NotMatched(1, why)),
            (failed(4), until(late), Told::Locked(late, Some(number))),
            (locked(late), CardTries::Left(4), Told::Locked(late, None)),
            (locked(early), until(late), Told::Locked(late, Some(number))),
            (locked(late), until(early), Told::Locked(late, Some(number))),
            (failed(4), good, Told::LockedForGood(number)),
            (locked(late), good, Told::LockedForGood(number)),
            (voided, CardTries::Left(2), Told::Voided(2)),
            (voided, until(late), Told::VoidedAndLocked(late, number)),
            (voided, good, Told::VoidedAndLockedForGood(number)),
        ] {
            assert_eq!(told(mine, card), expected, "{mine:?} {card:?}");
        }
    }
}
