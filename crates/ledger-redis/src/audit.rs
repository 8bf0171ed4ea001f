//! Whether a Redis keeps what it acknowledges: its settings, read and judged.
//!
//! | setting | must be | because |
//! |---|---|---|
//! | `appendonly` | `yes` | without the append-only file a restart loses what came after the last snapshot |
//! | `appendfsync` | `always` | `everysec` loses up to a second of acknowledged commits |
//! | `no-appendfsync-on-rewrite` | `no` | `yes` leaves out every fsync while the file is rewritten |
//! | `maxmemory-policy` | `noeviction` | every other policy may drop a live record |
//! | role | master | a replica's data can be thrown away |
//! | version | 7.0.15 or newer | below lie known faults in the scripting engine; on Debian 12 take 7.0.15-1~deb12u10 or newer, which this program cannot see |

use std::collections::HashMap;

use redis::aio::MultiplexedConnection;
use redis::{RedisResult, cmd};

/// The oldest version that is accepted.
const OLDEST: (u32, u32, u32) = (7, 0, 15);

/// Settings and the value each must have.
const REQUIRED: [(&str, &str); 4] = [
    ("appendonly", "yes"),
    ("appendfsync", "always"),
    ("no-appendfsync-on-rewrite", "no"),
    ("maxmemory-policy", "noeviction"),
];

/// What a server says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Changes with every start of the server.
    pub(crate) run_id: String,
    version: String,
    role: String,
    settings: HashMap<String, String>,
}

/// Asks a server. `CONFIG GET` may be refused by its ACL.
pub(crate) async fn ask(connection: &mut MultiplexedConnection) -> RedisResult<Facts> {
    let mut facts = Facts::from_info(&info(connection).await?);
    for (name, _) in REQUIRED {
        let answer: HashMap<String, String> =
            cmd("CONFIG").arg("GET").arg(name).query_async(connection).await?;
        facts.settings.extend(answer);
    }
    Ok(facts)
}

/// Asks a server which run of it this is.
pub(crate) async fn run_id(connection: &mut MultiplexedConnection) -> RedisResult<String> {
    Ok(Facts::from_info(&info(connection).await?).run_id)
}

async fn info(connection: &mut MultiplexedConnection) -> RedisResult<String> {
    // Several sections in one command need 7.0; an older server would answer with an error, not with its version.
    let server: String = cmd("INFO").arg("server").query_async(connection).await?;
    let replication: String = cmd("INFO").arg("replication").query_async(connection).await?;
    Ok(server + &replication)
}

impl Facts {
    fn from_info(info: &str) -> Self {
        let mut facts = Self::default();
        for line in info.lines() {
            match line.split_once(':') {
                Some(("run_id", value)) => value.clone_into(&mut facts.run_id),
                Some(("redis_version", value)) => value.clone_into(&mut facts.version),
                Some(("role", value)) => value.clone_into(&mut facts.role),
                _ => {}
            }
        }
        facts
    }

    /// What must change before this server is used: one line each, empty if all is well.
    pub(crate) fn judge(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, required) in REQUIRED {
            match self.settings.get(name).map(String::as_str) {
                Some(found) if found == required => {}
                found => {
                    let found = found.unwrap_or("not told");
                    lines.push(format!("redis.conf: set `{name} {required}` (it is {found})"));
                }
            }
        }
        if self.role != "master" {
            lines.push(format!("redis.conf: remove `replicaof`: this server's role is {}", self.role));
        }
        if parse_version(&self.version).is_none_or(|version| version < OLDEST) {
            let (major, minor, patch) = OLDEST;
            lines.push(format!("upgrade Redis: {major}.{minor}.{patch} is needed, this is {}", self.version));
        }
        lines
    }
}

/// The line for a server that does not let its settings be read.
pub(crate) fn unreadable() -> String {
    "the settings cannot be read: let the auditor's ACL user run CONFIG GET and INFO (`+config|get +info`)"
        .to_owned()
}

fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Facts {
        let mut facts = Facts::from_info("# Server\r\nredis_version:7.0.15\r\nrun_id:abc\r\nrole:master\r\n");
        facts.settings = REQUIRED.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        facts
    }

    #[test]
    fn a_safe_server_has_nothing_to_change() {
        assert_eq!(good().judge(), Vec::<String>::new());
        assert_eq!(good().run_id, "abc");
    }

    #[test]
    fn every_unsafe_setting_is_answered_with_the_line_that_mends_it() {
        for (name, bad, line) in [
            ("appendonly", "no", "appendonly yes"),
            ("appendfsync", "everysec", "appendfsync always"),
            ("no-appendfsync-on-rewrite", "yes", "no-appendfsync-on-rewrite no"),
            ("maxmemory-policy", "volatile-lru", "maxmemory-policy noeviction"),
        ] {
            let mut facts = good();
            facts.settings.insert(name.to_owned(), bad.to_owned());
            let lines = facts.judge();
            assert_eq!(lines.len(), 1);
            assert!(lines[0].contains(&format!("`{line}`")) && lines[0].contains(bad), "{lines:?}");
            facts.settings.remove(name);
            assert_eq!(facts.judge().len(), 1);
        }
    }

    #[test]
    fn a_replica_and_an_old_server_are_refused() {
        let mut facts = good();
        "slave".clone_into(&mut facts.role);
        assert_eq!(facts.judge().len(), 1);
        for old in ["6.2.14", "7.0.14", "", "unknown", "7.0"] {
            let mut facts = good();
            old.clone_into(&mut facts.version);
            assert_eq!(facts.judge().len(), 1, "{old}");
        }
        for new in ["7.0.15", "7.2.0", "8.0.0", "10.0.0"] {
            let mut facts = good();
            new.clone_into(&mut facts.version);
            assert!(facts.judge().is_empty(), "{new}");
        }
    }
}
