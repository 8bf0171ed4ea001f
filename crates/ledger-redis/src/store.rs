//! The [`Ledger`] on one Redis server.

use std::sync::Arc;

use async_trait::async_trait;
use ledger::{
    CLOCK_TOLERANCE_MILLIS, Change, CommitError, CommitId, Health, Ledger, ListedKind, NotReady, Page,
    ReadError, RecordKey, RememberError, Remembered, RememberedKey, Stored, StoredEvent,
};
use redis::{RedisResult, cmd, pipe};
use reservation::Timestamp;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::connector::Connector;
use crate::gate::{Gate, Verdict};
use crate::pool::Pool;
use crate::reader::Reader;
use crate::settings::{Settings, SettingsError};
use crate::target::Target;
use crate::trouble::Trouble;
use crate::{keys, script};

/// One Redis server. It need not be there yet: until it is, commits answer that nothing was done.
pub struct RedisLedger {
    pool: Pool,
    reader: Reader,
    gate: Arc<Gate>,
    watch: JoinHandle<()>,
}

/// Why the program must not start on this Redis.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings given to us.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The server's settings; each line says what to change.
    #[error("this Redis would lose what it acknowledged:\n  {}", .0.join("\n  "))]
    Unsafe(Vec<String>),
    /// User or password.
    #[error("Redis refuses the user or the password")]
    Refused,
}

impl RedisLedger {
    /// Begins. A server that cannot be reached does not stop us, one that is unsafe or refuses us does.
    /// Connections live on the runtime that calls this.
    ///
    /// # Errors
    /// [`StartError`] says what to change.
    pub async fn start(settings: &Settings) -> Result<Self, StartError> {
        let runtime = Handle::current();
        let target = Target::parse(settings, &settings.credentials)?;
        let auditor = Target::parse(settings, settings.auditor.as_ref().unwrap_or(&settings.credentials))?;
        let gate = Arc::new(Gate::new(Connector::new(auditor, settings, runtime.clone())));
        match &*gate.audit().await {
            Verdict::Unsafe(lines) => return Err(StartError::Unsafe(lines.clone())),
            Verdict::Unknown(ledger::Cause::Refused) => return Err(StartError::Refused),
            Verdict::Unknown(_) | Verdict::Safe { .. } => {}
        }
        let connector = Arc::new(Connector::new(target, settings, runtime));
        let watch = tokio::spawn({
            let (gate, every) = (Arc::clone(&gate), settings.audit_every);
            async move { gate.keep_watch(every).await }
        });
        let patience = settings.connect_timeout + settings.command_timeout;
        let pool = Pool::new(
            Arc::clone(&connector),
            Arc::clone(&gate),
            settings.connections,
            settings.queue,
            patience,
        );
        Ok(Self { pool, reader: Reader::new(connector), gate, watch })
    }

    /// Reads the server's settings now rather than at the next turn.
    pub async fn audit(&self) {
        self.gate.audit().await;
    }
}

impl Drop for RedisLedger {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

#[async_trait]
impl Ledger for RedisLedger {
    async fn load(&self, key: &RecordKey) -> Result<Option<Stored>, ReadError> {
        let value: Option<Vec<u8>> = self.reader.query(cmd("GET").arg(keys::record(key))).await?;
        value.map(parse_record).transpose()
    }

    async fn commit(&self, change: &Change) -> Result<(), CommitError> {
        if !change.is_within_bounds() {
            return Err(CommitError::TooLarge);
        }
        let mut lease = self.pool.lease().await.map_err(CommitError::NotDone)?;
        let answer = script::commit(&mut lease.connection, change).await;
        let answer = answer.map_err(|error| report(&error, "commit"));
        if !matches!(answer, Err(Trouble::Unknown(_))) {
            lease.give_back();
        }
        answer?
    }

    async fn events(&self, key: &RecordKey) -> Result<Vec<StoredEvent>, ReadError> {
        let values: Vec<Vec<u8>> =
            self.reader.query(cmd("LRANGE").arg(keys::events(key)).arg(0).arg(-1)).await?;
        values.into_iter().map(parse_event).collect()
    }

