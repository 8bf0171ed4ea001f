//! What a kiosk can do: open a session, claim a reservation, say how the reset ended.

pub mod claims;
pub mod completion;
pub mod sessions;

use utoipa_actix_web::service_config::ServiceConfig;

/// All routes of the kiosk listener.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(sessions::open).service(claims::claim).service(completion::settle);
}
