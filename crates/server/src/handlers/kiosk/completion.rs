//! `POST /kiosk/v1/claims/{claim}/completion`: how the reset ended.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use authority::ClaimToken;
use reservation::card::{self, Complete, Fail, LeaveUnknown};
use reservation::statement::CompletionStatement;
use reservation::{Card, ClaimId};
use trust::verify_spki;
use uuid::Uuid;
use wire::kiosk::{Completion, FailureReason, Settled};
use wire::problem::ProblemType;

use crate::clock::to_date_time;
use crate::listener::kiosk::KioskContext;
use crate::parts::Parts;
use crate::problem::Refusal;
use crate::problem::from_rules::of_card_error_to_kiosk;
use crate::request::bearer::{Authorization, authorization};
use crate::request::terminal::{Terminal, TerminalJson};

/// Takes the report. The same again gets the same answer; a proof is welcome at any time.
#[utoipa::path(
    params(("claim" = Uuid, Path, description = "The claim")),
    request_body = Completion,
    security(("mutual-tls" = [], "claim-token" = [])),
    responses((status = 200, description = "What became of the reservation", body = Settled))
)]
#[post("/kiosk/v1/claims/{claim}/completion")]
pub(crate) async fn settle(
    http: HttpRequest,
    path: Path<Uuid>,
    request: TerminalJson<Completion>,
    context: Data<KioskContext>,
) -> Result<HttpResponse, Refusal> {
    let TerminalJson { terminal, json } = request;
    let parts = &context.parts;
    let token = believed(&http, &path, &terminal, parts)?;
    let settled = match json {
        Completion::Completed { proof } => {
            check_proof(&token, &proof.0, parts).await?;
            let command = Complete { claim: token.claim, kiosk: token.kiosk.clone() };
            decide(command, &token, &terminal, parts).await?
        }
        Completion::Failed { reason } => {
            let reason = reason_of(reason);
            let command = Fail { claim: token.claim, kiosk: token.kiosk.clone(), reason };
            decide(command, &token, &terminal, parts).await?
        }
        Completion::Unknown {} => {
            let command = LeaveUnknown { claim: token.claim, kiosk: token.kiosk.clone() };
            decide(command, &token, &terminal, parts).await?
        }
    };
    let (event, shown) = shown(settled);
    parts.metrics.event(event);
    Ok(HttpResponse::Ok().json(shown))
}

/// The claim token, if it is this kiosk's and for this claim.
fn believed(
    http: &HttpRequest,
    path: &Uuid,
    terminal: &Terminal,
    parts: &Parts,
) -> Result<ClaimToken, Refusal> {
    let refuse = |cause| Refusal::new(ProblemType::ClaimTokenInvalid).because(cause);
    let Authorization::Token(token) = authorization(http, "Bearer") else {
        return Err(refuse("no token"));
    };
    let token: ClaimToken =
        parts.tokens.verify(token, terminal.now).map_err(|_| refuse("not genuine, or over"))?;
    if token.kiosk != terminal.kiosk.id {
        return Err(refuse("another kiosk's"));
    }
    if token.claim != ClaimId::from_u128(path.as_u128()) {
        return Err(refuse("of another claim"));
    }
    Ok(token)
}

/// The proof is checked under the target key that the register named when the claim was made.
async fn check_proof(token: &ClaimToken, proof: &[u8], parts: &Parts) -> Result<(), Refusal> {
    let unknown = || Refusal::new(ProblemType::ClaimUnknown);
    let state = parts.store.load_card(&token.card).await?.ok_or_else(unknown)?;
    let (claim, target) = state.claim(token.claim).ok_or_else(unknown)?;
    let statement = CompletionStatement { claim: claim.id, nonce: claim.completion_nonce, target };
    verify_spki(&claim.target_key, &statement.to_bytes(), proof)
        .map_err(|_| Refusal::new(ProblemType::ProofInvalid))
}

async fn decide<C>(
    command: C,
    token: &ClaimToken,
    terminal: &Terminal,
    parts: &Parts,
) -> Result<card::Settled, Refusal>
where
    C: reservation::Command<Card, Outcome = card::Settled> + Clone,
{
    parts
        .store
        .decide::<Card, _>(&token.card, command, terminal.now, &parts.policy)
        .await
        .map_err(|error| of_card_error_to_kiosk(error, terminal.now))
}

fn reason_of(reason: FailureReason) -> card::FailureReason {
    match reason {
        FailureReason::HolderLeft => card::FailureReason::HolderLeft,
        FailureReason::CardRemoved => card::FailureReason::CardRemoved,
        FailureReason::CardRefused => card::FailureReason::CardRefused,
        FailureReason::TimedOut => card::FailureReason::TimedOut,
        FailureReason::KioskStopped => card::FailureReason::KioskStopped,
    }
}

fn shown(settled: card::Settled) -> (&'static str, Settled) {
    match settled {
        card::Settled::Completed => ("completed", Settled::Completed),
        card::Settled::Noted => ("noted", Settled::Noted),
        card::Settled::Released { claims_left } => ("released", Settled::Released { claims_left }),
        card::Settled::Waiting { lease_ends } => {
            ("waiting", Settled::Waiting { lease_ends: to_date_time(lease_ends) })
        }
    }
}
