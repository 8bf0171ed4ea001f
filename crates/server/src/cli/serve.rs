//! Runs the server until it is told to stop.

use std::path::Path;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use super::{CliError, output};
use crate::clock::{Clock, SystemClock};
use crate::observe::log;
use crate::{Config, assemble, start};

/// Starts, says where it listens, and stops on SIGTERM or SIGINT.
///
/// # Errors
/// [`CliError`] if the server did not start.
pub async fn run(file: &Path) -> Result<(), CliError> {
    let config = Config::load(file)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    log::install(config.log.level.into(), clock.clone(), log::standard_error());
    let parts = assemble::parts(&config, clock).await?;
    // Before the sockets, so that a signal that follows the first line at once is not lost.
    let fault = |error: std::io::Error| CliError::Message(format!("no signal handler: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(fault)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(fault)?;
    let running = start(&config, parts)?;
    output::line(&format!("app    https://{}", running.app_addr));
    output::line(&format!("kiosk  https://{}  (mutual TLS)", running.kiosk_addr));
    output::line(&format!("admin  http://{}", running.admin_addr));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.stop().await;
    Ok(())
}
