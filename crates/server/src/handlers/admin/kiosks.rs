//! Kiosks: admitted, listed, disabled.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use ledger::{Kiosk, KioskFact};
use reservation::{CertificateHash, KioskId, OperatorId};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::admin::{AddKiosk, Kiosk as Shown, KioskCertificate, Kiosks};
use wire::problem::ProblemType;

use crate::clock::to_date_time;
use crate::handlers::view;
use crate::listener::admin::AdminContext;
use crate::problem::Refusal;
use crate::request::idempotency::sha256;
use crate::request::json;
use crate::request::operator::Operator;

const PAGE: usize = 100;

/// Admits a kiosk and signs its certificate.
#[utoipa::path(
    request_body = AddKiosk,
    responses((status = 201, description = "Admitted", body = KioskCertificate))
)]
#[post("/admin/v1/kiosks")]
pub(crate) async fn add(
    http: HttpRequest,
    operator: Operator,
    context: Data<AdminContext>,
) -> Result<HttpResponse, Refusal> {
    json::check_type(&http)?;
    let asked: AddKiosk = json::parse(&operator.body)?;
    let malformed = |field| Refusal::new(ProblemType::MalformedRequest).field(field);
    let id = KioskId::parse(&asked.kiosk).map_err(|_| malformed("kiosk"))?;
    let company = OperatorId::parse(&asked.operator).map_err(|_| malformed("operator"))?;
    if asked.kinds.is_empty() {
        return Err(malformed("kinds"));
    }
    let parts = &context.parts;
    if !parts.service.has_operator(&company) {
        return Err(ProblemType::OperatorUnknown.into());
    }
    let now = parts.clock.now();
    let signed = context
        .kiosk_authority
        .kiosk(&asked.request, &id, context.kiosk_certificate_life, now)
        .map_err(|_| malformed("request"))?;
    let kiosk = Kiosk {
        id: id.clone(),
        operator: company,
        kinds: view::kind_set(&asked.kinds),
        enabled: true,
        certificate: CertificateHash::from_bytes(sha256(&signed.der)),
        added_at: now,
    };
    // Only if absent: the name of a kiosk that was disabled is not given to another machine.
    parts
        .store
        .change_kiosk(&id, now, |known| match known {
            None => Ok((kiosk.clone(), KioskFact::Added)),
            Some(_) => Err(ProblemType::KioskExists),
        })
        .await?;
    tracing::info!(kiosk.id = %id, operator.id = %kiosk.operator, "kiosk admitted");
    Ok(HttpResponse::Created().json(KioskCertificate {
        certificate: signed.pem,
        server_authority: context.kiosk_authority.certificate().to_owned(),
        expires_at: to_date_time(signed.expires_at),
    }))
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Only kiosks whose names come after this.
    after: Option<String>,
}

/// Lists kiosks in the order of their names.
#[utoipa::path(params(ListQuery), responses((status = 200, description = "At most 100", body = Kiosks)))]
#[get("/admin/v1/kiosks")]
pub(crate) async fn list(
    _operator: Operator,
    query: Query<ListQuery>,
    context: Data<AdminContext>,
) -> Result<HttpResponse, Refusal> {
    let after = match query.after.as_deref() {
        None | Some("") => None,
        Some(name) => Some(
            KioskId::parse(name).map_err(|_| Refusal::new(ProblemType::MalformedRequest).field("after"))?,
        ),
    };
    let page = context.parts.store.kiosks(after.as_ref(), PAGE).await?;
    let kiosks = page.kiosks.iter().map(shown).collect();
    Ok(HttpResponse::Ok().json(Kiosks { kiosks, more: page.more }))
}

/// Disables a kiosk: its next request is refused.
#[utoipa::path(
    params(("kiosk" = String, Path, description = "Its name")),
    responses((status = 200, description = "Disabled, now or before", body = Shown))
)]
#[post("/admin/v1/kiosks/{kiosk}/disable")]
pub(crate) async fn disable(
    _operator: Operator,
    path: Path<String>,
    context: Data<AdminContext>,
) -> Result<HttpResponse, Refusal> {
    let id = KioskId::parse(&path).map_err(|_| Refusal::new(ProblemType::KioskUnknown))?;
    let parts = &context.parts;
    let kiosk = parts
        .store
        .change_kiosk(&id, parts.clock.now(), |known| {
            let Some(known) = known.cloned() else { return Err(ProblemType::KioskUnknown) };
            let fact = if known.enabled { KioskFact::Disabled } else { KioskFact::Repeated };
            Ok((Kiosk { enabled: false, ..known }, fact))
        })
        .await?;
    tracing::info!(kiosk.id = %id, "kiosk disabled");
    Ok(HttpResponse::Ok().json(shown(&kiosk)))
}

fn shown(kiosk: &Kiosk) -> Shown {
    Shown {
        kiosk: kiosk.id.to_string(),
        operator: kiosk.operator.to_string(),
        kinds: view::kinds(kiosk.kinds),
        enabled: kiosk.enabled,
        added_at: to_date_time(kiosk.added_at),
    }
}
