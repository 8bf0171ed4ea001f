//! `POST /app/v1/installations`: the device key is registered. The key is the proof's own, so nothing else is sent.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use reservation::Installation;
use reservation::installation::Register;
use wire::Bytes;
use wire::app::{Installation as Shown, RegisterInstallation};
use wire::problem::ProblemType;

use crate::listener::app::AppContext;
use crate::problem::Refusal;
use crate::request::phone::PhoneJson;

const APP_MAX_CHARS: usize = 64;

/// Registers the device key that the proof carries. The same key again gets the same answer.
#[utoipa::path(
    request_body = RegisterInstallation,
    responses((status = 200, description = "Registered, now or before", body = Shown))
)]
#[post("/app/v1/installations")]
pub(crate) async fn register(
    request: PhoneJson<RegisterInstallation>,
    context: Data<AppContext>,
) -> Result<HttpResponse, Refusal> {
    let PhoneJson { phone, json } = request;
    if json.app.chars().count() > APP_MAX_CHARS {
        return Err(Refusal::new(ProblemType::MalformedRequest).field("app"));
    }
    let parts = &context.parts;
    let command = Register { installation: phone.installation };
    parts.store.decide::<Installation, _>(&phone.installation, command, phone.now, &parts.policy).await?;
    parts.metrics.event("registered");
    let terms = parts.service.terms.clone();
    Ok(HttpResponse::Ok().json(Shown { installation: Bytes::from(phone.installation.as_bytes()), terms }))
}
