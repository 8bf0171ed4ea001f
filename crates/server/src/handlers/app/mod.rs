//! x

use utoipa_actix_web::service_config::ServiceConfig;

/// All routes of this listener.
pub fn routes(_config: &mut ServiceConfig<'_>) {}
