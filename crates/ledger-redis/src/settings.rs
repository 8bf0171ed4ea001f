//! Where the Redis is, who we are to it, and how long we wait.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use redis::io::tcp::TcpSettings;
use redis::{Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo};

/// Who we are to Redis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The ACL user; nothing means `default`.
    pub user: Option<String>,
    /// A file that holds the password and nothing else but a line's end. Read at every new connection, so that a
    /// changed password needs no restart.
    pub password_file: Option<PathBuf>,
}

/// How to reach one Redis server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `redis://host:port/database` or `unix:///path?db=database`. A password has no place in it.
    pub url: String,
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
    #[error("the Redis address is not of the form redis://host:port/database or unix:///path?db=database")]
    Address,
    /// Addresses get logged.
    #[error("the Redis address contains a user or a password: name the user and a password file instead")]
    CredentialsInAddress,
    /// The password file.
    #[error("the Redis password file {path}: {source}")]
    PasswordFile {
        /// The file.
        path: PathBuf,
        /// Why it could not be read.
        source: std::io::Error,
    },
    /// A figure that would stop everything.
    #[error("at least one connection, one place in the queue and a millisecond for each wait are needed")]
    Figures,
}

/// Makes clients; the address has been checked.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    info: ConnectionInfo,
    credentials: Credentials,
}

impl Target {
    pub(crate) fn parse(settings: &Settings, credentials: &Credentials) -> Result<Self, SettingsError> {
        let info = settings.url.as_str().into_connection_info().map_err(|_| SettingsError::Address)?;
        let redis = info.redis_settings();
        if redis.password().is_some() || redis.username().is_some() {
            return Err(SettingsError::CredentialsInAddress);
        }
        if !matches!(info.addr(), ConnectionAddr::Tcp(..) | ConnectionAddr::Unix(_)) {
            return Err(SettingsError::Address);
        }
        let waits = [settings.connect_timeout, settings.command_timeout, settings.audit_every];
        if settings.connections == 0 || settings.queue == 0 || waits.iter().any(|wait| wait.as_millis() == 0)
        {
            return Err(SettingsError::Figures);
        }
        let target = Self { info, credentials: credentials.clone() };
        target.client()?;
        Ok(target)
    }

    /// A client with the password as its file has it now.
    pub(crate) fn client(&self) -> Result<Client, SettingsError> {
        let mut login = RedisConnectionInfo::default().set_db(self.info.redis_settings().db());
        if let Some(user) = &self.credentials.user {
            login = login.set_username(user);
        }
        if let Some(path) = &self.credentials.password_file {
            let text = fs::read_to_string(path)
                .map_err(|source| SettingsError::PasswordFile { path: path.clone(), source })?;
            login = login.set_password(text.trim_end_matches(['\r', '\n']));
        }
        let info = self
            .info
            .clone()
            .set_tcp_settings(TcpSettings::default().set_nodelay(true))
            .set_redis_settings(login.set_skip_set_lib_name());
        Client::open(info).map_err(|_| SettingsError::Address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> Option<SettingsError> {
        let settings = Settings::at(url);
        Target::parse(&settings, &settings.credentials).err()
    }

    #[test]
    fn an_address_is_tcp_or_a_unix_socket_without_credentials() {
        for good in ["redis://127.0.0.1:6379", "redis://redis.internal/3", "unix:///run/redis.sock?db=2"] {
            assert!(refusal(good).is_none(), "{good}");
        }
        for bad in ["", "127.0.0.1", "http://127.0.0.1", "redis://", "redis://a:b:c"] {
            assert!(matches!(refusal(bad), Some(SettingsError::Address)), "{bad}");
        }
        for telling in ["redis://user:secret@host", "redis://:secret@host", "unix:///a?pass=secret"] {
            let refusal = refusal(telling).expect("a password in the address");
            assert!(matches!(refusal, SettingsError::CredentialsInAddress), "{telling}");
            assert!(!refusal.to_string().contains("secret"));
        }
    }

    #[test]
    fn a_missing_password_file_is_told_at_the_start() {
        let mut settings = Settings::at("redis://127.0.0.1");
        settings.credentials.password_file = Some(PathBuf::from("/nowhere/password"));
        let refusal = Target::parse(&settings, &settings.credentials).expect_err("there is no such file");
        assert!(matches!(refusal, SettingsError::PasswordFile { .. }), "{refusal}");
    }

    #[test]
    fn figures_of_zero_are_refused() {
        for zero in 0..5 {
            let mut settings = Settings::at("redis://127.0.0.1");
            match zero {
                0 => settings.connections = 0,
                1 => settings.queue = 0,
                2 => settings.connect_timeout = Duration::ZERO,
                3 => settings.command_timeout = Duration::ZERO,
                _ => settings.audit_every = Duration::ZERO,
            }
            assert!(matches!(Target::parse(&settings, &settings.credentials), Err(SettingsError::Figures)));
        }
    }
}
