//! Lets commits pass only to a server whose settings are known to be safe.
//!
//! Settings are read at the start, every 30 seconds, and whenever a connection meets a server that has been
//! started anew. While they are unsafe or unknown, nothing is committed.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use ledger::Cause;
use redis::RedisError;
use tokio::sync::Mutex;

use crate::audit;
use crate::connector::Connector;
use crate::trouble;

/// How often the server is asked again while the gate is shut.
const RETRY: Duration = Duration::from_secs(1);

/// What is known of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nobody has been able to ask.
    Unknown(Cause),
    /// This run of it is safe.
    Safe { run_id: String },
    /// It is not; the lines say what to change.
    Unsafe(Vec<String>),
}

pub(crate) struct Gate {
    connector: Connector,
    verdict: ArcSwap<Verdict>,
    /// One audit at a time.
    asking: Mutex<()>,
}

impl Gate {
    pub(crate) fn new(connector: Connector) -> Self {
        let verdict = ArcSwap::from_pointee(Verdict::Unknown(Cause::NotConnected));
        Self { connector, verdict, asking: Mutex::new(()) }
    }

    pub(crate) fn verdict(&self) -> Arc<Verdict> {
        self.verdict.load_full()
    }

    /// Whether a commit may be sent over a connection made earlier.
    pub(crate) fn pass(&self) -> Result<(), Cause> {
        match &**self.verdict.load() {
            Verdict::Safe { .. } => Ok(()),
            Verdict::Unsafe(_) => Err(Cause::UnsafeSettings),
            Verdict::Unknown(cause) => Err(*cause),
        }
    }

    /// Whether this run of the server may be used; asks it unless that is known.
    pub(crate) async fn admit(&self, run_id: &str) -> Result<(), Cause> {
        let knows_run =
            |verdict: &Verdict| matches!(verdict, Verdict::Safe { run_id: known } if known == run_id);
        if knows_run(&self.verdict()) {
            return Ok(());
        }
        let _one = self.asking.lock().await;
        // Another connection may have asked while this one waited.
        if !knows_run(&self.verdict()) {
            self.ask().await;
        }
        self.pass()
    }

    /// Asks the server anew.
    pub(crate) async fn audit(&self) -> Arc<Verdict> {
        let _one = self.asking.lock().await;
        self.ask().await;
        self.verdict()
    }

    async fn ask(&self) {
        let found = self.examine().await;
        let before = self.verdict.swap(Arc::new(found.clone()));
        if *before != found {
            match &found {
                Verdict::Safe { run_id } => tracing::info!(run_id, "the settings of Redis are safe"),
                Verdict::Unsafe(lines) => tracing::error!(?lines, "the settings of Redis are not safe"),
                Verdict::Unknown(cause) => tracing::warn!(%cause, "the settings of Redis are not known"),
            }
        }
    }

    async fn examine(&self) -> Verdict {
        let mut connection = match self.connector.connect().await {
            Ok(connection) => connection,
            Err(cause) => return Verdict::Unknown(cause),
        };
        match audit::ask(&mut connection).await {
            Ok(facts) => {
                let lines = facts.judge();
                if lines.is_empty() { Verdict::Safe { run_id: facts.run_id } } else { Verdict::Unsafe(lines) }
            }
            Err(error) if is_forbidden(&error) => Verdict::Unsafe(vec![audit::unreadable()]),
            Err(error) => Verdict::Unknown(trouble::while_connecting(&error)),
        }
    }

    /// Asks again and again, for as long as the store exists.
    pub(crate) async fn keep_watch(&self, every: Duration) {
        loop {
            let pause = if self.pass().is_ok() { every } else { RETRY.min(every) };
            tokio::time::sleep(pause).await;
            self.audit().await;
        }
    }
}

fn is_forbidden(error: &RedisError) -> bool {
    error.code() == Some("NOPERM")
}
