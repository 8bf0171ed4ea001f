//! What the rules would say to an attempt, asked before anything costs. Nothing is decided by it.

use reservation::card::{self, DebitAnswer};
use reservation::decision::Dated;
use reservation::installation::{Debited, Fact};
use reservation::{Card, CardId, Installation, PoseSequence, decide};
use wire::problem::ProblemType;

use super::Attempt;
use super::settle::after_debit;
use crate::locks;
use crate::parts::Parts;
use crate::problem::Refusal;
use crate::problem::from_rules::of_installation;

/// What an attempt would lead to.
pub(super) enum Foreseen {
    /// The records know how it ended, or that it cannot go on: no match is needed to say so.
    Decided {
        /// The card.
        card: CardId,
    },
    /// A match.
    NeedsMatch {
        /// The card.
        card: CardId,
        /// What the frames must show.
        poses: PoseSequence,
        /// Whether the installation has counted it already: this is a repeat.
        debited: bool,
    },
}

/// Asks the rules of both records.
///
/// # Errors
/// What they refuse with, as long as neither of them has counted this attempt.
pub(super) async fn foresee(parts: &Parts, attempt: &Attempt) -> Result<Foreseen, Refusal> {
    let installation = parts.store.load_installation(&attempt.installation).await?;
    let installation: Installation = installation.ok_or(Refusal::new(ProblemType::InstallationUnknown))?;
    let foreseen = decide(Some(&installation), attempt.debit(), attempt.received, &parts.policy)
        .map_err(of_installation)?;
    let (card, debit, poses) = match foreseen.outcome {
        Debited::Open { card, debit, poses } => (card, debit, poses),
        Debited::Settled(_) => {
            let booking = installation.booking(attempt.booking).map_err(of_installation)?;
            let card = booking.card().ok_or(Refusal::new(ProblemType::BookingOutOfOrder))?.id;
            return Ok(Foreseen::Decided { card });
        }
    };
    let debited = matches!(foreseen.event.facts.last(), Some(Dated { fact: Fact::Repeated(_), .. }));
    let state = parts.store.load_card(&card).await.map_err(Refusal::from);
    let state: Option<Card> = state.map_err(|fault| if debited { after_debit(fault) } else { fault })?;
    let now = parts.clock.now();
    match decide(state.as_ref(), debit, now, &parts.policy) {
        Ok(foreseen) => match foreseen.outcome {
            DebitAnswer::Open { .. } => Ok(Foreseen::NeedsMatch { card, poses, debited }),
            DebitAnswer::Settled(_) => Ok(Foreseen::Decided { card }),
        },
        // The installation has counted it already, so the refusal must be settled there; unless it is only that another
        // phone's attempt comes first.
        Err(refusal) if debited && !matches!(refusal, card::Refusal::AttemptOpen { .. }) => {
            Ok(Foreseen::Decided { card })
        }
        Err(refusal) => Err(locks::refused_to_app(parts, card, refusal, now).await),
    }
}
