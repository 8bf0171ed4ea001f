//! One certificate revocation list: parsed, signed by a pinned anchor, complete (RFC 5280 §5).
//!
//! A list says *good* by silence, so anything that could make it speak of fewer certificates than it seems to
//! refuses it whole: delta lists, lists for one distribution point, unknown critical extensions, trailing bytes.

use core::time::Duration;

use der::asn1::{AnyRef, ContextSpecific, ObjectIdentifier};
use der::oid::AssociatedOid;
use der::{Decode, Reader, SliceReader, Tag, TagNumber};
use reservation::{PinKind, Timestamp};
use x509_cert::Version;
use x509_cert::ext::pkix::crl::CrlNumber;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlReason};
use x509_cert::ext::{Extension, Extensions};
use x509_cert::name::Name;
use x509_cert::spki::AlgorithmIdentifier;
use x509_cert::time::Time;

use crate::anchors::{Anchor, Anchors};
use crate::certificate_ref::{IssuerKeyId, SerialNumber};
use crate::revocation::{RevocationReason, Status, Unknown};
use crate::x509::{self, Signed};

/// How far our clock and the authority's may differ: added to both ends of a list's time.
pub const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

const DELTA_CRL_INDICATOR: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.27");
// x509-cert 0.3.0 has another extension's identifier for this one.
const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");
const REASON_CODE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");
const INVALIDITY_DATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.24");

/// Why a file is no list that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrlProblem {
    /// The file could not be read.
    #[error("cannot be read")]
    Unreadable,
    /// More bytes than we keep in memory.
    #[error("is larger than {} MiB", crate::crl_files::FILE_MAX_BYTES >> 20)]
    TooLarge,
    /// Not one version 2 list in strict DER.
    #[error("is not one X.509 version 2 CRL in DER")]
    Malformed,
    /// No pinned anchor has the key that the list names as its issuer's, or has another name.
    #[error("names no pinned anchor as its issuer")]
    UnknownIssuer,
    /// The anchor may not sign lists (key usage cRLSign).
    #[error("its issuer may not sign CRLs")]
    NotAListSigner,
    /// The anchor has not signed it with SHA-256 and RSA.
    #[error("its issuer has not signed it with SHA-256 and RSA")]
    BadSignature,
    /// A critical extension that we do not understand, or a partial list.
    #[error("has an unknown critical extension, or speaks of a part of the certificates only")]
    NotComplete,
    /// There is no nextUpdate, so it would never be stale.
    #[error("has no nextUpdate")]
    NoNextUpdate,
    /// There is no CRL number, so an old list could not be told from a new one.
    #[error("has no CRL number")]
    NoNumber,
    /// A list of this issuer with a higher number, or another one with the same number, was here before.
    #[error("its CRL number went back or was used twice")]
    NumberWentBack,
}

struct Entry {
    serial: SerialNumber,
    at: Timestamp,
    reason: RevocationReason,
}

/// A list whose signature is verified.
pub(crate) struct Crl {
    pub(crate) kind: PinKind,
    pub(crate) issuer_key_id: IssuerKeyId,
    pub(crate) number: CrlSequence,
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Timestamp,
    /// In order of their serial numbers.
    revoked: Vec<Entry>,
}

/// A CRL number: at most 20 bytes, big-endian, padded to that length, so that it compares as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CrlSequence([u8; 20]);

/// TBSCertList (RFC 5280 §5.1.2), its entries still unread.
struct TbsList<'a> {
    algorithm: AlgorithmIdentifier<AnyRef<'a>>,
    issuer: Name,
    this_update: Time,
    next_update: Option<Time>,
    entries: Option<&'a [u8]>,
    extensions: Extensions,
}

