//! Ports, and whether this server is the one that uses them.

use std::net::{SocketAddr, TcpListener};

use super::Report;
use crate::cli::client::AdminClient;
use crate::config::Config;

/// Looks at the three addresses; says whether the server is running.
pub async fn look(config: &Config, report: &mut Report) -> bool {
    let running = is_running(config).await;
    if running {
        report.ok(format!("the server answers at {}", config.listen.admin.address));
    } else {
        report.warn("the server does not run", "jpki-reset serve --config …");
    }
    let listeners = [
        ("app", config.listen.app.address),
        ("kiosk", config.listen.kiosk.address),
        ("admin", config.listen.admin.address),
    ];
    for (name, address) in listeners {
        port(name, address, running, report);
    }
    running
}

async fn is_running(config: &Config) -> bool {
    let Ok(client) = AdminClient::of(config) else { return false };
    client.get::<serde_json::Value>("/healthz").await.is_ok_and(|state| state["state"] == "ok")
}

fn port(name: &str, address: SocketAddr, running: bool, report: &mut Report) {
    match (TcpListener::bind(address), running) {
        (Ok(_), false) => report.ok(format!("{name} listener: {address} is free")),
        (Err(_), true) => report.ok(format!("{name} listener: {address} is in use, as it should be")),
        (Ok(_), true) => report.fail(
            format!("{name} listener: the server runs, but nobody listens on {address}"),
            "restart the server: it runs with other settings than these",
        ),
        (Err(error), false) => report.fail(
            format!("{name} listener: {address}: {error}"),
            "another program has the port, or the address is not this machine's; change listen.*.address",
        ),
    }
}
