//! One HTTPS exchange: to the configured server only, its certificate checked against the configured authority,
//! bounded in time and in the size of the answer, without redirects, proxies or repetition.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Identity, Url};
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::failure::{Failure, Unreachable};

/// Largest answer that is read, in bytes; the largest body of the interface is a tenth of it.
pub const ANSWER_MAX_BYTES: usize = 256 * 1024;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// An idle connection is given up before a server does so (ours after 30 s): a call on one that is just being closed
/// would end without an answer.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);
const CALL_TIMEOUT: Duration = Duration::from_secs(20);
/// The slowest line that a large body is waited for, in bytes a second: 2 Mbit/s. The largest, the pictures of a face and
/// a surface file, then gets more than a minute, and so longer than a face challenge usually lives.
const SLOWEST_UPLOAD: u32 = 256 * 1024;

pub use reqwest::Method;

/// Where the server is and how the two sides prove themselves.
pub struct Endpoint<'a> {
    /// `https://host[:port]`, perhaps with a path prefix.
    pub base: &'a str,
    /// The only authority whose server certificates are accepted, PEM.
    pub authority_pem: &'a [u8],
    /// Our own certificate and private key, PEM, where the server asks for one.
    pub identity_pem: Option<&'a [u8]>,
    /// Name and version of this program.
    pub user_agent: &'a str,
}

/// Why the settings do not describe a server.
#[derive(Debug, thiserror::Error)]
pub enum BadEndpoint {
    /// Not an `https` address, or one with a query, a fragment or a user name.
    #[error("the server's address must be https://host[:port] without query, fragment or user name")]
    Address,
    /// No certificate in the authority file.
    #[error("the authority file holds no PEM certificate")]
    Authority,
    /// No certificate and key in our own files, or they do not fit together.
    #[error("the certificate and key files hold no usable PEM certificate and key")]
    Identity,
}

/// One request.
#[derive(Clone)]
pub struct Call<'a> {
    /// The method.
    pub method: Method,
    /// The path below the base, beginning with a slash.
    pub path: &'a str,
    /// Further headers; a value that is not visible ASCII makes the call fail as [`Failure::NotUnderstood`].
    pub headers: Vec<(HeaderName, String)>,
    /// Content type and bytes.
    pub body: Option<(&'a str, Vec<u8>)>,
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, at most [`ANSWER_MAX_BYTES`].
    pub body: Vec<u8>,
    headers: HeaderMap,
}

impl Answer {
    /// An answer without headers.
    pub fn new(status: u16, body: Vec<u8>) -> Self {
        Self { status, body, headers: HeaderMap::new() }
    }

    /// The header's value, if it is there and visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// `Retry-After` in seconds; the form with a date is not used by our server.
    pub fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after")?.parse().ok().map(Duration::from_secs)
    }

    /// The server's own time.
    pub fn date(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::parse(self.header("date")?, &Rfc2822).ok()
    }

    /// The body as the interface describes it, if the status is 2xx.
    ///
    /// # Errors
    /// [`Failure::from_answer`] for another status, [`Failure::NotUnderstood`] for another body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        if !(200..300).contains(&self.status) {
            return Err(Failure::from_answer(self));
        }
        serde_json::from_slice(&self.body).map_err(|_| Failure::NotUnderstood { status: self.status })
    }
}

/// A server that can be called.
#[derive(Clone, Debug)]
pub struct Connection {
    client: reqwest::Client,
    base: String,
}

impl Connection {
    /// Prepares calls; nothing is sent yet.
    ///
    /// # Errors
    /// [`BadEndpoint`] says which setting to correct.
    pub fn prepare(endpoint: &Endpoint<'_>) -> Result<Self, BadEndpoint> {
        let base = parse_base(endpoint.base)?;
        let authorities =
            Certificate::from_pem_bundle(endpoint.authority_pem).map_err(|_| BadEndpoint::Authority)?;
        if authorities.is_empty() {
            return Err(BadEndpoint::Authority);
        }
        let mut builder = strict_builder().https_only(true).user_agent(endpoint.user_agent);
        builder = builder.tls_certs_only(authorities);
        if let Some(pem) = endpoint.identity_pem {
            builder = builder.identity(Identity::from_pem(pem).map_err(|_| BadEndpoint::Identity)?);
        }
        // With an identity, what is left to go wrong is a key that does not belong to its certificate.
        let wrong =
            if endpoint.identity_pem.is_some() { BadEndpoint::Identity } else { BadEndpoint::Authority };
        let client = builder.build().map_err(|_| wrong)?;
        Ok(Self { client, base })
    }

