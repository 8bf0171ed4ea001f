//! From settings to clients: the address is parsed once; password and certificates are read anew for every client.

use std::fs;
use std::path::Path;

use redis::io::tcp::TcpSettings;
use redis::{
    Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo,
    TlsCertificates,
};

use crate::settings::{Credentials, Settings, SettingsError, Tls};

/// Makes clients for one user.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    info: ConnectionInfo,
    credentials: Credentials,
    tls: Option<Tls>,
}

impl Target {
    pub(crate) fn parse(settings: &Settings, credentials: &Credentials) -> Result<Self, SettingsError> {
        let info = settings.url.as_str().into_connection_info().map_err(|_| SettingsError::Address)?;
        let redis = info.redis_settings();
        if redis.password().is_some() || redis.username().is_some() {
            return Err(SettingsError::CredentialsInAddress);
        }
        let wants_tls = match info.addr() {
            ConnectionAddr::Tcp(..) | ConnectionAddr::Unix(_) => false,
            ConnectionAddr::TcpTls { insecure: false, .. } => true,
            _ => return Err(SettingsError::Address),
        };
        if wants_tls != settings.tls.is_some() {
            return Err(SettingsError::Tls);
        }
        let waits = [settings.connect_timeout, settings.command_timeout, settings.audit_every];
        if settings.connections == 0 || settings.queue == 0 || waits.iter().any(|wait| wait.as_millis() == 0)
        {
            return Err(SettingsError::Figures);
        }
        let target = Self { info, credentials: credentials.clone(), tls: settings.tls.clone() };
        target.client()?;
        Ok(target)
    }

    /// A client with the password and the certificates as their files have them now.
    pub(crate) fn client(&self) -> Result<Client, SettingsError> {
        let mut login = RedisConnectionInfo::default().set_db(self.info.redis_settings().db());
        if let Some(user) = &self.credentials.user {
            login = login.set_username(user);
        }
        if let Some(path) = &self.credentials.password_file {
            let bytes = read(path)?;
            let text = String::from_utf8(bytes).map_err(|_| SettingsError::File {
                path: path.clone(),
                source: std::io::ErrorKind::InvalidData.into(),
            })?;
            login = login.set_password(text.trim_end_matches(['\r', '\n']));
        }
        let info = self
            .info
            .clone()
            .set_tcp_settings(TcpSettings::default().set_nodelay(true))
            .set_redis_settings(login.set_skip_set_lib_name());
        match &self.tls {
            None => Client::open(info).map_err(|_| SettingsError::Address),
            Some(tls) => {
                use_one_crypto_provider();
                Client::build_with_tls(info, certificates(tls)?).map_err(|_| SettingsError::Certificates)
            }
        }
    }
}

fn certificates(tls: &Tls) -> Result<TlsCertificates, SettingsError> {
    let root_cert = read(&tls.authority)?;
    // An empty list would be taken for "trust nobody", and be found out only by the first connection.
    if !contains_certificate(&root_cert) {
        return Err(SettingsError::Certificates);
    }
    let client_tls = match &tls.identity {
        None => None,
        Some(identity) => Some(ClientTlsConfig {
            client_cert: read(&identity.certificate)?,
            client_key: read(&identity.key)?,
        }),
    };
    Ok(TlsCertificates { client_tls, root_cert: Some(root_cert) })
}

fn contains_certificate(pem: &[u8]) -> bool {
    let label = b"-----BEGIN CERTIFICATE-----";
    pem.windows(label.len()).any(|part| part == label)
}

/// The client library takes the process's provider; the program has usually named it by now.
fn use_one_crypto_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may have been faster, which is as well.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}

fn read(path: &Path) -> Result<Vec<u8>, SettingsError> {
    fs::read(path).map_err(|source| SettingsError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

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
        assert!(matches!(refusal, SettingsError::File { .. }), "{refusal}");
    }

    #[test]
    fn tls_needs_an_authority_and_an_authority_needs_tls() {
        assert!(matches!(refusal("rediss://127.0.0.1"), Some(SettingsError::Tls)));
        assert!(matches!(refusal("rediss://127.0.0.1/#insecure"), Some(SettingsError::Address)));
        let mut settings = Settings::at("redis://127.0.0.1");
        settings.tls = Some(Tls { authority: PathBuf::from("/dev/null"), identity: None });
        assert!(matches!(Target::parse(&settings, &settings.credentials), Err(SettingsError::Tls)));
        "rediss://127.0.0.1".clone_into(&mut settings.url);
        assert!(matches!(Target::parse(&settings, &settings.credentials), Err(SettingsError::Certificates)));
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
