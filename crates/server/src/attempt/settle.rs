//! Debit, match, verdict, in the order in which a crash between any two of them is mended by a repeat or by the clock.

use std::time::Duration;

use face::FitFaces;
use ledger::TransactError;
use reservation::card::{self, Debit, DebitAnswer, Finding, Settle, SettleAnswer};
use reservation::installation::{
    AttemptAnswer, DebitAttempt, Debited, FaceStage, Progress, Rejection, SettleAttempt, Verdict,
};
use reservation::{BookingId, Card, CardId, Installation, InstallationId, Timestamp, decision};
use wire::app::FaceVerdict;
use wire::problem::ProblemType;

use super::verdict;
use crate::engine;
use crate::locks;
use crate::parts::Parts;
use crate::problem::Refusal;
use crate::problem::from_rules::of_card_error_to_app;

/// What a match must leave of the attempt's time, so that a fault of ours is recorded as one and not as a failure.
const TIME_TO_SETTLE: Duration = Duration::from_secs(3);

/// Debits both records, matches `faces`, and records the verdict in both. Without faces nothing is matched.
///
/// # Errors
/// Why there is no verdict.
pub(super) async fn settle(
    parts: &Parts,
    installation: InstallationId,
    card: CardId,
    command: DebitAttempt,
    received: Timestamp,
    faces: Option<Box<dyn FitFaces>>,
) -> Result<FaceVerdict, Refusal> {
    let booking = command.booking;
    let debited =
        parts.store.decide::<Installation, _>(&installation, command, received, &parts.policy).await?;
    let answer = match debited {
        Debited::Open { card, debit, .. } => go_on(parts, installation, card, booking, debit, faces).await,
        Debited::Settled(answer) => repeated(parts, answer, card).await,
    };
    answer.map_err(after_debit)
}

/// What a fault means once the installation has counted the attempt: not that nothing was changed, but that a repeat of
/// the same request finds out.
pub(super) fn after_debit(refusal: Refusal) -> Refusal {
    match refusal.kind() {
        ProblemType::Unavailable => refusal.instead(ProblemType::OutcomeUnknown),
        _ => refusal,
    }
}

/// What follows the installation's debit.
async fn go_on(
    parts: &Parts,
    installation: InstallationId,
    card: CardId,
    booking: BookingId,
    debit: Debit,
    faces: Option<Box<dyn FitFaces>>,
) -> Result<FaceVerdict, Refusal> {
    let attempt = debit.attempt;
    let copy = |verdict| SettleAttempt { booking, attempt, verdict };
    let answer = match on_card(parts, card, debit, faces).await {
        Ok(answer) => answer,
        // Another phone's attempt with this card is being judged. This one stays open: the repeat goes on with it.
        Err(TransactError::Refused(refusal @ card::Refusal::AttemptOpen { .. })) => {
            return Err(locks::refused_to_app(parts, card, refusal, parts.clock.now()).await);
        }
        Err(TransactError::Refused(refusal)) => {
            let now = parts.clock.now();
            let command = copy(Verdict::Voided);
            let voided =
                parts.store.decide::<Installation, _>(&installation, command, now, &parts.policy).await?;
            return match (voided, refusal) {
                (AttemptAnswer::Voided { .. }, card::Refusal::AttemptOver) => {
                    repeated(parts, voided, card).await
                }
                (AttemptAnswer::Voided { .. }, refusal) => {
                    Err(locks::refused_to_app(parts, card, refusal, now).await)
                }
                // One void too many: it was counted, so nothing may say that it was not.
                (counted, _) => repeated(parts, counted, card).await,
            };
        }
        Err(TransactError::Store(error)) => return Err(error.into()),
    };
    let now = parts.clock.now();
    let mine = parts
        .store
        .decide::<Installation, _>(&installation, copy(answer.verdict), now, &parts.policy)
        .await?;
    verdict::tell(parts, mine, card, answer.card, now).await
}

