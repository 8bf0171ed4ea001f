//! The app: a DPoP proof that holds, used once, for exactly this body.
//!
//! In order of cost: form, signature and claims of the proof; the device key's rate; the body, bounded, and its
//! digest; last the store, which remembers the proof. Pictures are taken only for a booking in hand.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use ledger::{Purpose, Remembered, RememberedKey};
use reservation::{BookingId, InstallationId, Timestamp, decision};
use serde::de::DeserializeOwned;
use uuid::Uuid;
use wire::problem::ProblemType;

use super::bearer::{Authorization, authorization};
use super::{body, json};
use crate::dpop::{self, Expected, ProofError};
use crate::listener::app::AppContext;
use crate::parts::Parts;
use crate::problem::Refusal;
use crate::problem::from_rules::of_installation;
use crate::request::body::Held;

/// A phone that proved its device key, and what it sent: at most `LIMIT` bytes.
pub struct Phone<const LIMIT: usize = { body::SMALL }> {
    /// The device key's thumbprint. Whether it is registered, the rules say.
    pub installation: InstallationId,
    /// The access token that the proof covers.
    pub token: Option<String>,
    /// The body that the proof covers.
    pub body: Bytes,
    /// When all of it had arrived.
    pub now: Timestamp,
    _held: Option<Held>,
}

impl<const LIMIT: usize> fmt::Debug for Phone<LIMIT> {
    /// Neither the token nor what was sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Phone").field("installation", &self.installation).finish_non_exhaustive()
    }
}

/// A phone that sends a card's evidence.
pub type CardPhone = Phone<{ body::CARD }>;

/// A phone that sends pictures of a face.
pub type FacePhone = Phone<{ body::FACE }>;

/// A phone, and its body as JSON.
#[derive(Debug)]
pub struct PhoneJson<T> {
    /// Who sent it.
    pub phone: Phone,
    /// What it says.
    pub json: T,
}

impl<const LIMIT: usize> FromRequest for Phone<LIMIT> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { prove(&request, payload).await })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for PhoneJson<T> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let phone = prove(&request, payload).await?;
            json::check_type(&request)?;
            let json = json::parse(&phone.body)?;
            Ok(Self { phone, json })
        })
    }
}

async fn prove<const LIMIT: usize>(request: &HttpRequest, payload: Payload) -> Result<Phone<LIMIT>, Refusal> {
    let context: Arc<AppContext> = request
        .app_data::<Data<AppContext>>()
        .expect("the app listener carries its context")
        .clone()
        .into_inner();
    let began = context.parts.clock.now();
    let proof = header(request)?;
    let token = match authorization(request, "DPoP") {
        Authorization::Absent => None,
        Authorization::Token(token) => Some(token.to_owned()),
        Authorization::Unfit => return Err(ProblemType::TokenInvalid.into()),
    };
    let url = format!("{}{}", context.origin, request.uri().path());
    let expected = Expected {
        method: request.method().as_str(),
        url: &url,
        access_token: token.as_deref(),
        iat_window: context.dpop.iat_window(),
        now: began,
    };
    let patience = if LIMIT > body::SMALL { context.upload_timeout } else { context.body_timeout };
    let claimed = match dpop::proof::verify(proof, &expected, &context.parts.nonces) {
        Err(ProofError::Nonce) => {
            // The body is taken in, so that the connection lives on for the repeat that follows at once.
            body::drain(request, payload, LIMIT, patience).await?;
            return Err(ProofError::Nonce.into());
        }
        judged => judged?,
    };
    context.installation_rate.admit(&claimed.installation)?;
    let (body, held) = if LIMIT > body::SMALL {
        let held = context.upload_memory.begin(context.client(request.peer_addr(), request.headers())?);
        let worthwhile = booking_in_hand(request, &context.parts, &claimed.installation, began);
        let (body, held) = body::read_upload(request, payload, LIMIT, patience, held, worthwhile).await?;
        (body, Some(held))
    } else {
        (body::read(request, payload, LIMIT, patience).await?, None)
    };
    claimed.check_body(&body)?;
    let now = context.parts.clock.now();
    let used =
        RememberedKey::new(Purpose::DpopProof, &[claimed.installation.as_bytes(), claimed.jti.as_bytes()]);
    // As long as another request with this proof may still be on its way.
    let until = claimed.remember_until.after(patience);
    match context.parts.store.remember(&used, until, now).await? {
        Remembered::Fresh => Ok(Phone { installation: claimed.installation, token, body, now, _held: held }),
        Remembered::Seen => Err(ProofError::Replayed.into()),
    }
}

/// Whether pictures are worth taking: the key is registered and has the booking in hand that the address names. Anybody
/// can make a key. Whether the booking's step is due, the handler says.
async fn booking_in_hand(
    request: &HttpRequest,
    parts: &Parts,
    installation: &InstallationId,
    now: Timestamp,
) -> Result<(), Refusal> {
    let booking = request.match_info().get("booking").and_then(|text| text.parse::<Uuid>().ok());
    let booking = BookingId::from_u128(booking.ok_or(ProblemType::NotFound)?.as_u128());
    let installation = parts.store.load_installation(installation).await?;
    let installation = installation.ok_or(Refusal::new(ProblemType::InstallationUnknown))?;
    let installation = decision::at(&installation, now, &parts.policy);
    installation.booking(booking).map(drop).map_err(of_installation)
}

/// The one `DPoP` header.
fn header(request: &HttpRequest) -> Result<&str, ProofError> {
    let mut values = request.headers().get_all("DPoP");
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(|_| ProofError::Form),
        _ => Err(ProofError::Missing),
    }
}
