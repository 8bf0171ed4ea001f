//! A certificate authority of ours, and what it signs: server certificates, and kiosks' requests.

use std::path::Path;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use reservation::{KioskId, Timestamp};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::clock::{from_date_time, to_date_time};
use crate::{files, random};

const AUTHORITY_LIFE: Duration = Duration::from_secs(10 * 365 * 86_400);
const SERVER_LIFE: Duration = Duration::from_secs(397 * 86_400);
/// Clocks of kiosks and phones may be behind.
const BACKDATED: Duration = Duration::from_secs(3600);

/// Why a certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A file of the authority could not be read.
    #[error("{file}: {source}")]
    File {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The request is not a PKCS#10 request that proves its key.
    #[error("the certificate request does not hold")]
    Request,
    /// Making the certificate failed.
    #[error("the certificate could not be made: {0}")]
    Make(#[from] rcgen::Error),
}

/// An authority with its key.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

/// A certificate and its private key, both PEM.
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// The key.
    pub key: Zeroizing<String>,
}

/// A certificate that was made for a request.
#[derive(Debug)]
pub struct Signed {
    /// The certificate, PEM.
    pub pem: String,
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// It ends here.
    pub expires_at: Timestamp,
}

impl Authority {
    /// Makes a new authority; the pair is for its files.
    ///
    /// # Errors
    /// [`PkiError::Make`].
    pub fn make(name: &str, now: Timestamp) -> Result<(Self, Pair), PkiError> {
        let key = KeyPair::generate()?;
        let mut params = params(name, now, AUTHORITY_LIFE);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key)?.pem();
        let pair = Pair { certificate: certificate.clone(), key: Zeroizing::new(key.serialize_pem()) };
        Ok((Self { issuer: Issuer::new(params, key), certificate }, pair))
    }

    /// Reads an authority from its files.
    ///
    /// # Errors
    /// [`PkiError`] names the file.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, PkiError> {
        let fault = |file: &Path, source| PkiError::File { file: file.display().to_string(), source };
        let pem = std::fs::read_to_string(certificate).map_err(|source| fault(certificate, source))?;
        let secret = files::read_secret(key).map_err(|source| fault(key, source))?;
        let text = std::str::from_utf8(&secret).unwrap_or_default();
        let issuer = Issuer::from_ca_cert_pem(&pem, KeyPair::from_pem(text)?)?;
        Ok(Self { issuer, certificate: pem })
    }

    /// The authority's certificate, PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Makes a key and a server certificate for these host names and addresses.
    ///
    /// # Errors
    /// [`PkiError::Make`], say for a host name that is none.
    pub fn server(&self, hosts: &[String], now: Timestamp) -> Result<Pair, PkiError> {
        let key = KeyPair::generate()?;
        let name = hosts.first().map_or("localhost", String::as_str);
        let mut params = params(name, now, SERVER_LIFE);
        params.subject_alt_names = CertificateParams::new(hosts.to_vec())?.subject_alt_names;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Pair { certificate, key: Zeroizing::new(key.serialize_pem()) })
    }

    /// Signs a kiosk's request. Only its public key is taken from it: name, use and life are ours to say.
    ///
    /// # Errors
    /// [`PkiError::Request`] if it does not prove its key.
    pub fn kiosk(
        &self,
        request: &str,
        kiosk: &KioskId,
        life: Duration,
        now: Timestamp,
    ) -> Result<Signed, PkiError> {
        let mut request =
            CertificateSigningRequestParams::from_pem(request).map_err(|_| PkiError::Request)?;
        let mut params = params(kiosk.as_str(), now, life);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let expires_at = from_date_time(params.not_after);
        request.params = params;
        let made = request.signed_by(&self.issuer)?;
        Ok(Signed { pem: made.pem(), der: made.der().to_vec(), expires_at })
    }
}

/// Makes a kiosk's key and the request for its certificate; the key never leaves the machine that calls this.
///
/// # Errors
/// [`PkiError::Make`].
pub fn kiosk_request(kiosk: &KioskId) -> Result<(String, Zeroizing<String>), PkiError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name = named(kiosk.as_str());
    let request = params.serialize_request(&key)?.pem()?;
    Ok((request, Zeroizing::new(key.serialize_pem())))
}

fn params(name: &str, now: Timestamp, life: Duration) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(name);
    params.not_before = whole_second(now.before(BACKDATED));
    params.not_after = whole_second(now.after(life));
    params.serial_number = Some(serial());
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn whole_second(at: Timestamp) -> OffsetDateTime {
    to_date_time(Timestamp::from_unix_secs(at.unix_secs()))
}

/// 127 random bits: positive, unique (RFC 5280 §4.1.2.2).
fn serial() -> SerialNumber {
    let mut bytes = random::bytes::<16>();
    bytes[0] = (bytes[0] & 0x7f) | 0x40;
    SerialNumber::from_slice(&bytes)
}
