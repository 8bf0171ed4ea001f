//! `[listen.*]`: the three listeners, each with its own budget, so that a flood on one leaves the others alone.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use figment::value::magic::RelativePathBuf;
use serde::Deserialize;

/// `[listen]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// `[listen.app]`
    pub app: AppListener,
    /// `[listen.kiosk]`
    pub kiosk: KioskListener,
    /// `[listen.admin]`
    pub admin: AdminListener,
    /// Seconds that a stop waits for requests in progress; keep it below the supervisor's kill time.
    #[serde(default = "ten")]
    pub stop_timeout_secs: u64,
    /// Seconds between *not ready* and the end of listening, so that a balancer looks away first.
    #[serde(default)]
    pub drain_secs: u64,
}

const fn ten() -> u64 {
    10
}

/// What a listener may use. Every key has a default of its listener.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Worker threads.
    pub workers: Option<usize>,
    /// Connections held open at once, per worker.
    pub max_connections: Option<usize>,
    /// TLS handshakes at once, per worker.
    pub max_handshakes: Option<usize>,
    /// Seconds for a request's head to arrive.
    pub head_timeout_secs: Option<u64>,
    /// Seconds for a request's body to arrive.
    pub body_timeout_secs: Option<u64>,
    /// Seconds for a body with pictures to arrive; only the app listener takes any.
    pub upload_timeout_secs: Option<u64>,
    /// MiB that bodies with pictures may take together while they are received and judged; taking them apart needs as
    /// much again. One address takes a quarter of it, or 24 where that is more. Only the app listener takes any.
    pub upload_memory_mib: Option<usize>,
    /// Seconds for the whole answer; where the body has pictures, these and those of the body.
    pub answer_timeout_secs: Option<u64>,
}

impl Budget {
    /// Worker threads, or `default`.
    pub fn workers(&self, default: usize) -> usize {
        self.workers.unwrap_or(default).max(1)
    }

    /// Connections per worker, or `default`.
    pub fn max_connections(&self, default: usize) -> usize {
        self.max_connections.unwrap_or(default).max(1)
    }

    /// TLS handshakes at once per worker.
    pub fn max_handshakes(&self) -> usize {
        self.max_handshakes.unwrap_or(256).max(1)
    }

    /// How long a request's head may take.
    pub fn head_timeout(&self) -> Duration {
        Duration::from_secs(self.head_timeout_secs.unwrap_or(5))
    }

    /// How long a request's body may take.
    pub fn body_timeout(&self) -> Duration {
        Duration::from_secs(self.body_timeout_secs.unwrap_or(10))
    }

    /// How long a body with pictures may take.
    pub fn upload_timeout(&self) -> Duration {
        Duration::from_secs(self.upload_timeout_secs.unwrap_or(60))
    }

    /// MiB that bodies with pictures may take together: at least one whole body.
    pub fn upload_memory_mib(&self) -> usize {
        self.upload_memory_mib.unwrap_or(128).max(16)
    }

    /// How long the whole answer may take; never less than the body.
    pub fn answer_timeout(&self) -> Duration {
        Duration::from_secs(self.answer_timeout_secs.unwrap_or(20)).max(self.body_timeout())
    }
}

/// `[listen.app]`: phones on the internet; TLS and DPoP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppListener {
    /// Address and port; port 0 lets the system choose.
    pub address: SocketAddr,
    /// The origin that phones know, say `https://reset.example.jp`. DPoP proofs name it; the `Host` header is
    /// never believed. Port 0 stands for the port the system chose.
    pub public_origin: Origin,
    certificate: RelativePathBuf,
    key: RelativePathBuf,
    /// Addresses of our own proxies: only their `X-Forwarded-For` says for whom they ask.
    #[serde(default)]
    pub trusted_proxies: Vec<IpAddr>,
    /// What it may use.
    #[serde(default)]
    pub budget: Budget,
}

impl AppListener {
    /// Certificate chain, PEM, the server's own first.
    pub fn certificate(&self) -> PathBuf {
        self.certificate.relative()
    }

