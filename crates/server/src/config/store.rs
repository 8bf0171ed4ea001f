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
    /// `redis://host:port/db`, `rediss://host:port/db` (TLS) or `unix:///path`, without a password.
    pub url: String,
    /// The user that reads and commits, if the server asks for one.
    pub user: Option<String>,
    password_file: Option<RelativePathBuf>,
    /// The user that may read the server's settings, if the first one may not.
    pub auditor: Option<String>,
    auditor_password_file: Option<RelativePathBuf>,
    tls_authority: Option<RelativePathBuf>,
    tls_certificate: Option<RelativePathBuf>,
    tls_key: Option<RelativePathBuf>,
    /// Connections for commits, each used by one commit at a time.
    pub connections: Option<usize>,
}

fn path(file: Option<&RelativePathBuf>) -> Option<PathBuf> {
    file.map(RelativePathBuf::relative)
}

impl RedisStore {
    /// The file with the password, if the server asks for one.
    pub fn password_file(&self) -> Option<PathBuf> {
        path(self.password_file.as_ref())
    }

    /// The file with the auditor's password.
    pub fn auditor_password_file(&self) -> Option<PathBuf> {
        path(self.auditor_password_file.as_ref())
    }

    /// The authority under which the server's certificate must stand, PEM; for `rediss://`, and only for it.
    pub fn tls_authority(&self) -> Option<PathBuf> {
        path(self.tls_authority.as_ref())
    }

    /// Our own certificate and its key, PEM, where the server asks for one; both or neither.
    ///
    /// # Errors
    /// The name of the setting that is missing.
    pub fn tls_identity(&self) -> Result<Option<(PathBuf, PathBuf)>, &'static str> {
        match (path(self.tls_certificate.as_ref()), path(self.tls_key.as_ref())) {
            (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
            (None, None) => Ok(None),
            (Some(_), None) => Err("store.redis.tls_key"),
            (None, Some(_)) => Err("store.redis.tls_certificate"),
        }
    }
}