/// Debits the card, matches, and records the verdict there; or finds the verdict it has recorded.
async fn on_card(
    parts: &Parts,
    card: CardId,
    debit: Debit,
    faces: Option<Box<dyn FitFaces>>,
) -> Result<SettleAnswer, TransactError<card::Refusal>> {
    let attempt = debit.attempt;
    let now = parts.clock.now();
    let deadline = match parts.store.decide::<Card, _>(&card, debit, now, &parts.policy).await? {
        DebitAnswer::Open { deadline } => deadline,
        DebitAnswer::Settled(answer) => return Ok(answer),
    };
    let Some(faces) = faces else {
        // A verdict was foreseen and is not there: the repeat brings the pictures.
        return Err(TransactError::Refused(card::Refusal::AttemptOpen { until: deadline }));
    };
    let left = deadline.since(parts.clock.now()).saturating_sub(TIME_TO_SETTLE);
    let finding = match tokio::time::timeout(left, engine::compare(parts, faces)).await {
        Ok(finding) => finding,
        Err(_) => Finding::OurFault,
    };
    let answer = parts
        .store
        .decide::<Card, _>(&card, Settle { attempt, finding }, parts.clock.now(), &parts.policy)
        .await?;
    parts.metrics.face_attempt(match answer.verdict {
        Verdict::Accepted => "accepted",
        Verdict::Rejected(Rejection::AnotherFace) => "another-face",
        Verdict::Rejected(Rejection::SeveralPeople) => "several-people",
        Verdict::Rejected(Rejection::NotTurned) => "not-turned",
        Verdict::Rejected(Rejection::OtherPoses) => "other-poses",
        Verdict::Rejected(Rejection::FaultsUsedUp) => "faults-used-up",
        Verdict::Voided => "voided",
        Verdict::Lapsed => "lapsed",
    });
    Ok(answer)
}

/// The verdict that the installation has recorded, beside how the card stands now.
async fn repeated(parts: &Parts, answer: AttemptAnswer, card: CardId) -> Result<FaceVerdict, Refusal> {
    let now = parts.clock.now();
    let state = parts.store.load_card(&card).await?;
    let state = state.ok_or(Refusal::new(ProblemType::Internal).because("a proved card has no record"))?;
    let tries = decision::at(&state, now, &parts.policy).tries();
    verdict::tell(parts, answer, card, tries, now).await
}

/// Copies a verdict that the card has recorded and the installation has not, as after a crash between the two: so a
/// phone that has forgotten its pictures need not wait until the attempt's time is over.
///
/// # Errors
/// What went wrong with the store.
pub async fn mend(
    parts: &Parts,
    installation: &Installation,
    booking: BookingId,
    now: Timestamp,
) -> Result<(), Refusal> {
    let Some((card, attempt)) = open_attempt(installation, booking) else { return Ok(()) };
    let Some(state) = parts.store.load_card(&card).await? else { return Ok(()) };
    let state = decision::at(&state, now, &parts.policy);
    if !state.verdicts.iter().any(|settled| settled.attempt == attempt) {
        return Ok(());
    }
    // There is a verdict, and the first one stands: this only fetches it.
    let command = Settle { attempt, finding: Finding::OurFault };
    let settled = parts
        .store
        .decide::<Card, _>(&card, command, now, &parts.policy)
        .await
        .map_err(|error| of_card_error_to_app(error, now))?;
    let command = SettleAttempt { booking, attempt, verdict: settled.verdict };
    parts.store.decide::<Installation, _>(&installation.id, command, now, &parts.policy).await?;
    Ok(())
}

fn open_attempt(installation: &Installation, booking: BookingId) -> Option<(CardId, reservation::AttemptId)> {
    match &installation.booking(booking).ok()?.progress {
        Progress::Face(step) => match &step.stage {
            FaceStage::Attempting(open) => Some((step.card.id, open.attempt)),
            FaceStage::Waiting | FaceStage::Challenged(_) => None,
        },
        Progress::AwaitingCard { .. }
        | Progress::UserReady { .. }
        | Progress::SignatureReady { .. }
        | Progress::Finished { .. } => None,
    }
}
