//! One connection that all readers share. Nothing that blocks is sent on it.

use std::sync::Arc;

use ledger::ReadError;
use redis::aio::MultiplexedConnection;
use redis::{Cmd, FromRedisValue, Pipeline, RedisResult};
use tokio::sync::Mutex;

use crate::connector::Connector;
use crate::trouble::Trouble;

pub(crate) struct Reader {
    connector: Arc<Connector>,
    /// The connection and which one it is, so that only the broken one is thrown away.
    shared: Mutex<(Option<MultiplexedConnection>, u64)>,
}

impl Reader {
    pub(crate) fn new(connector: Arc<Connector>) -> Self {
        Self { connector, shared: Mutex::new((None, 0)) }
    }

    pub(crate) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, ReadError> {
        let (mut connection, number) = self.connection().await?;
        let answer = command.query_async(&mut connection).await;
        self.judge(answer, number).await
    }

    pub(crate) async fn query_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, ReadError> {
        let (mut connection, number) = self.connection().await?;
        let answer = commands.query_async(&mut connection).await;
        self.judge(answer, number).await
    }

    async fn connection(&self) -> Result<(MultiplexedConnection, u64), ReadError> {
        let mut shared = self.shared.lock().await;
        if let (Some(connection), number) = &*shared {
            return Ok((connection.clone(), *number));
        }
        let connection = self.connector.connect().await.map_err(ReadError::Unavailable)?;
        *shared = (Some(connection.clone()), shared.1 + 1);
        Ok((connection, shared.1))
    }

    async fn judge<T>(&self, answer: RedisResult<T>, number: u64) -> Result<T, ReadError> {
        let error = match answer {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if error.code() == Some("WRONGTYPE") || error.kind() == redis::ErrorKind::UnexpectedReturnType {
            return Err(ReadError::Damaged);
        }
        tracing::warn!(%error, "Redis could not be read");
        let trouble = Trouble::after_sending(&error);
        if matches!(trouble, Trouble::Unknown(_)) {
            let mut shared = self.shared.lock().await;
            if shared.1 == number {
                shared.0 = None;
            }
        }
        Err(trouble.into())
    }
}
