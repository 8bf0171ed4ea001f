//! Where the Redis is, who we are to it, and how long we wait.

use std::path::PathBuf;
use std::time::Duration;

/// Who we are to Redis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The ACL user; nothing means `default`.
    pub user: Option<String>,
    /// A file that holds the password and nothing else but a line's end. Read at every new connection, so that a
    /// changed password needs no restart.
    pub password_file: Option<PathBuf>,
}

/// The certificates of a TLS connection, as PEM files. Read at every new connection, so that renewed ones need no
/// restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The authority under which the server's certificate must stand; the system's are not asked.
    pub authority: PathBuf,
    /// Our own certificate and its key, where the server asks for one (`tls-auth-clients`).
    pub identity: Option<Identity>,
}

/// A certificate and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, and those between it and the authority.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// How to reach one Redis server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `redis://host:port/database`, `rediss://host:port/database` (TLS) or `unix:///path?db=database`. A password
    /// has no place in it.
    pub url: String,
    /// For `rediss://`, and only for it.
    pub tls: Option<Tls>,
    /// The user that reads and commits.
    pub credentials: Credentials,
    /// The user that may read the server's settings (`CONFIG GET`), if the first one may not.
    pub auditor: Option<Credentials>,
    /// Connections for commits, each used by one commit at a time.
    pub connections: usize,
    /// Commits that may be at work or waiting for a connection; more are refused at once.
    pub queue: usize,
    /// The longest wait for a connection to be made.
    pub connect_timeout: Duration,
    /// The longest wait for an answer.
    pub command_timeout: Duration,
    /// How often the server's settings are read again.
    pub audit_every: Duration,
}

impl Settings {
    /// The usual figures for the server at `url`.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            tls: None,
            credentials: Credentials::default(),
            auditor: None,
            connections: 16,
            queue: 1024,
            connect_timeout: Duration::from_secs(1),
            command_timeout: Duration::from_secs(2),
            audit_every: Duration::from_secs(30),
        }
    }
}

/// What is wrong with the settings themselves.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not an address this program understands.
    #[error(
        "the Redis address is not of the form redis://host:port/database, rediss://… or unix:///path?db=database"
    )]
    Address,
    /// Addresses get logged.
    #[error("the Redis address contains a user or a password: name the user and a password file instead")]
    CredentialsInAddress,
    /// TLS without an authority, or an authority without TLS.
    #[error("a rediss:// address needs a TLS authority to trust, and no other address has one")]
    Tls,
    /// A file with certificates that holds none, or a key that does not fit.
    #[error("the files for TLS to Redis hold no usable certificates and key")]
    Certificates,
    /// A file with a password, certificates or a key.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why it could not be read.
        source: std::io::Error,
    },
    /// A figure that would stop everything.
    #[error("at least one connection, one place in the queue and a millisecond for each wait are needed")]
    Figures,
}
