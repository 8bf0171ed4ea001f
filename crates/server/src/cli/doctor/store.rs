//! Whether the store takes commits, and whether its clock is ours.

use ledger::{Health, Ledger as _, NotReady};
use ledger_redis::{Credentials, RedisLedger, Settings};
use reservation::Timestamp;

use super::Report;
use crate::cli::client::AdminClient;
use crate::config::{Config, RedisStore, StoreKind};

/// Looks at the store.
pub async fn look(config: &Config, now: Timestamp, running: bool, report: &mut Report) {
    match config.store.kind {
        StoreKind::Embedded => embedded(config, running, report).await,
        StoreKind::Redis => match &config.store.redis {
            Some(settings) => redis(settings, now, report).await,
            None => report.fail("store.redis is missing", "add the section, or set store.kind"),
        },
    }
}

/// The embedded store belongs to the running server, so the server is asked.
async fn embedded(config: &Config, running: bool, report: &mut Report) {
    let Some(file) = config.store.embedded.as_ref().map(crate::config::EmbeddedStore::file) else {
        return report.fail("store.embedded is missing", "add the section, or set store.kind");
    };
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(std::path::Path::new("."));
    match std::fs::metadata(directory) {
        Ok(data) if data.is_dir() && !data.permissions().readonly() => {
            report.ok(format!("store: {}", file.display()));
        }
        _ => report.fail(
            format!("store: {} is no directory that can be written", directory.display()),
            "make it, or change store.embedded.file",
        ),
    }
    if !running {
        return;
    }
    let ready = match AdminClient::of(config) {
        Ok(client) => client.get::<serde_json::Value>("/readyz").await.is_ok(),
        Err(_) => false,
    };
    if ready {
        report.ok("store: takes commits");
    } else {
        report.fail(
            "store: the server says it is not ready",
            "look for \"the store takes no commits\" in its log",
        );
    }
}

async fn redis(settings: &RedisStore, now: Timestamp, report: &mut Report) {
    let mut wanted = Settings::at(settings.url.clone());
    wanted.credentials = Credentials { user: settings.user.clone(), password_file: settings.password_file() };
    let store = match RedisLedger::start(&wanted).await {
        Ok(store) => store,
        Err(error) => {
            return report.fail(format!("store: {error}"), "change what it names, then run this again");
        }
    };
    match store.health(now).await {
        Health::Ready => report.ok("store: Redis is reached, its settings are safe, its clock is ours"),
        Health::NotReady(why @ NotReady::ClocksDiffer { .. }) => {
            report.fail(format!("store: {why}"), "set both clocks (NTP)");
        }
        Health::NotReady(why) => {
            report.fail(format!("store: {why}"), "start Redis, or change store.redis.url");
        }
    }
}
