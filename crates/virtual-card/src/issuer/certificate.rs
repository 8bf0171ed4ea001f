//! Signed certificates: the frame around a profile's names and extensions.

use aws_lc_rs::rand;
use der::Sequence;
use der::asn1::BitString;
use time::OffsetDateTime;
use x509_cert::certificate::Version;
use x509_cert::ext::{Criticality, Extension, Extensions, ToExtension as _};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity as X509Validity};

use super::IssuerError;
use super::holder::Validity;
use super::key::RsaKey;

/// TBSCertificate of RFC 5280 §4.1. The type of `x509-cert` can be read but not built.
#[derive(Clone, Debug, Sequence)]
pub(crate) struct Unsigned {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: Version,
    serial_number: SerialNumber,
    signature: AlgorithmIdentifierOwned,
    issuer: Name,
    validity: X509Validity,
    subject: Name,
    subject_public_key_info: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Extensions,
}

/// Certificate of RFC 5280 §4.1.
#[derive(Clone, Debug, Sequence)]
pub(crate) struct Signed {
    tbs_certificate: Unsigned,
    signature_algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

/// What a profile decides.
pub(crate) struct Fields {
    pub(crate) serial: SerialNumber,
    pub(crate) issuer: Name,
    pub(crate) subject: Name,
    pub(crate) validity: Validity,
    pub(crate) spki: SubjectPublicKeyInfoOwned,
    pub(crate) extensions: Extensions,
}

impl Fields {
    /// The certificate, signed by `key`.
    pub(crate) fn sign(self, key: &RsaKey) -> Result<Signed, IssuerError> {
        let tbs_certificate = Unsigned {
            version: Version::V3,
            serial_number: self.serial,
            signature: sha256_with_rsa(),
            issuer: self.issuer,
            validity: X509Validity::new(
                x509_time(self.validity.not_before)?,
                x509_time(self.validity.not_after)?,
            ),
            subject: self.subject,
            subject_public_key_info: self.spki,
            extensions: self.extensions,
        };
        let signature = key.sign(&tbs_certificate)?;
        Ok(Signed { tbs_certificate, signature_algorithm: sha256_with_rsa(), signature })
    }
}

/// sha256WithRSAEncryption with its NULL parameters.
pub(crate) fn sha256_with_rsa() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid: der::oid::db::rfc5912::SHA_256_WITH_RSA_ENCRYPTION,
        parameters: Some(der::asn1::Any::null()),
    }
}

/// UTCTime until 2049, GeneralizedTime after it; whole seconds.
pub(crate) fn x509_time(at: OffsetDateTime) -> Result<Time, IssuerError> {
    let since_epoch = u64::try_from(at.unix_timestamp()).map_err(|_| IssuerError::OutOfRange)?;
    Ok(Time::from(der::DateTime::from_unix_duration(std::time::Duration::from_secs(since_epoch))?))
}

/// A positive random number of eight bytes whose first byte is neither zero nor has the sign bit, so that its
/// magnitude and its DER content are the same bytes.
pub(crate) fn random_serial() -> Result<SerialNumber, IssuerError> {
    let mut bytes = [0; 8];
    rand::fill(&mut bytes).map_err(|_| IssuerError::Crypto)?;
    bytes[0] = bytes[0] & 0x3F | 0x40;
    Ok(SerialNumber::new(&bytes)?)
}

/// Collects extensions in the order they are added, each with the criticality RFC 5280 gives it.
#[derive(Default)]
pub(crate) struct ExtensionList(Extensions);

impl ExtensionList {
    pub(crate) fn add<T>(mut self, extension: &T) -> Result<Self, IssuerError>
    where
        T: Criticality + der::oid::AssociatedOid + der::Encode,
    {
        self.0.push(extension.to_extension(&Name::default(), &[])?);
        Ok(self)
    }

    pub(crate) fn add_as<T>(mut self, critical: bool, extension: &T) -> Result<Self, IssuerError>
    where
        T: der::oid::AssociatedOid + der::Encode,
    {
        self.0.push((critical, extension).to_extension(&Name::default(), &[])?);
        Ok(self)
    }

    pub(crate) fn into_extensions(self) -> Vec<Extension> {
        self.0
    }
}
