//! A lock is told with a number that the support desk can find, whenever it is told.

use ledger::TransactError;
use reservation::{CardId, ReservationNumber, Timestamp, card};

use crate::parts::Parts;
use crate::problem::Refusal;
use crate::problem::from_rules::{of_card_error_to_app, of_card_error_to_kiosk, of_card_to_app};

/// Has the number lead to its card for as long again. Without it the number of a card that is locked for good would
/// one day lead nowhere.
pub async fn keep_number(parts: &Parts, number: ReservationNumber, card: CardId, now: Timestamp) {
    if let Err(error) = parts.store.take_number(number, card, now).await {
        // It is told all the same: it was taken when the card proved itself.
        tracing::warn!(%error, "a number that is told could not be confirmed");
    }
}

async fn keep_told(parts: &Parts, card: CardId, refusal: &card::Refusal, now: Timestamp) {
    if let card::Refusal::Locked { number, .. } | card::Refusal::LockedForGood { number } = refusal {
        keep_number(parts, *number, card, now).await;
    }
}

/// A card's refusal, to the app.
pub async fn refused_to_app(parts: &Parts, card: CardId, refusal: card::Refusal, now: Timestamp) -> Refusal {
    keep_told(parts, card, &refusal, now).await;
    of_card_to_app(refusal, now)
}

/// What went wrong with a card's command, to the app.
pub async fn error_to_app(
    parts: &Parts,
    card: CardId,
    error: TransactError<card::Refusal>,
    now: Timestamp,
) -> Refusal {
    if let TransactError::Refused(refusal) = &error {
        keep_told(parts, card, refusal, now).await;
    }
    of_card_error_to_app(error, now)
}

/// What went wrong with a card's command, to a kiosk.
pub async fn error_to_kiosk(
    parts: &Parts,
    card: CardId,
    error: TransactError<card::Refusal>,
    now: Timestamp,
) -> Refusal {
    if let TransactError::Refused(refusal) = &error {
        keep_told(parts, card, refusal, now).await;
    }
    of_card_error_to_kiosk(error, now)
}