    async fn remember(
        &self,
        key: &RememberedKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Remembered, RememberError> {
        let millis = u64::try_from(until.since(now).as_millis()).unwrap_or(u64::MAX);
        if millis == 0 {
            return Ok(Remembered::Seen);
        }
        let mut lease = self.pool.lease().await.map_err(RememberError::NotDone)?;
        let mut set = cmd("SET");
        set.arg(keys::remembered(key)).arg("").arg("NX").arg("PX").arg(millis);
        let answer: RedisResult<Option<String>> = set.query_async(&mut lease.connection).await;
        let answer = answer.map_err(|error| report(&error, "remember"));
        if !matches!(answer, Err(Trouble::Unknown(_))) {
            lease.give_back();
        }
        Ok(if answer?.is_some() { Remembered::Fresh } else { Remembered::Seen })
    }

    async fn list(
        &self,
        kind: ListedKind,
        after: Option<&RecordKey>,
        limit: usize,
    ) -> Result<Page, ReadError> {
        let mut ids = self.ids_after(kind, after, limit + 1).await?;
        ids.sort_unstable();
        let more = ids.len() > limit;
        ids.truncate(limit);
        let keys: Vec<RecordKey> = ids.into_iter().map(|id| RecordKey::listed(kind, id)).collect();
        if keys.is_empty() {
            return Ok(Page::default());
        }
        let mut commands = pipe();
        for key in &keys {
            commands.cmd("GET").arg(keys::record(key));
        }
        let values: Vec<Option<Vec<u8>>> = self.reader.query_all(&commands).await?;
        let mut records = Vec::with_capacity(keys.len());
        for (key, value) in keys.into_iter().zip(values) {
            if let Some(value) = value {
                records.push((key, parse_record(value)?));
            }
        }
        Ok(Page { records, more })
    }

    async fn health(&self, now: Timestamp) -> Health {
        let not_ready = |reason| Health::NotReady(reason);
        match &*self.gate.verdict() {
            Verdict::Safe { .. } => {}
            Verdict::Unsafe(lines) => return not_ready(NotReady::UnsafeSettings(lines.clone())),
            Verdict::Unknown(cause) => return not_ready(NotReady::Unavailable(*cause)),
        }
        // A server that is still reading its file tells the time, but no key.
        let mut commands = pipe();
        commands.cmd("TIME").cmd("GET").arg(keys::probe());
        let answer: Result<((i64, i64), Option<Vec<u8>>), ReadError> = self.reader.query_all(&commands).await;
        let time = match answer {
            Ok((time, _)) => time,
            Err(ReadError::Unavailable(cause)) => return not_ready(NotReady::Unavailable(cause)),
            Err(ReadError::Damaged) => return not_ready(NotReady::Unavailable(ledger::Cause::Refused)),
        };
        let by_millis = now.unix_millis() - (time.0 * 1000 + time.1 / 1000);
        if by_millis.abs() > CLOCK_TOLERANCE_MILLIS {
            return not_ready(NotReady::ClocksDiffer { by_millis });
        }
        Health::Ready
    }
}

impl RedisLedger {
    /// The first ids after `after` of every partition, not yet sorted.
    async fn ids_after(
        &self,
        kind: ListedKind,
        after: Option<&RecordKey>,
        count: usize,
    ) -> Result<Vec<Vec<u8>>, ReadError> {
        // Bounds of a lexical range: "(" excludes, "-" and "+" are the ends.
        let from = after.map_or_else(|| b"-".to_vec(), |key| [b"(", key.id()].concat());
        let mut commands = pipe();
        for index in keys::indexes(kind) {
            commands.cmd("ZRANGE").arg(index).arg(&from).arg("+").arg("BYLEX").arg("LIMIT").arg(0).arg(count);
        }
        let ids: Vec<Vec<Vec<u8>>> = self.reader.query_all(&commands).await?;
        Ok(ids.into_iter().flatten().collect())
    }
}

fn report(error: &redis::RedisError, what: &str) -> Trouble {
    let trouble = Trouble::after_sending(error);
    tracing::warn!(%error, ?trouble, what, "Redis did not do it");
    trouble
}

fn parse_record(mut value: Vec<u8>) -> Result<Stored, ReadError> {
    let version = take_version(&mut value)?;
    Ok(Stored { version, bytes: value })
}

fn parse_event(mut value: Vec<u8>) -> Result<StoredEvent, ReadError> {
    let version = take_version(&mut value)?;
    Ok(StoredEvent { version, bytes: value })
}

fn take_version(value: &mut Vec<u8>) -> Result<CommitId, ReadError> {
    let version = *value.first_chunk().ok_or(ReadError::Damaged)?;
    value.drain(..CommitId::LEN);
    Ok(CommitId::from_bytes(version))
}
