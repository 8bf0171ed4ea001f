//! Signed revocation lists. The list file is its own database: what is revoked, and the last number, are read from it.

use der::asn1::{BitString, OctetString};
use der::{Decode as _, Encode as _};
use time::{Duration, OffsetDateTime};
use x509_cert::certificate::Version;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlNumber, CrlReason};
use x509_cert::serial_number::SerialNumber;

use super::IssuerError;
use super::ca::Ca;
use super::certificate::{ExtensionList, sha256_with_rsa, x509_time};
use super::layout::Layout;
use crate::files::{self, FileError, Readers};

/// `nextUpdate` lies this long after `thisUpdate`. The real lists are made daily; a week lets a demonstration run
/// for some days before `crl-refresh` is due.
pub const CRL_LIFE: Duration = Duration::days(7);

/// What a revocation changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The certificate is on the list now.
    Added,
    /// It was on the list before.
    AlreadyThere,
}

/// Writes the CA's list with a new number and new times, and `revoke` on it.
pub(crate) fn publish(
    layout: &Layout,
    ca: &Ca,
    revoke: Option<(&SerialNumber, CrlReason)>,
    now: OffsetDateTime,
) -> Result<Revocation, IssuerError> {
    let path = layout.crl(ca.kind, ca.generation);
    let (number, mut entries) = match files::read_if_there(&path)? {
        None => (0, Vec::new()),
        Some(bytes) => {
            parse(&bytes).ok_or_else(|| FileError::damaged(&path, "not a revocation list of ours"))?
        }
    };
    let mut outcome = Revocation::AlreadyThere;
    if let Some((serial, reason)) = revoke
        && entries.iter().all(|entry| entry.serial_number != *serial)
    {
        outcome = Revocation::Added;
        entries.push(RevokedCert {
            serial_number: serial.clone(),
            revocation_date: x509_time(now)?,
            crl_entry_extensions: Some(ExtensionList::default().add_as(false, &reason)?.into_extensions()),
        });
    }
    let list = sign(ca, number + 1, entries, now)?;
    files::replace(&path, &list.to_der()?, Readers::Everyone)?;
    Ok(outcome)
}

/// The list's number and entries.
fn parse(bytes: &[u8]) -> Option<(u64, Vec<RevokedCert>)> {
    let list = CertificateList::from_der(bytes).ok()?.tbs_cert_list;
    let number = list
        .crl_extensions?
        .into_iter()
        .find(|extension| extension.extn_id == <CrlNumber as der::oid::AssociatedOid>::OID)?;
    let number = u64::from_der(number.extn_value.as_bytes()).ok()?;
    Some((number, list.revoked_certificates.unwrap_or_default()))
}

fn sign(
    ca: &Ca,
    number: u64,
    entries: Vec<RevokedCert>,
    now: OffsetDateTime,
) -> Result<CertificateList, IssuerError> {
    let tbs_cert_list = TbsCertList {
        version: Version::V2,
        signature: sha256_with_rsa(),
        issuer: ca.as_issuer().name.clone(),
        this_update: x509_time(now)?,
        next_update: Some(x509_time(now + CRL_LIFE)?),
        // An empty list is left out: RFC 5280 §5.1.2.6.
        revoked_certificates: (!entries.is_empty()).then_some(entries),
        crl_extensions: Some(extensions(ca, number)?),
    };
    let signature: BitString = ca.key.sign(&tbs_cert_list)?;
    Ok(CertificateList { tbs_cert_list, signature_algorithm: sha256_with_rsa(), signature })
}

fn extensions(ca: &Ca, number: u64) -> Result<Extensions, IssuerError> {
    let authority = AuthorityKeyIdentifier {
        key_identifier: Some(OctetString::new(ca.key_id.as_slice())?),
        ..AuthorityKeyIdentifier::default()
    };
    let extensions = ExtensionList::default().add(&authority)?.add(&CrlNumber::try_from(number)?)?;
    Ok(extensions.into_extensions())
}