impl Crl {
    /// Parses a list and verifies it under the anchor that it names by key identifier.
    ///
    /// The signature comes before the entries: a list can be long, and only its issuer may make us read it.
    pub(crate) fn verify(der: &[u8], anchors: &Anchors) -> Result<Self, CrlProblem> {
        let signed = Signed::split(der).map_err(|_| CrlProblem::Malformed)?;
        let list = TbsList::read(signed.tbs).map_err(|_| CrlProblem::Malformed)?;
        let anchor = list.anchor(anchors)?;
        let genuine = signed.is_sha256_with_rsa()
            && signed.algorithm == list.algorithm
            && anchor.key.verify(signed.tbs, signed.signature).is_ok();
        if !genuine {
            return Err(CrlProblem::BadSignature);
        }
        list.check_extensions()?;
        Ok(Self {
            kind: anchor.kind,
            issuer_key_id: anchor.key_id.clone(),
            number: list.number()?,
            this_update: x509::timestamp(&list.this_update),
            next_update: list.next_update.as_ref().map(x509::timestamp).ok_or(CrlProblem::NoNextUpdate)?,
            revoked: list.read_entries()?,
        })
    }

    /// What the list says of a serial number at `now`, if it is in force then.
    pub(crate) fn status(&self, serial: &SerialNumber, now: Timestamp) -> Result<Status, Unknown> {
        if now.after(CLOCK_SKEW) < self.this_update {
            return Err(Unknown::NotYetInForce { from: self.this_update });
        }
        if now > self.next_update.after(CLOCK_SKEW) {
            return Err(Unknown::Stale { since: self.next_update });
        }
        Ok(match self.revoked.binary_search_by(|entry| entry.serial.cmp(serial)) {
            Ok(index) => Status::Revoked { at: self.revoked[index].at, reason: self.revoked[index].reason },
            Err(_) => Status::Good,
        })
    }

    pub(crate) fn entries(&self) -> usize {
        self.revoked.len()
    }
}

impl<'a> TbsList<'a> {
    fn read(tbs: &'a [u8]) -> der::Result<Self> {
        let mut outer = SliceReader::new(tbs)?;
        let list = outer.sequence(|list: &mut SliceReader<'a>| {
            if Version::decode(list)? != Version::V2 {
                return Err(Tag::Integer.value_error().into());
            }
            let algorithm = AlgorithmIdentifier::decode(list)?;
            let issuer = Name::decode(list)?;
            let this_update = Time::decode(list)?;
            let next_update = Option::<Time>::decode(list)?;
            let has_entries = !list.is_finished() && Tag::peek(list)? == Tag::Sequence;
            let entries = has_entries.then(|| list.tlv_bytes()).transpose()?;
            let extensions = ContextSpecific::<Extensions>::decode_explicit(list, TagNumber(0))?
                .map(|field| field.value)
                .unwrap_or_default();
            Ok::<_, der::Error>(Self { algorithm, issuer, this_update, next_update, entries, extensions })
        })?;
        outer.finish()?;
        Ok(list)
    }

    fn anchor<'b>(&self, anchors: &'b Anchors) -> Result<&'b Anchor, CrlProblem> {
        let identifier: Option<AuthorityKeyIdentifier> =
            x509::extension(&self.extensions, AuthorityKeyIdentifier::OID)
                .map_err(|_| CrlProblem::Malformed)?;
        let anchor = identifier
            .and_then(|identifier| identifier.key_identifier)
            .and_then(|id| IssuerKeyId::from_bytes(id.as_bytes()).ok())
            .and_then(|id| anchors.by_key_id(&id))
            .filter(|anchor| anchor.subject == self.issuer)
            .ok_or(CrlProblem::UnknownIssuer)?;
        if anchor.signs_lists { Ok(anchor) } else { Err(CrlProblem::NotAListSigner) }
    }

    /// RFC 5280 §5.2: a list with a critical extension we do not know must not be used to say *good*; nor, here,
    /// one that says it is partial, critical or not.
    fn check_extensions(&self) -> Result<(), CrlProblem> {
        let known = [AuthorityKeyIdentifier::OID, CrlNumber::OID];
        let partial = [DELTA_CRL_INDICATOR, ISSUING_DISTRIBUTION_POINT];
        let bad = |extension: &Extension| {
            partial.contains(&extension.extn_id)
                || (extension.critical && !known.contains(&extension.extn_id))
        };
        if x509::has_duplicate(&self.extensions) {
            Err(CrlProblem::Malformed)
        } else if self.extensions.iter().any(bad) {
            Err(CrlProblem::NotComplete)
        } else {
            Ok(())
        }
    }

    fn number(&self) -> Result<CrlSequence, CrlProblem> {
        let number: CrlNumber = x509::extension(&self.extensions, CrlNumber::OID)
            .map_err(|_| CrlProblem::Malformed)?
            .ok_or(CrlProblem::NoNumber)?;
        let bytes = number.0.as_bytes();
        let mut padded = [0; 20];
        let start = padded.len().checked_sub(bytes.len()).ok_or(CrlProblem::Malformed)?;
        padded[start..].copy_from_slice(bytes);
        Ok(CrlSequence(padded))
    }

    /// The entries in order of their serial numbers.
    fn read_entries(&self) -> Result<Vec<Entry>, CrlProblem> {
        let Some(bytes) = self.entries else { return Ok(Vec::new()) };
        let mut reader = SliceReader::new(bytes).map_err(|_| CrlProblem::Malformed)?;
        let mut entries = reader.sequence(|list: &mut SliceReader<'a>| {
            let mut entries = Vec::new();
            while !list.is_finished() {
                entries.push(Entry::read(list)?);
            }
            Ok::<_, EntryProblem>(entries)
        })?;
        entries.sort_unstable_by(|a, b| a.serial.cmp(&b.serial));
        Ok(entries)
    }
}

