//! Whether the process lives, whether requests should be sent here, and what was counted.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use ledger::Health;
use serde::Serialize;
use utoipa::ToSchema;
use wire::problem::ProblemType;

use crate::listener::admin::AdminContext;
use crate::problem::Refusal;

/// The state of the process or of its parts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct State {
    /// `ok`.
    pub(crate) state: &'static str,
}

/// Whether the process answers at all.
#[utoipa::path(responses((status = 200, body = State)), security(()))]
#[get("/healthz")]
pub(crate) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(State { state: "ok" })
}

/// Whether requests should be sent here: the store takes commits, and no stop has begun.
#[utoipa::path(responses((status = 200, body = State)), security(()))]
#[get("/readyz")]
pub(crate) async fn ready(context: Data<AdminContext>) -> Result<HttpResponse, Refusal> {
    let parts = &context.parts;
    if parts.readiness.is_stopping() {
        return Err(Refusal::new(ProblemType::Unavailable).because("stopping"));
    }
    match parts.store.health(parts.clock.now()).await {
        Health::Ready => Ok(HttpResponse::Ok().json(State { state: "ok" })),
        Health::NotReady(_) => {
            Err(Refusal::new(ProblemType::Unavailable).because("the store takes no commits"))
        }
    }
}

/// The counters, for Prometheus.
#[utoipa::path(responses((status = 200, body = String, content_type = "text/plain")), security(()))]
#[get("/metrics")]
pub(crate) async fn metrics(context: Data<AdminContext>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(context.parts.metrics.render())
}
