//! Prometheus counters and latencies, rendered by the admin listener.
//!
//! The recorder is a value that is handed about, not the process's global one: several servers can live in one
//! process. Labels are routes, statuses and kinds of problem, never anything a client chose.

use std::time::Duration;

use metrics::{Key, Label, Level, Metadata, Recorder as _, Unit};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

const REQUESTS: &str = "jpki_reset_requests_total";
const LATENCY: &str = "jpki_reset_request_seconds";
const PROBLEMS: &str = "jpki_reset_problems_total";
const EVENTS: &str = "jpki_reset_events_total";
const FACE_ATTEMPTS: &str = "jpki_reset_face_attempts_total";
const FACE_ENGINE: &str = "jpki_reset_face_engine_total";
const FACE_SECONDS: &str = "jpki_reset_face_engine_seconds";
const READY: &str = "jpki_reset_ready";
const STORE_READY: &str = "jpki_reset_store_ready";
const CRL_EXPIRES: &str = "jpki_reset_crl_valid_seconds";

const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const METADATA: Metadata<'static> = Metadata::new("server", Level::INFO, Some("server::observe::metrics"));

/// Where the server counts.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Counters that stand at nought.
    pub fn new() -> Self {
        let recorder = PrometheusBuilder::new()
            .set_buckets(BUCKETS)
            .expect("the list of buckets is not empty")
            .build_recorder();
        let counter = |name: &'static str, text: &'static str| {
            recorder.describe_counter(name.into(), None, text.into());
        };
        counter(REQUESTS, "Requests answered, by listener, route, method and status.");
        counter(PROBLEMS, "Problems answered, by listener, route and kind.");
        counter(EVENTS, "What the rules decided, by kind: bookings, reservations, claims, completions.");
        counter(FACE_ATTEMPTS, "Face attempts that were judged, by verdict.");
        counter(
            FACE_ENGINE,
            "What the face engine was asked, by step (front, inspect, compare) and outcome.",
        );
        let seconds = |name: &'static str, text: &'static str| {
            recorder.describe_histogram(name.into(), Some(Unit::Seconds), text.into());
        };
        seconds(LATENCY, "Time to answer, by listener and route.");
        seconds(FACE_SECONDS, "Time the face engine took, by step.");
        let gauge = |name: &'static str, text: &'static str| {
            recorder.describe_gauge(name.into(), None, text.into());
        };
        gauge(READY, "1 while requests should be sent here.");
        gauge(STORE_READY, "1 while the store takes commits.");
        gauge(CRL_EXPIRES, "Seconds until the first revocation list in use is out of date.");
        let handle = recorder.handle();
        Self { recorder, handle }
    }

    /// Counts one answered request.
    pub fn request(
        &self,
        listener: &'static str,
        route: &str,
        method: &'static str,
        status: u16,
        took: Duration,
    ) {
        let labels = vec![
            Label::new("listener", listener),
            Label::new("route", route.to_owned()),
            Label::new("method", method),
            Label::new("status", status.to_string()),
        ];
        self.recorder.register_counter(&Key::from_parts(REQUESTS, labels), &METADATA).increment(1);
        let labels = vec![Label::new("listener", listener), Label::new("route", route.to_owned())];
        let latency = self.recorder.register_histogram(&Key::from_parts(LATENCY, labels), &METADATA);
        latency.record(took.as_secs_f64());
    }

    /// Counts one answered problem.
    pub fn problem(&self, listener: &'static str, route: &str, kind: &'static str) {
        let labels = vec![
            Label::new("listener", listener),
            Label::new("route", route.to_owned()),
            Label::new("problem", kind),
        ];
        self.recorder.register_counter(&Key::from_parts(PROBLEMS, labels), &METADATA).increment(1);
    }

    /// Counts one thing that the rules decided and the store keeps.
    pub fn event(&self, kind: &'static str) {
        let labels = vec![Label::new("event", kind)];
        self.recorder.register_counter(&Key::from_parts(EVENTS, labels), &METADATA).increment(1);
    }

    /// Counts one face attempt that was judged.
    pub fn face_attempt(&self, verdict: &'static str) {
        let labels = vec![Label::new("verdict", verdict)];
        self.recorder.register_counter(&Key::from_parts(FACE_ATTEMPTS, labels), &METADATA).increment(1);
    }

    /// Counts one question to the face engine.
    pub fn face_engine(&self, step: &'static str, outcome: &'static str, took: Duration) {
        let labels = vec![Label::new("step", step), Label::new("outcome", outcome)];
        self.recorder.register_counter(&Key::from_parts(FACE_ENGINE, labels), &METADATA).increment(1);
        let labels = vec![Label::new("step", step)];
        let seconds = self.recorder.register_histogram(&Key::from_parts(FACE_SECONDS, labels), &METADATA);
        seconds.record(took.as_secs_f64());
    }

    /// Notes whether the server is ready.
    pub fn ready(&self, ready: bool) {
        self.gauge(READY, if ready { 1.0 } else { 0.0 });
    }

    /// Notes whether the store takes commits.
    pub fn store_ready(&self, ready: bool) {
        self.gauge(STORE_READY, if ready { 1.0 } else { 0.0 });
    }

    /// Notes how long the revocation lists are still good for; negative once one is out of date.
    pub fn crl_valid_for(&self, seconds: f64) {
        self.gauge(CRL_EXPIRES, seconds);
    }

    fn gauge(&self, name: &'static str, value: f64) {
        self.recorder.register_gauge(&Key::from_static_name(name), &METADATA).set(value);
    }

    /// The text that Prometheus reads.
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_by_its_route_and_status() {
        let metrics = Metrics::new();
        metrics.request("app", "/app/v1/bookings", "POST", 201, Duration::from_millis(3));
        let text = metrics.render();
        assert!(
            text.contains(r#"jpki_reset_requests_total{listener="app",route="/app/v1/bookings",method="POST",status="201"} 1"#),
            "{text}"
        );
        assert!(text.contains("jpki_reset_request_seconds_bucket"), "{text}");
    }
}
