//! The rounds. In each, the server's claims and the baseline's come right after one another, so that what else the
//! machine does falls on both.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use end_to_end::redis::Redis;
use tokio::runtime::Runtime;

use crate::baseline::{self, Part};
use crate::child::Own;
use crate::prepare;
use crate::site::{Cards, Site};
use crate::table::{self, Figures};
use crate::terminal::{Terminal, signed};

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    /// Claims of one round, each of a card of its own.
    pub(crate) cards: usize,
    /// Rounds on each store.
    pub(crate) rounds: usize,
    /// Kiosk connections, and the baseline's tasks.
    pub(crate) connections: usize,
}

/// Measures on both stores and prints a table.
pub(crate) fn all(order: &Order) {
    let folder = tempfile::Builder::new().prefix("claims-").tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    table::begin(order);
    // One card more: its claim has the server read the register again before anything is measured.
    let mut cards = Cards::issue(&root, order.cards + 1);
    let store = root.join("embedded");
    table::print("embedded store", &embedded(order, &mut cards, &store));
    if Command::new("redis-server").arg("--version").output().is_err() {
        table::note("Redis: left out, because redis-server is not installed (apt-get install redis-server).");
        return;
    }
    let store = root.join("redis");
    table::print("Redis (its own CPU time not counted)", &redis(order, &mut cards, &store));
}

fn embedded(order: &Order, cards: &mut Cards, root: &Path) -> Figures {
    let site = Site::make(root, &root.with_file_name("trust"));
    let runtime = Runtime::new().unwrap();
    let stores = ["server.redb", "baseline.redb"];
    let settings =
        stores.map(|file| site.settings(&format!("{file}.toml"), &[("store.embedded.file", file)]));
    runtime.block_on(prepare::store(&settings[0], &site, cards, order.rounds));
    // The store's thread may still hold the file for a moment; a copy of a file at rest is whole.
    drop(runtime);
    fs::copy(site.file(stores[0]), site.file(stores[1])).unwrap();
    Runtime::new().unwrap().block_on(rounds(order, cards, &site, &settings[0], &settings[1]))
}

fn redis(order: &Order, cards: &mut Cards, root: &Path) -> Figures {
    let site = Site::make(root, &root.with_file_name("trust"));
    let runtime = Runtime::new().unwrap();
    let servers = ["redis-server", "redis-baseline"].map(|name| Redis::start(&site.file(name)));
    let settings = [0, 1].map(|number: usize| {
        let url = format!("unix://{}", servers[number].socket().display());
        let changes = [("store.kind", "redis"), ("store.redis.url", url.as_str())];
        site.settings(&format!("redis-{number}.toml"), &changes)
    });
    for settings in &settings {
        runtime.block_on(prepare::store(settings, &site, cards, order.rounds));
    }
    runtime.block_on(rounds(order, cards, &site, &settings[0], &settings[1]))
}

async fn rounds(
    order: &Order,
    cards: &mut Cards,
    site: &Site,
    server_settings: &Path,
    baseline_settings: &Path,
) -> Figures {
    let text = |path: &Path| path.to_str().expect("temporary folders have plain names").to_owned();
    let mut server = Own::start(&["serve", "--config", &text(server_settings)], &site.file("server.log"));
    let address: SocketAddr = kiosk_address(&server.hear("kiosk"));
    let mut baseline = Own::start(&[baseline::COMMAND, &text(baseline_settings)], &site.file("baseline.log"));
    baseline.hear("started");
    let terminal = Terminal::new(site, address, order.connections);
    let mut figures = Figures::default();
    for round in 0..order.rounds {
        cards.begin_round(round);
        terminal.sessions(order.connections).await;
        let before = server.cpu();
        let sessions = terminal.sessions(cards.count()).await;
        let opened = server.cpu() - before;
        let claims = sessions.iter().enumerate();
        let mut items: Vec<_> = claims.map(|(card, session)| signed(cards, round, card, session)).collect();
        let (first, items) = items.split_first_mut().expect("one card more");
        terminal.claim(std::slice::from_mut(first)).await;
        let before = server.cpu();
        terminal.claim(items).await;
        let claimed = server.cpu() - before;
        let before = server.cpu();
        terminal.refused(items.len()).await;
        let refused = server.cpu() - before;

        let file = site.file("round.json");
        fs::write(&file, serde_json::to_vec(items).unwrap()).unwrap();
        let signatures = baseline::measure(&mut baseline, Part::Signatures, &file, order.connections);
        let all = baseline::measure(&mut baseline, Part::All, &file, order.connections);
        let per = |total: Duration, count: usize| total.as_secs_f64() * 1e6 / count as f64;
        figures.sessions.push(per(opened, cards.count()));
        figures.claims.push(per(claimed, items.len()));
        figures.refused.push(per(refused, items.len()));
        figures.signatures.push(per(signatures, items.len()));
        figures.baseline.push(per(all, items.len()));
    }
    figures
}

/// From `https://127.0.0.1:1234  (mutual TLS)`.
fn kiosk_address(said: &str) -> SocketAddr {
    let origin = said.split_whitespace().next().unwrap_or_default();
    origin.strip_prefix("https://").and_then(|address| address.parse().ok()).expect("the server says where")
}
