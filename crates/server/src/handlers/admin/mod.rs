//! Commands of the operator, health, readiness and metrics.

pub mod cards;
pub mod health;
pub mod kiosks;

use utoipa_actix_web::service_config::ServiceConfig;

/// All routes of the admin listener.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(health::alive)
        .service(health::ready)
        .service(health::metrics)
        .service(kiosks::add)
        .service(kiosks::list)
        .service(kiosks::disable)
        .service(cards::show)
        .service(cards::approve_lift)
        .service(cards::lift);
}