    /// The private key of the certificate, PEM.
    pub fn key(&self) -> PathBuf {
        self.key.relative()
    }
}

/// `[listen.kiosk]`: kiosks on a closed network; mutual TLS with an authority of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KioskListener {
    /// Address and port; port 0 lets the system choose.
    pub address: SocketAddr,
    certificate: RelativePathBuf,
    key: RelativePathBuf,
    authority: RelativePathBuf,
    authority_key: RelativePathBuf,
    /// Days that a kiosk's certificate lives.
    #[serde(default = "one_year")]
    pub certificate_days: u16,
    /// What it may use.
    #[serde(default)]
    pub budget: Budget,
}

const fn one_year() -> u16 {
    365
}

impl KioskListener {
    /// Certificate chain, PEM, the server's own first.
    pub fn certificate(&self) -> PathBuf {
        self.certificate.relative()
    }

    /// The private key of the certificate, PEM.
    pub fn key(&self) -> PathBuf {
        self.key.relative()
    }

    /// The authority that kiosks' certificates come from, PEM.
    pub fn authority(&self) -> PathBuf {
        self.authority.relative()
    }

    /// The private key of that authority, PEM; signs the certificates of kiosks that are added.
    pub fn authority_key(&self) -> PathBuf {
        self.authority_key.relative()
    }
}

/// `[listen.admin]`: the operator on the same machine; plain HTTP on loopback.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminListener {
    /// Address and port; must be loopback; port 0 lets the system choose.
    #[serde(deserialize_with = "loopback")]
    pub address: SocketAddr,
    token_file: RelativePathBuf,
    /// What it may use.
    #[serde(default)]
    pub budget: Budget,
}

impl AdminListener {
    /// The file with the token that operator commands carry.
    pub fn token_file(&self) -> PathBuf {
        self.token_file.relative()
    }
}

fn loopback<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let address = SocketAddr::deserialize(deserializer)?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(serde::de::Error::custom("the admin listener has no TLS and must stand on 127.0.0.1 or [::1]"))
    }
}

/// `https://host[:port]`, and nothing after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Parses an origin.
    ///
    /// # Errors
    /// [`BadOrigin`] if it is not `https://host[:port]`.
    pub fn parse(text: &str) -> Result<Self, BadOrigin> {
        let authority = text.strip_prefix("https://").ok_or(BadOrigin)?;
        let plain = !authority.is_empty()
            && authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
            && authority.bytes().all(|byte| !byte.is_ascii_uppercase());
        if plain { Ok(Self(text.to_owned())) } else { Err(BadOrigin) }
    }

    /// The origin with `port` in the place of a port 0.
    #[must_use]
    pub fn with_port(&self, port: u16) -> Self {
        match self.0.strip_suffix(":0") {
            Some(host) => Self(format!("{host}:{port}")),
            None => self.clone(),
        }
    }

    /// The origin.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text that is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an origin is https://host or https://host:port in lower case, without a path or a slash at the end")]
pub struct BadOrigin;

impl std::str::FromStr for Origin {
    type Err = BadOrigin;

    fn from_str(text: &str) -> Result<Self, BadOrigin> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_a_scheme_and_a_host_and_nothing_else() {
        for good in ["https://reset.example.jp", "https://localhost:8443", "https://[::1]:1"] {
            assert!(Origin::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://a",
            "https://",
            "https://a/",
            "https://a/b",
            "https://A",
            "a",
            "https://a?b",
            "https://a@b",
        ] {
            assert_eq!(Origin::parse(bad), Err(BadOrigin), "{bad}");
        }
    }

    #[test]
    fn a_port_of_nought_stands_for_the_one_the_system_chose() {
        let origin = Origin::parse("https://localhost:0").unwrap();
        assert_eq!(origin.with_port(4711).as_str(), "https://localhost:4711");
        let fixed = Origin::parse("https://reset.example.jp").unwrap();
        assert_eq!(fixed.with_port(4711), fixed);
    }
}
