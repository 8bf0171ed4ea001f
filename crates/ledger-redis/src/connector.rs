//! Makes connections, and does not try again at once when that has just failed.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use ledger::Cause;
use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use tokio::runtime::Handle;

use crate::settings::Settings;
use crate::target::Target;
use crate::trouble;

/// After a failed attempt, others fail at once for so long: a hundred callers need not each wait for a time-out.
const PAUSE: Duration = Duration::from_millis(200);

pub(crate) struct Connector {
    target: Target,
    config: AsyncConnectionConfig,
    connect_timeout: Duration,
    runtime: Handle,
    failed: Mutex<Option<(Instant, Cause)>>,
}

impl Connector {
    pub(crate) fn new(target: Target, settings: &Settings, runtime: Handle) -> Self {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(settings.connect_timeout))
            .set_response_timeout(Some(settings.command_timeout));
        let connect_timeout = settings.connect_timeout;
        Self { target, config, connect_timeout, runtime, failed: Mutex::new(None) }
    }

    pub(crate) async fn connect(&self) -> Result<MultiplexedConnection, Cause> {
        if let Some(cause) = self.failed_just_now() {
            return Err(cause);
        }
        let connected = self.attempt().await;
        let failed = connected.as_ref().err().map(|cause| (Instant::now(), *cause));
        *self.failed.lock().expect("no one panics while holding this") = failed;
        connected
    }

    fn failed_just_now(&self) -> Option<Cause> {
        let failed = *self.failed.lock().expect("no one panics while holding this");
        failed.filter(|(at, _)| at.elapsed() < PAUSE).map(|(_, cause)| cause)
    }

    async fn attempt(&self) -> Result<MultiplexedConnection, Cause> {
        let client = self.target.client().map_err(|error| {
            tracing::error!(%error, "no connection to Redis can be made");
            Cause::Refused
        })?;
        let config = self.config.clone();
        // A connection's task must outlive the worker that happened to ask for it first.
        let connecting = self
            .runtime
            .spawn(async move { client.get_multiplexed_async_connection_with_config(&config).await });
        match tokio::time::timeout(self.connect_timeout, connecting).await {
            Ok(Ok(Ok(connection))) => Ok(connection),
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "no connection to Redis");
                Err(trouble::while_connecting(&error))
            }
            Ok(Err(_)) => Err(Cause::Closed),
            Err(_) => Err(Cause::TimedOut),
        }
    }
}
