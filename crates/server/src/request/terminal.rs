//! The kiosk: its TLS certificate, and that it was admitted and is not disabled.
//!
//! The record is loaded for every request, so a disabled kiosk is refused with its next one.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use ledger::Kiosk;
use reservation::Timestamp;
use serde::de::DeserializeOwned;
use wire::problem::ProblemType;

use super::{body, json};
use crate::listener::kiosk::KioskContext;
use crate::pki::Peer;
use crate::problem::Refusal;

/// A kiosk that may work, and what it sent.
#[derive(Debug)]
pub struct Terminal {
    /// The kiosk as it was admitted.
    pub kiosk: Kiosk,
    /// The body.
    pub body: Bytes,
    /// When it was received.
    pub now: Timestamp,
}

/// A kiosk, and its body as JSON.
#[derive(Debug)]
pub struct TerminalJson<T> {
    /// Who sent it.
    pub terminal: Terminal,
    /// What it says.
    pub json: T,
}

impl<T: DeserializeOwned + 'static> FromRequest for TerminalJson<T> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let terminal = admitted(&request, payload).await?;
            json::check_type(&request)?;
            let json = json::parse(&terminal.body)?;
            Ok(Self { terminal, json })
        })
    }
}

async fn admitted(request: &HttpRequest, payload: Payload) -> Result<Terminal, Refusal> {
    let context: Arc<KioskContext> = request
        .app_data::<Data<KioskContext>>()
        .expect("the kiosk listener carries its context")
        .clone()
        .into_inner();
    let now = context.parts.clock.now();
    let refuse = |cause| Refusal::new(ProblemType::KioskRefused).because(cause);
    let peer = request.conn_data::<Peer>().ok_or_else(|| refuse("the certificate names no kiosk"))?;
    if now > peer.not_after {
        // TLS judged it when the connection was made, and connections may last.
        return Err(refuse("the certificate has expired"));
    }
    let kiosk = context.parts.store.kiosk(&peer.kiosk).await?.ok_or_else(|| refuse("not admitted"))?;
    if kiosk.certificate != peer.certificate {
        return Err(refuse("another certificate than the one admitted"));
    }
    if !kiosk.enabled {
        return Err(refuse("disabled"));
    }
    let body = body::read(request, payload, body::SMALL, context.body_timeout).await?;
    Ok(Terminal { kiosk, body, now })
}
