//! What an error from Redis means for the caller.
//!
//! After a command has been sent, nothing is certain unless the server itself said that it refused. Only codes
//! that are known to come before any write count as that.

use ledger::{Cause, CommitError, ReadError, RememberError};
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// A command that was sent and did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The server refused before it did anything.
    NotDone(Cause),
    /// Anything may have happened.
    Unknown(Cause),
}

impl Trouble {
    pub(crate) fn cause(self) -> Cause {
        match self {
            Self::NotDone(cause) | Self::Unknown(cause) => cause,
        }
    }

    /// Reads an error that came after sending.
    pub(crate) fn after_sending(error: &RedisError) -> Self {
        if let Some(cause) = refusal(error) {
            return Self::NotDone(cause);
        }
        Self::Unknown(if error.is_timeout() { Cause::TimedOut } else { Cause::Disconnected })
    }
}

/// Why no connection came about. Nothing was sent but greetings.
pub(crate) fn while_connecting(error: &RedisError) -> Cause {
    match refusal(error) {
        Some(cause) => cause,
        None if error.kind() == ErrorKind::AuthenticationFailed => Cause::Refused,
        None if error.is_timeout() => Cause::TimedOut,
        None => Cause::NotConnected,
    }
}

/// The codes with which Redis refuses a command or a script before its first write.
fn refusal(error: &RedisError) -> Option<Cause> {
    if let ErrorKind::Server(ServerErrorKind::NoScript) = error.kind() {
        return Some(Cause::Refused);
    }
    Some(match error.code()? {
        "OOM" => Cause::Full,
        "LOADING" | "BUSY" | "TRYAGAIN" => Cause::Busy,
        "MISCONF" => Cause::Disk,
        "NOAUTH" | "WRONGPASS" | "NOPERM" | "READONLY" | "NOREPLICAS" | "MASTERDOWN" | "CLUSTERDOWN"
        | "MOVED" | "ASK" => Cause::Refused,
        _ => return None,
    })
}

impl From<Trouble> for CommitError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotDone(cause) => Self::NotDone(cause),
            Trouble::Unknown(cause) => Self::OutcomeUnknown(cause),
        }
    }
}

impl From<Trouble> for RememberError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotDone(cause) => Self::NotDone(cause),
            Trouble::Unknown(cause) => Self::OutcomeUnknown(cause),
        }
    }
}

impl From<Trouble> for ReadError {
    fn from(trouble: Trouble) -> Self {
        Self::Unavailable(trouble.cause())
    }
}
