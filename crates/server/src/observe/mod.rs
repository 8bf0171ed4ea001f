//! What an operator can see: one log line per request, counters, and whether the server is ready.
//!
//! | module | idea |
//! |---|---|
//! | [`log`] | JSON lines that carry only fields from an allow-list |
//! | [`metrics`] | Prometheus counters and latencies |
//! | [`readiness`] | whether requests should be sent here |

pub mod log;
pub mod metrics;
pub mod readiness;

pub use metrics::Metrics;
pub use readiness::Readiness;
