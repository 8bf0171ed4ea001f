//! `[store]`: where records are kept. Both sections may stand in the file; `kind` chooses.

use std::path::PathBuf;

use figment::value::magic::RelativePathBuf;
use serde::Deserialize;

/// `[store]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// Which store.
    pub kind: StoreKind,
    /// `[store.embedded]`
    pub embedded: Option<EmbeddedStore>,
    /// `[store.redis]`
    pub redis: Option<RedisStore>,
}

/// Which store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// A file of this process: one server alone.
    Embedded,
    /// A Redis server.
    Redis,
}

/// `[store.embedded]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddedStore {
    file: RelativePathBuf,
}

impl EmbeddedStore {
    /// The store's file; made if absent.
    pub fn file(&self) -> PathBuf {
        self.file.relative()
    }
}

/// `[store.redis]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedisStore {
    /// `redis://host:port/db` or `unix:///path`, without a password.
    pub url: String,
    /// The user to log in as, if the server asks for one.
    pub user: Option<String>,
    password_file: Option<RelativePathBuf>,
}

impl RedisStore {
    /// The file with the password, if the server asks for one.
    pub fn password_file(&self) -> Option<PathBuf> {
        self.password_file.as_ref().map(RelativePathBuf::relative)
    }
}
