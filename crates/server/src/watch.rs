//! What is looked at every few seconds and shown to the operator: the store, and the age of the revocation lists.

use std::sync::Arc;
use std::time::Duration;

use ledger::Health;

use crate::parts::Parts;

const EVERY: Duration = Duration::from_secs(5);

/// Keeps the gauges of the store and of readiness current, and logs when they change.
pub async fn health(parts: Arc<Parts>) {
    let mut every = tokio::time::interval(EVERY);
    let mut before = None;
    loop {
        every.tick().await;
        if let Some(seconds) = lists_good_for(&parts) {
            parts.metrics.crl_valid_for(seconds);
        }
        let health = parts.store.health(parts.clock.now()).await;
        let ready = health == Health::Ready;
        parts.metrics.store_ready(ready);
        parts.metrics.ready(ready && !parts.readiness.is_stopping());
        if before.as_ref() != Some(&health) {
            match &health {
                Health::Ready => tracing::info!(store = "ready", "the store takes commits"),
                Health::NotReady(why) => {
                    tracing::error!(store = "not ready", reason = %why, "the store takes no commits");
                }
            }
            before = Some(health);
        }
    }
}

/// Seconds until the first of the lists in use is out of date; negative once one is.
fn lists_good_for(parts: &Parts) -> Option<f64> {
    let now = parts.clock.now().unix_secs();
    let reports = parts.lists.as_ref()?.reports();
    let ends = reports.iter().filter_map(|report| report.list.as_ref().ok());
    ends.map(|list| list.next_update.unix_secs() - now).min().map(|left| left as f64)
}
