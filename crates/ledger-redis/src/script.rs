//! The one script, sent by its digest and, where the server does not know it, whole.

use ledger::{CLOCK_TOLERANCE_MILLIS, Change, CommitError, EVENTS_KEPT};
use redis::aio::MultiplexedConnection;
use redis::{Cmd, ErrorKind, RedisResult, ServerErrorKind, cmd};

use crate::keys;

const COMMIT: &str = include_str!("scripts/commit.lua");
/// SHA-1 of the script, as Redis names it. A test keeps the two together.
const COMMIT_SHA: &str = "2c3db2186c58eb1531056b230d1d4e7810c36d61";

/// What the script's return codes mean; the list stands in its header.
fn read_answer((code, millis): (i64, i64)) -> Result<(), CommitError> {
    match code {
        1 | 2 => Ok(()),
        3 => Err(CommitError::Conflict),
        4 => Err(CommitError::ClockAhead { by_millis: millis }),
        5 => Err(CommitError::Damaged),
        _ => unreachable!("the script returns no other code"),
    }
}

/// Runs the script. The outer error is Redis's, the inner one the script's answer.
pub(crate) async fn commit(
    connection: &mut MultiplexedConnection,
    change: &Change,
) -> RedisResult<Result<(), CommitError>> {
    match call("EVALSHA", COMMIT_SHA, change).query_async(connection).await {
        Ok(answer) => Ok(read_answer(answer)),
        // Restart, failover or SCRIPT FLUSH. EVAL keeps the script as SCRIPT LOAD would, and the ACL user need
        // not be allowed SCRIPT.
        Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
            call("EVAL", COMMIT, change).query_async(connection).await.map(read_answer)
        }
        Err(error) => Err(error),
    }
}

fn call(command: &str, script: &str, change: &Change) -> Cmd {
    let key = &change.key;
    let mut call = cmd(command);
    call.arg(script).arg(if key.kind().is_listed() { 3 } else { 2 });
    call.arg(keys::record(key)).arg(keys::events(key));
    if key.kind().is_listed() {
        call.arg(keys::index(key.kind(), key.partition()));
    }
    call.arg(change.expected.as_ref().map_or(&[][..], |version| version.as_bytes()))
        .arg(change.next.as_bytes())
        .arg(change.record.as_slice())
        .arg(change.event.as_slice());
    match change.expires_at {
        // Redis refuses an instant before 1970; such a record is gone either way.
        Some(end) => call.arg(end.unix_millis().max(1)),
        None => call.arg(""),
    };
    call.arg(change.now.unix_millis()).arg(CLOCK_TOLERANCE_MILLIS).arg(EVENTS_KEPT);
    if key.kind().is_listed() {
        call.arg(key.id());
    }
    call
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_scripts() {
        assert_eq!(
            redis::Script::new(COMMIT).get_hash(),
            COMMIT_SHA,
            "the script changed: pin the new digest"
        );
    }
}
