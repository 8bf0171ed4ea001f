//! JSON lines on standard error that carry only fields from an allow-list.
//!
//! A field that is not listed is dropped and its *name* is shown, so that nothing secret or personal is logged by
//! mistake, and a mistake is seen. Text from other people's crates is dropped too: it may quote what a client
//! sent. Never listed: bodies, tokens, PINs, certificate names, card ids, addresses, query strings.

use std::fmt::{self, Write as _};
use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::clock::{Clock, to_date_time};

/// The fields that may be logged. `key` is a record's kind and partition, never its id; `error` and `problem` are
/// texts of our own crates.
pub const ALLOWED: &[&str] = &[
    "address",
    "cause",
    "content",
    "crl.path",
    "duration_ms",
    "error",
    "http.method",
    "http.route",
    "http.status",
    "key",
    "kiosk.id",
    "lines",
    "listener",
    "message",
    "operator.id",
    "problem",
    "reason",
    "register.path",
    "request.id",
    "run_id",
    "state",
    "store",
    "trouble",
    "what",
];

/// The crates whose texts are ours, so known to quote nobody.
const OURS: &[&str] = &["server", "ledger", "ledger_redis", "trust", "face", "authority", "jpki_reset"];

/// Where lines go.
pub type Sink = Arc<Mutex<dyn Write + Send>>;

/// Sends this process's events to `sink`. Only the first call of a process has an effect.
pub fn install(level: Level, clock: Arc<dyn Clock>, sink: Sink) {
    let subscriber = tracing_subscriber::registry().with(JsonLines { level, clock, sink });
    // A second server in one process, as in tests, keeps writing to the first one's sink.
    let _already_installed = tracing::subscriber::set_global_default(subscriber);
}

/// Writes to standard error.
pub fn standard_error() -> Sink {
    Arc::new(Mutex::new(std::io::stderr()))
}

struct JsonLines {
    level: Level,
    clock: Arc<dyn Clock>,
    sink: Sink,
}

impl<S: Subscriber> Layer<S> for JsonLines {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        let ours = is_ours(metadata.target());
        *metadata.level() <= if ours { self.level } else { self.level.min(Level::WARN) }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let mut fields = Fields { ours: is_ours(metadata.target()), kept: Map::new(), dropped: Vec::new() };
        event.record(&mut fields);
        let mut line = Map::new();
        let time = to_date_time(self.clock.now());
        let time = time.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
        line.insert("time".into(), time.into());
        line.insert("level".into(), metadata.level().as_str().into());
        line.insert("target".into(), metadata.target().into());
        line.append(&mut fields.kept);
        if !fields.dropped.is_empty() {
            line.insert("dropped".into(), fields.dropped.into());
        }
        let Ok(mut text) = serde_json::to_string(&Value::Object(line)) else { return };
        text.push('\n');
        if let Ok(mut sink) = self.sink.lock() {
            // A full disk or a closed pipe must not stop the service.
            let _cannot_log_that_logging_failed = sink.write_all(text.as_bytes());
        }
    }
}

fn is_ours(target: &str) -> bool {
    OURS.contains(&target.split("::").next().unwrap_or_default())
}

struct Fields {
    ours: bool,
    kept: Map<String, Value>,
    dropped: Vec<String>,
}

impl Fields {
    fn keep(&mut self, field: &Field, value: Value) {
        if self.ours && ALLOWED.contains(&field.name()) {
            self.kept.insert(field.name().to_owned(), value);
        } else {
            self.dropped.push(field.name().to_owned());
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.keep(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = String::new();
        if write!(text, "{value:?}").is_ok() {
            self.keep(field, text.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use reservation::Timestamp;

    fn logged(emit: impl FnOnce()) -> Vec<Value> {
        let lines = Arc::new(Mutex::new(Vec::<u8>::new()));
        let clock = ManualClock::at(Timestamp::from_unix_secs(0));
        let layer = JsonLines { level: Level::INFO, clock, sink: lines.clone() };
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), emit);
        let bytes = lines.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_field_that_is_not_listed_leaves_only_its_name() {
        let lines = logged(|| tracing::info!(problem = "not-found", pin = "1234", "done"));
        assert_eq!(lines[0]["problem"], "not-found");
        assert_eq!(lines[0]["message"], "done");
        assert_eq!(lines[0]["dropped"][0], "pin");
        assert!(!lines[0].to_string().contains("1234"));
    }

    #[test]
    fn the_text_of_other_crates_is_not_repeated() {
        let lines = logged(|| {
            tracing::warn!(target: "hyper", "client sent GET /?pin=1234");
            tracing::info!(target: "hyper", "idle chatter");
        });
        assert_eq!(lines.len(), 1);
        assert!(!lines[0].to_string().contains("1234"));
    }
}
