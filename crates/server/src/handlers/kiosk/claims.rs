//! `POST /kiosk/v1/claims`: a kiosk takes hold of a reservation and gets the authorisation for this one card.
//!
//! The reply is made first and committed with the claim; only then does it leave. Whoever asks again with the same
//! session and body gets the same bytes, and nobody else gets any.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use authority::{CLAIM_TOKEN_LIFE, ClaimToken, SessionToken, TokenError};
use ledger::{SessionUsed, TransactError};
use reservation::card::{self, ClaimRequest, Grant, NewClaim, Permission};
use reservation::statement::{CardChallenge, ClaimStatement, ResetStatement};
use reservation::{BookingId, Card, ClaimId, Timestamp, decision};
use uuid::Uuid;
use wire::Bytes;
use wire::kiosk::{Claim, Granted};
use wire::problem::ProblemType;

use crate::clock::to_date_time;
use crate::evidence::{ProvedCard, ProvedKey, prove_key};
use crate::listener::kiosk::KioskContext;
use crate::locks;
use crate::parts::Parts;
use crate::problem::Refusal;
use crate::problem::from_rules::of_not_now;
use crate::random;
use crate::request::idempotency;
use crate::request::terminal::{Terminal, TerminalJson};

/// Claims the reservation of the card on the reader.
#[utoipa::path(
    request_body = Claim,
    responses((status = 201, description = "Granted, now or before", body = Granted))
)]
#[post("/kiosk/v1/claims")]
pub(crate) async fn claim(
    request: TerminalJson<Claim>,
    context: Data<KioskContext>,
) -> Result<HttpResponse, Refusal> {
    let TerminalJson { terminal, json } = request;
    let parts = &context.parts;
    let session = session(&json.session, &terminal, parts)?;
    let challenge: CardChallenge = json
        .card_challenge
        .to_array()
        .ok_or(Refusal::new(ProblemType::MalformedRequest).field("card_challenge"))?;
    let key = prove(&json, &session, challenge, &terminal, parts)?;
    let card = key.find_card(parts, terminal.now).await?;
    let request = asked(&key, &card, &session, challenge, &terminal, parts);
    let new = new_claim(&request, &card, &terminal, &session, parts).await?;
    let command = card::Claim { request, new };
    let granted = match parts.store.decide::<Card, _>(&card.card, command, terminal.now, &parts.policy).await
    {
        Ok(granted) => granted,
        Err(error) => return Err(locks::error_to_kiosk(parts, card.card, error, terminal.now).await),
    };
    parts.metrics.event("claimed");
    Ok(HttpResponse::Created().content_type("application/json").body(granted.grant.as_bytes().to_vec()))
}

/// The session, if it is this kiosk's and not over.
fn session(token: &str, terminal: &Terminal, parts: &Parts) -> Result<SessionToken, Refusal> {
    let session: SessionToken = parts.tokens.verify(token, terminal.now).map_err(|error| match error {
        TokenError::Expired { .. } => Refusal::new(ProblemType::SessionExpired),
        TokenError::NotGenuine(_) | TokenError::NotYetValid { .. } => ProblemType::SessionInvalid.into(),
    })?;
    if session.kiosk != terminal.kiosk.id {
        return Err(Refusal::new(ProblemType::SessionInvalid).because("another kiosk's"));
    }
    Ok(session)
}

fn prove(
    sent: &Claim,
    session: &SessionToken,
    card_challenge: CardChallenge,
    terminal: &Terminal,
    parts: &Parts,
) -> Result<ProvedKey, Refusal> {
    let statement = |target| {
        ClaimStatement {
            session: session.session,
            nonce: session.nonce,
            kiosk: terminal.kiosk.id.clone(),
            target,
            card_challenge,
        }
        .to_bytes()
    };
    // A session that was opened for one PIN is good for that PIN alone.
    let known = session.target.map(reservation::PinKind::other);
    prove_key(&sent.certificate.0, &sent.signature.0, known, statement, parts, terminal.now)
}

