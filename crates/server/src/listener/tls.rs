//! TLS 1.2 and 1.3 for the app and kiosk listeners, HTTP/1.1 only: a proxy in front may speak HTTP/2.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};

use crate::clock::{Clock, TlsTime};
use crate::files;

/// Why a listener's TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A PEM file is missing or does not hold what it should.
    #[error("{what} {file}: {problem}")]
    File {
        /// What the file should hold.
        what: &'static str,
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Certificate and key do not fit each other, or are of a kind that TLS does not take.
    #[error("certificate {file} and its key: {problem}")]
    Pair {
        /// The certificate's file.
        file: PathBuf,
        /// What is wrong.
        problem: rustls::Error,
    },
    /// The authority's certificates cannot be checked against.
    #[error("kiosk authority {file}: {problem}")]
    Authority {
        /// The authority's file.
        file: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

/// The certificates in a PEM file, at least one.
///
/// # Errors
/// [`TlsError::File`].
pub fn certificates(what: &'static str, file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let fault = |problem: String| TlsError::File { what, file: file.to_owned(), problem };
    let found = CertificateDer::pem_file_iter(file).map_err(|error| fault(error.to_string()))?;
    let found = found.collect::<Result<Vec<_>, _>>().map_err(|error| fault(error.to_string()))?;
    if found.is_empty() { Err(fault("holds no certificate".into())) } else { Ok(found) }
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let fault = |problem: String| TlsError::File { what: "private key", file: file.to_owned(), problem };
    let pem = files::read_secret(file).map_err(|error| fault(error.to_string()))?;
    PrivateKeyDer::from_pem_slice(&pem).map_err(|error| fault(error.to_string()))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// TLS without client certificates, for phones.
///
/// # Errors
/// [`TlsError`] names the file.
pub fn for_app(certificate: &Path, key: &Path, clock: Arc<dyn Clock>) -> Result<ServerConfig, TlsError> {
    let builder = ServerConfig::builder_with_details(provider(), Arc::new(TlsTime(clock)))
        .with_safe_default_protocol_versions()
        .expect("the provider has the suites of TLS 1.2 and 1.3")
        .with_no_client_auth();
    builder
        .with_single_cert(certificates("certificate", certificate)?, private_key(key)?)
        .map_err(|problem| TlsError::Pair { file: certificate.to_owned(), problem })
}

/// TLS that no client without a certificate of `authority` gets through, for kiosks.
///
/// # Errors
/// [`TlsError`] names the file.
pub fn for_kiosks(
    certificate: &Path,
    key: &Path,
    authority: &Path,
    clock: Arc<dyn Clock>,
) -> Result<ServerConfig, TlsError> {
    let fault = |problem: String| TlsError::Authority { file: authority.to_owned(), problem };
    let mut roots = RootCertStore::empty();
    for certificate in certificates("kiosk authority", authority)? {
        roots.add(certificate).map_err(|error| fault(error.to_string()))?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|error| fault(error.to_string()))?;
    let mut config = ServerConfig::builder_with_details(provider(), Arc::new(TlsTime(clock)))
        .with_safe_default_protocol_versions()
        .expect("the provider has the suites of TLS 1.2 and 1.3")
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificates("certificate", certificate)?, private_key(key)?)
        .map_err(|problem| TlsError::Pair { file: certificate.to_owned(), problem })?;
    // No resumption: every connection shows its certificate anew, so an expired one gets no further.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}
