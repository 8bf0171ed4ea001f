//! The names and numbers that stand in the simulated certificates. None of them is one of the real issuer's names.

use der::{Decode as _, Encode as _};
use reservation::pin::PinKind;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::{Any, ObjectIdentifier, PrintableStringRef, Utf8StringRef};
use x509_cert::der::oid::db::rfc4519;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

use super::IssuerError;

/// Policy of authentication certificates (card facts §5.2).
pub(crate) const USER_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.3.30");
/// Policy of signature certificates.
pub(crate) const SIGNATURE_POLICY: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.1.20");
/// id-kp-clientAuth.
pub(crate) const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");

/// What is added to this arc names the holder's data in a signature certificate.
const HOLDER_ARC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5");

/// `1.2.392.200149.8.5.5.<last>`.
pub(crate) fn holder_oid(last: u32) -> Result<ObjectIdentifier, IssuerError> {
    HOLDER_ARC.push_arc(last).map_err(|_| IssuerError::Encoding(x509_cert::der::ErrorKind::Failed.into()))
}

const ORGANISATION: &str = "Simulated Card Issuer";
/// Where the synthetic holders live, as the certificates write it.
pub(crate) const PREFECTURE: &str = "Kakuu-to";
/// See [`PREFECTURE`].
pub(crate) const CITY: &str = "Mihon-ku";

/// All generations of one purpose share this name: only the key identifier tells them apart.
pub(crate) fn ca_name(kind: PinKind) -> Result<Name, IssuerError> {
    let purpose = match kind {
        PinKind::Signature => "Simulated CA for digital signature",
        PinKind::User => "Simulated CA for user authentication",
    };
    name(&[
        (rfc4519::C, "JP"),
        (rfc4519::O, ORGANISATION),
        (rfc4519::OU, purpose),
        (rfc4519::OU, "Simulated Agency for Tests"),
    ])
}

/// The holder, by an opaque id; a signature certificate adds where he lives.
pub(crate) fn subject(kind: PinKind, opaque_id: &str) -> Result<Name, IssuerError> {
    match kind {
        PinKind::User => name(&[(rfc4519::C, "JP"), (rfc4519::CN, opaque_id)]),
        PinKind::Signature => name(&[
            (rfc4519::C, "JP"),
            (rfc4519::L, PREFECTURE),
            (rfc4519::L, CITY),
            (rfc4519::CN, opaque_id),
        ]),
    }
}

/// The CRL distribution point is a directory name, not a URL.
pub(crate) fn distribution_point(kind: PinKind) -> Result<GeneralName, IssuerError> {
    let purpose = match kind {
        PinKind::Signature => "Simulated CA for digital signature",
        PinKind::User => "Simulated CA for user authentication",
    };
    let point = format!("{CITY} CRLDP");
    Ok(GeneralName::DirectoryName(name(&[
        (rfc4519::C, "JP"),
        (rfc4519::O, ORGANISATION),
        (rfc4519::OU, purpose),
        (rfc4519::OU, "CRL Distribution Points"),
        (rfc4519::OU, PREFECTURE),
        (rfc4519::CN, &point),
    ])?))
}

/// The issuer's other name.
pub(crate) fn issuer_alt_name() -> Result<GeneralName, IssuerError> {
    Ok(GeneralName::DirectoryName(name(&[(rfc4519::C, "JP"), (rfc4519::O, "模擬カード発行者")])?))
}

/// One relative name per pair, in this order. `Name::from_str` cannot be used: it reverses the order and picks
/// string types by content.
fn name(parts: &[(ObjectIdentifier, &str)]) -> Result<Name, IssuerError> {
    let mut sequence = RdnSequence::default();
    for (oid, text) in parts {
        let value = if *oid == rfc4519::C {
            Any::encode_from(&PrintableStringRef::new(text)?)?
        } else {
            Any::encode_from(&Utf8StringRef::new(text)?)?
        };
        sequence.push(RelativeDistinguishedName::try_from(vec![AttributeTypeAndValue { oid: *oid, value }])?);
    }
    Ok(Name::from_der(&sequence.to_der()?)?)
}