/// What is wrong with an entry, on the way to the problem of the whole list.
enum EntryProblem {
    Malformed,
    NotComplete,
}

impl From<der::Error> for EntryProblem {
    fn from(_: der::Error) -> Self {
        Self::Malformed
    }
}

impl From<EntryProblem> for CrlProblem {
    fn from(problem: EntryProblem) -> Self {
        match problem {
            EntryProblem::Malformed => Self::Malformed,
            EntryProblem::NotComplete => Self::NotComplete,
        }
    }
}

impl Entry {
    fn read<'a>(list: &mut SliceReader<'a>) -> Result<Self, EntryProblem> {
        list.sequence(|entry: &mut SliceReader<'a>| {
            let serial = x509_cert::serial_number::SerialNumber::decode(entry)?;
            let at = Time::decode(entry)?;
            let extensions = Option::<Extensions>::decode(entry)?.unwrap_or_default();
            Ok(Self {
                serial: x509::serial(&serial).ok_or(EntryProblem::Malformed)?,
                at: x509::timestamp(&at),
                reason: reason(&extensions)?,
            })
        })
    }
}

/// RFC 5280 §5.3: one unknown critical extension of an entry spoils the list; `certificateIssuer`, which would make
/// the entry speak of another authority's certificate, is one. `removeFromCRL` belongs to delta lists.
fn reason(extensions: &[Extension]) -> Result<RevocationReason, EntryProblem> {
    let known = [REASON_CODE, INVALIDITY_DATE];
    if extensions.iter().any(|extension| extension.critical && !known.contains(&extension.extn_id)) {
        return Err(EntryProblem::NotComplete);
    }
    Ok(match x509::extension::<CrlReason>(extensions, REASON_CODE)? {
        None | Some(CrlReason::Unspecified) => RevocationReason::Unspecified,
        Some(CrlReason::KeyCompromise) => RevocationReason::KeyCompromise,
        Some(CrlReason::CaCompromise) => RevocationReason::AuthorityCompromise,
        Some(CrlReason::AffiliationChanged) => RevocationReason::AffiliationChanged,
        Some(CrlReason::Superseded) => RevocationReason::Superseded,
        Some(CrlReason::CessationOfOperation) => RevocationReason::CessationOfOperation,
        Some(CrlReason::CertificateHold) => RevocationReason::Hold,
        Some(CrlReason::PrivilegeWithdrawn) => RevocationReason::PrivilegeWithdrawn,
        Some(CrlReason::AaCompromise) => RevocationReason::AttributeAuthorityCompromise,
        Some(CrlReason::RemoveFromCRL) => return Err(EntryProblem::NotComplete),
    })
}
