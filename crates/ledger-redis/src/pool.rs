//! Dedicated connections for commits: each serves one commit at a time, so that none waits behind another's.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ledger::Cause;
use redis::aio::MultiplexedConnection;
use tokio::sync::Semaphore;

use crate::connector::Connector;
use crate::gate::Gate;
use crate::{audit, trouble};

pub(crate) struct Pool {
    connector: Arc<Connector>,
    gate: Arc<Gate>,
    /// Connections that nobody uses; fewer than `places` until that many were needed at once.
    idle: Mutex<Vec<MultiplexedConnection>>,
    places: Semaphore,
    /// Commits at work or waiting.
    admitted: Semaphore,
    /// The longest wait for a place and a connection together.
    patience: Duration,
}

/// A connection for one commit. It goes back into the pool only by [`Self::give_back`]: whoever drops it in the
/// middle of a command leaves an answer behind that nobody awaits.
pub(crate) struct Lease<'pool> {
    pool: &'pool Pool,
    pub(crate) connection: MultiplexedConnection,
    _place: tokio::sync::SemaphorePermit<'pool>,
    _admitted: tokio::sync::SemaphorePermit<'pool>,
}

impl Lease<'_> {
    pub(crate) fn give_back(self) {
        self.pool.idle.lock().expect("no one panics while holding this").push(self.connection.clone());
    }
}

impl Pool {
    pub(crate) fn new(
        connector: Arc<Connector>,
        gate: Arc<Gate>,
        connections: usize,
        queue: usize,
        patience: Duration,
    ) -> Self {
        Self {
            connector,
            gate,
            idle: Mutex::new(Vec::new()),
            places: Semaphore::new(connections),
            admitted: Semaphore::new(queue),
            patience,
        }
    }

    /// A connection to a server that is known to be safe. Whatever fails here, nothing has been sent.
    pub(crate) async fn lease(&self) -> Result<Lease<'_>, Cause> {
        tokio::time::timeout(self.patience, self.wait_for_lease()).await.map_err(|_| Cause::TimedOut)?
    }

    async fn wait_for_lease(&self) -> Result<Lease<'_>, Cause> {
        let admitted = self.admitted.try_acquire().map_err(|_| Cause::Busy)?;
        let place = self.places.acquire().await.map_err(|_| Cause::Closed)?;
        let idle = self.idle.lock().expect("no one panics while holding this").pop();
        let connection = match idle {
            Some(connection) => {
                self.gate.pass()?;
                connection
            }
            None => self.connect().await?,
        };
        Ok(Lease { pool: self, connection, _place: place, _admitted: admitted })
    }

    async fn connect(&self) -> Result<MultiplexedConnection, Cause> {
        let mut connection = self.connector.connect().await?;
        let run_id =
            audit::run_id(&mut connection).await.map_err(|error| trouble::while_connecting(&error))?;
        self.gate.admit(&run_id).await?;
        Ok(connection)
    }
}
