//! Reading certificates and lists: the parts that both need, on the strict DER types of `x509-cert`.

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use der::{Decode, Reader, SliceReader, Tag};
use reservation::Timestamp;
use x509_cert::ext::Extension;
use x509_cert::spki::AlgorithmIdentifier;
use x509_cert::time::Time;

use crate::certificate_ref::SerialNumber;

const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");

/// The three parts that every signed X.509 structure has; `tbs` is exactly the bytes that were signed.
pub(crate) struct Signed<'a> {
    pub(crate) tbs: &'a [u8],
    pub(crate) algorithm: AlgorithmIdentifier<AnyRef<'a>>,
    pub(crate) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// Splits `SEQUENCE { tbs, signatureAlgorithm, signatureValue }`; nothing may follow it.
    pub(crate) fn split(bytes: &'a [u8]) -> der::Result<Self> {
        let mut outer = SliceReader::new(bytes)?;
        let parts = outer.sequence(|inner: &mut SliceReader<'a>| {
            let tbs = inner.tlv_bytes()?;
            let algorithm = AlgorithmIdentifier::decode(inner)?;
            let signature = BitStringRef::decode(inner)?
                .as_bytes()
                .ok_or_else(|| der::Error::from(Tag::BitString.value_error()))?;
            Ok::<_, der::Error>(Self { tbs, algorithm, signature })
        })?;
        outer.finish()?;
        Ok(parts)
    }

    /// Whether it says it is signed with SHA-256 and RSA PKCS#1 v1.5 (RFC 4055 §5: the parameters are NULL).
    pub(crate) fn is_sha256_with_rsa(&self) -> bool {
        self.algorithm.oid == SHA256_WITH_RSA && self.algorithm.parameters == Some(AnyRef::NULL)
    }
}

/// An instant of a certificate or list.
pub(crate) fn timestamp(time: &Time) -> Timestamp {
    let secs = time.to_unix_duration().as_secs();
    Timestamp::from_unix_secs(i64::try_from(secs).unwrap_or(i64::MAX))
}

/// The first extension type that stands there twice (RFC 5280 §4.2 forbids it).
pub(crate) fn has_duplicate(extensions: &[Extension]) -> bool {
    extensions
        .iter()
        .enumerate()
        .any(|(index, extension)| extensions[..index].iter().any(|other| other.extn_id == extension.extn_id))
}

/// The extension of one type, decoded; `Some(Err)` if it is there and malformed.
pub(crate) fn extension<'a, T: Decode<'a, Error = der::Error>>(
    extensions: &'a [Extension],
    oid: ObjectIdentifier,
) -> der::Result<Option<T>> {
    extensions
        .iter()
        .find(|extension| extension.extn_id == oid)
        .map(|extension| T::from_der(extension.extn_value.as_bytes()))
        .transpose()
}

/// A serial number as we name certificates by it; negative numbers and zero have none.
pub(crate) fn serial(serial: &x509_cert::serial_number::SerialNumber) -> Option<SerialNumber> {
    let bytes = serial.as_bytes();
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    if negative { None } else { SerialNumber::from_bytes(bytes).ok() }
}