fn asked(
    key: &ProvedKey,
    card: &ProvedCard,
    session: &SessionToken,
    card_challenge: CardChallenge,
    terminal: &Terminal,
    parts: &Parts,
) -> ClaimRequest {
    let kiosk = &terminal.kiosk;
    ClaimRequest {
        session: session.session,
        request: idempotency::body_hash(&terminal.body),
        kiosk: kiosk.id.clone(),
        kinds: parts.service.kinds(&kiosk.operator, kiosk.kinds, terminal.now),
        target: key.target(),
        known_key: card.known_key,
        card_challenge,
    }
}

/// Makes authorisation and reply if a new claim would be granted; nothing if one is to be repeated.
async fn new_claim(
    request: &ClaimRequest,
    card: &ProvedCard,
    terminal: &Terminal,
    session: &SessionToken,
    parts: &Parts,
) -> Result<Option<NewClaim>, Refusal> {
    let now = terminal.now;
    let state = parts.store.load_card(&card.card).await?.ok_or(Refusal::new(ProblemType::NoReservation))?;
    let permission = state.may_claim(request, now, &parts.policy);
    let lease_ends = match permission {
        Ok(Permission::Repeat) => return Ok(None),
        Ok(Permission::New { lease_ends }) => lease_ends,
        Err(refusal) => {
            return Err(locks::error_to_kiosk(parts, card.card, TransactError::Refused(refusal), now).await);
        }
    };
    let kiosk = &terminal.kiosk;
    parts
        .service
        .may_begin(&kiosk.id, &kiosk.operator, kiosk.kinds, Some(request.target), now)
        .map_err(of_not_now)?;
    let state = decision::at(&state, now, &parts.policy);
    let booking = state.live.as_ref().map(|live| live.booking);
    let booking = booking.ok_or(Refusal::new(ProblemType::NoReservation))?;
    first_use(request, session, parts, now).await?;
    let id = ClaimId::from_u128(random::uuid(now).as_u128());
    let completion_nonce = random::nonce();
    let statement = ResetStatement {
        target: request.target,
        card_challenge: request.card_challenge,
        known_key: card.known_key,
    };
    let authorisation = parts.authority.authorise_reset(&statement).await?;
    let reply = Granted {
        claim: Uuid::from_u128(id.as_u128()),
        target: request.target.into(),
        authorisation: Bytes::from(authorisation),
        completion_nonce: Bytes::from(completion_nonce.as_bytes()),
        claim_token: claim_token(id, booking, card, terminal, parts)?,
        lease_ends: to_date_time(lease_ends),
    };
    let reply = serde_json::to_vec(&reply).expect("a grant has only strings");
    Ok(Some(NewClaim {
        id,
        completion_nonce,
        target_key: card.target_key.clone(),
        lease_ends,
        grant: Grant::from_bytes(reply),
    }))
}

fn claim_token(
    id: ClaimId,
    booking: BookingId,
    card: &ProvedCard,
    terminal: &Terminal,
    parts: &Parts,
) -> Result<String, Refusal> {
    let token = ClaimToken {
        kiosk: terminal.kiosk.id.clone(),
        card: card.card,
        booking,
        claim: id,
        expires_at: terminal.now.after(CLAIM_TOKEN_LIFE),
    };
    Ok(parts.tokens.issue(&token, terminal.now)?)
}

/// A session makes one claim, and the card's record sees only its own: a record of the session sees the other cards.
/// The body it was first used with may come again, whatever happened since; another body may not.
async fn first_use(
    request: &ClaimRequest,
    session: &SessionToken,
    parts: &Parts,
    now: Timestamp,
) -> Result<(), Refusal> {
    let used = parts.store.use_session(session.session, request.request, now).await;
    used.map_err(|error| match error {
        TransactError::Refused(SessionUsed) => ProblemType::SessionUsed.into(),
        TransactError::Store(error) => error.into(),
    })
}