    /// The same without TLS, for tests of what stands above it.
    pub fn danger_without_tls(base: &str) -> Self {
        let client = strict_builder().build().expect("a client without certificates can always be built");
        Self { client, base: base.trim_end_matches('/').to_owned() }
    }

    /// The whole address of a path, without query: also what a DPoP proof names (RFC 9449 §4.2, `htu`).
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Makes the call once.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] if it was certainly not made, [`Failure::Interrupted`] if perhaps. An answer
    /// with any status is no error here.
    pub async fn exchange(&self, call: Call<'_>) -> Result<Answer, Failure> {
        let mut request = self.client.request(call.method, self.address(call.path));
        for (name, value) in call.headers {
            let value = HeaderValue::try_from(value).map_err(|_| Failure::NotUnderstood { status: 0 })?;
            request = request.header(name, value);
        }
        if let Some((content_type, bytes)) = call.body {
            request = request
                .timeout(patience(bytes.len()))
                .header(reqwest::header::CONTENT_TYPE, content_type)
                .body(bytes);
        }
        let mut response = request.send().await.map_err(|error| classify(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
            if body.len() + chunk.len() > ANSWER_MAX_BYTES {
                return Err(Failure::NotUnderstood { status });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body, headers })
    }
}

/// How long a call with a body of this many bytes may take.
fn patience(body: usize) -> Duration {
    let upload = u32::try_from(body).unwrap_or(u32::MAX).div_ceil(SLOWEST_UPLOAD).saturating_sub(1);
    CALL_TIMEOUT + Duration::from_secs(upload.into())
}

fn strict_builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(CALL_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        // The environment must not be able to put somebody between a kiosk and its server.
        .no_proxy()
        // What is repeated, and when, is decided in one place: `crate::retry`.
        .retry(reqwest::retry::never())
}

fn parse_base(base: &str) -> Result<String, BadEndpoint> {
    let url = Url::parse(base).map_err(|_| BadEndpoint::Address)?;
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && url.has_host();
    if url.scheme() != "https" || !plain {
        return Err(BadEndpoint::Address);
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn classify(error: &reqwest::Error) -> Failure {
    tracing::debug!(error = error as &dyn std::error::Error, "call without an answer");
    if !error.is_connect() {
        return Failure::Interrupted;
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.downcast_ref::<std::io::Error>().is_some_and(is_certificate_error) {
            return Failure::Unreachable(Unreachable::ServerNotTrusted);
        }
        source = cause.source();
    }
    Failure::Unreachable(Unreachable::NoConnection)
}

fn is_certificate_error(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_https_address_is_a_server() {
        assert_eq!(parse_base("https://reset.example:8443/").unwrap(), "https://reset.example:8443");
        assert_eq!(parse_base("https://reset.example/prefix").unwrap(), "https://reset.example/prefix");
        for bad in [
            "http://reset.example",
            "https://u@reset.example",
            "https://u:p@reset.example",
            "https://reset.example/?a=b",
            "https://reset.example/#x",
            "reset.example",
            "",
        ] {
            assert!(matches!(parse_base(bad), Err(BadEndpoint::Address)), "{bad}");
        }
    }

    #[test]
    fn an_empty_authority_file_trusts_nobody_rather_than_everybody() {
        let endpoint = Endpoint {
            base: "https://reset.example",
            authority_pem: b"",
            identity_pem: None,
            user_agent: "test",
        };
        assert!(matches!(Connection::prepare(&endpoint), Err(BadEndpoint::Authority)));
    }

    #[test]
    fn a_large_body_is_given_the_time_it_takes_on_a_slow_line() {
        assert_eq!(patience(2000), CALL_TIMEOUT);
        assert_eq!(patience(4 << 20), CALL_TIMEOUT + Duration::from_secs(15));
        assert!(patience(12 << 20) < Duration::from_secs(90));
    }

    #[test]
    fn the_servers_own_time_is_read() {
        let mut answer = Answer::new(200, Vec::new());
        answer.headers.insert("date", HeaderValue::from_static("Sat, 21 Nov 2026 08:49:37 GMT"));
        answer.headers.insert("retry-after", HeaderValue::from_static("7"));
        assert_eq!(answer.date().unwrap(), time::macros::datetime!(2026-11-21 08:49:37 UTC));
        assert_eq!(answer.retry_after(), Some(Duration::from_secs(7)));
    }
}
