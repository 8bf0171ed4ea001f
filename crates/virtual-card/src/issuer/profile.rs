//! What stands in a certificate of the simulated issuer: the public profile of the real one (card facts §5.1, §5.2).
//!
//! Left out: authorityInfoAccess, since no simulated OCSP responder runs yet.

use der::asn1::{Any, OctetString, Utf8StringRef};
use reservation::calendar::Era;
use reservation::pin::{BirthDate, PinKind};
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::certpolicy::PolicyInformation;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName, GeneralNames, OtherName};
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies, CrlDistributionPoints, ExtendedKeyUsage,
    IssuerAltName, KeyUsage, KeyUsages, SubjectAltName, SubjectKeyIdentifier,
};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;

use super::IssuerError;
use super::certificate::ExtensionList;
use super::names;
use super::printed::Printed;

/// The CA certificate that an authorityKeyIdentifier points to: key id, and issuer name with serial number.
pub(crate) struct Issuer<'a> {
    pub(crate) key_id: &'a [u8],
    pub(crate) name: &'a Name,
    pub(crate) serial: &'a SerialNumber,
}

/// A self-signed CA.
pub(crate) fn ca(key_id: &[u8]) -> Result<Extensions, IssuerError> {
    let extensions = ExtensionList::default()
        .add_as(true, &BasicConstraints { ca: true, path_len_constraint: None })?
        .add_as(true, &KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign))?
        .add(&SubjectKeyIdentifier(OctetString::new(key_id)?))?;
    Ok(extensions.into_extensions())
}

/// A certificate on a card.
pub(crate) fn holder(
    kind: PinKind,
    person: &Printed,
    key_id: &[u8],
    issuer: &Issuer<'_>,
) -> Result<Extensions, IssuerError> {
    let (usage, policy) = match kind {
        PinKind::User => (KeyUsages::DigitalSignature.into(), names::USER_POLICY),
        PinKind::Signature => {
            (KeyUsages::DigitalSignature | KeyUsages::NonRepudiation, names::SIGNATURE_POLICY)
        }
    };
    let policy = PolicyInformation { policy_identifier: policy, policy_qualifiers: None };
    let mut extensions = ExtensionList::default().add_as(true, &KeyUsage(usage))?;
    if kind == PinKind::User {
        extensions = extensions.add(&ExtendedKeyUsage(vec![names::CLIENT_AUTH]))?;
    }
    extensions = extensions.add_as(true, &CertificatePolicies(vec![policy]))?;
    if kind == PinKind::Signature {
        extensions = extensions.add_as(false, &SubjectAltName(other_names(person)?))?;
    }
    let extensions = extensions
        .add(&IssuerAltName(vec![names::issuer_alt_name()?]))?
        .add_as(false, &distribution_points(kind)?)?
        .add(&authority_key_identifier(issuer)?)?
        .add(&SubjectKeyIdentifier(OctetString::new(key_id)?))?;
    Ok(extensions.into_extensions())
}

fn authority_key_identifier(issuer: &Issuer<'_>) -> Result<AuthorityKeyIdentifier, IssuerError> {
    Ok(AuthorityKeyIdentifier {
        key_identifier: Some(OctetString::new(issuer.key_id)?),
        authority_cert_issuer: Some(vec![GeneralName::DirectoryName(issuer.name.clone())]),
        authority_cert_serial_number: Some(issuer.serial.clone()),
    })
}

fn distribution_points(kind: PinKind) -> Result<CrlDistributionPoints, IssuerError> {
    let name = DistributionPointName::FullName(vec![names::distribution_point(kind)?]);
    let point = DistributionPoint { distribution_point: Some(name), reasons: None, crl_issuer: None };
    Ok(CrlDistributionPoints(vec![point]))
}

/// Name, birth date, sex, address and the flags of substituted characters, in the order of the wire: 1, 4, 3, 5, 2, 6.
fn other_names(person: &Printed) -> Result<GeneralNames, IssuerError> {
    let birth_date = birth_date_with_era(person)?;
    let name_flags = substitutions(&person.name);
    let address_flags = substitutions(&person.address);
    [
        (1, person.name.as_str()),
        (4, birth_date.as_str()),
        (3, person.sex.digit()),
        (5, person.address.as_str()),
        (2, name_flags.as_str()),
        (6, address_flags.as_str()),
    ]
    .into_iter()
    .map(|(last, text)| {
        let value = Any::encode_from(&Utf8StringRef::new(text)?)?;
        Ok(GeneralName::OtherName(OtherName { type_id: names::holder_oid(last)?, value }))
    })
    .collect()
}

/// One flag per character: `0` = not substituted.
fn substitutions(text: &str) -> String {
    "0".repeat(text.chars().count())
}

/// `EYYYYMMDD`: era, then the Gregorian date.
fn birth_date_with_era(person: &Printed) -> Result<String, IssuerError> {
    let date = person.era_birth_date()?;
    let era = match date.era() {
        Era::Meiji => 1,
        Era::Taisho => 2,
        Era::Showa => 3,
        Era::Heisei => 4,
        Era::Reiwa => 5,
    };
    let BirthDate { year, month, day } = date.gregorian();
    Ok(format!("{era}{year:04}{month:02}{day:02}"))
}
