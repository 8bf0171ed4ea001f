//! `POST /kiosk/v1/sessions`: refuses before any PIN is typed, else gives a nonce. Nothing is stored.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use authority::SessionToken;
use reservation::limits::KIOSK_SESSION_LIFE;
use reservation::{PinKind, SessionId};
use uuid::Uuid;
use wire::Bytes;
use wire::kiosk::{OpenSession, Session};

use crate::clock::to_date_time;
use crate::listener::kiosk::KioskContext;
use crate::problem::Refusal;
use crate::problem::from_rules::of_not_now;
use crate::random;
use crate::request::terminal::TerminalJson;

/// Opens a session of three minutes, bound to this kiosk.
#[utoipa::path(
    request_body = OpenSession,
    responses((status = 201, description = "The session", body = Session))
)]
#[post("/kiosk/v1/sessions")]
pub(crate) async fn open(
    request: TerminalJson<OpenSession>,
    context: Data<KioskContext>,
) -> Result<HttpResponse, Refusal> {
    let TerminalJson { terminal, json } = request;
    let (parts, kiosk, now) = (&context.parts, &terminal.kiosk, terminal.now);
    let target = json.target.map(PinKind::from);
    parts.service.may_begin(&kiosk.id, &kiosk.operator, kiosk.kinds, target, now).map_err(of_not_now)?;
    let id = random::uuid(now);
    let token = SessionToken {
        kiosk: kiosk.id.clone(),
        session: SessionId::from_u128(id.as_u128()),
        nonce: random::nonce(),
        target,
        expires_at: now.after(KIOSK_SESSION_LIFE),
    };
    let session = Session {
        session: parts.tokens.issue(&token, now)?,
        id: Uuid::from_u128(token.session.as_u128()),
        nonce: Bytes::from(token.nonce.as_bytes()),
        kiosk: kiosk.id.to_string(),
        expires_at: to_date_time(token.expires_at),
    };
    parts.metrics.event("session-opened");
    Ok(HttpResponse::Created().json(session))
}
