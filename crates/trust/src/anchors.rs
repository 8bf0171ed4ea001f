//! The pinned authorities: two directories of self-signed certificates, one per purpose, read once at start.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use der::oid::AssociatedOid;
use der::{Decode, Encode};
use reservation::limits::CERTIFICATE_MAX_BYTES;
use reservation::{PinKind, Timestamp};
use x509_cert::TbsCertificate;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, SubjectKeyIdentifier};
use x509_cert::name::Name;

use crate::certificate_ref::{IssuerKeyId, SerialNumber};
use crate::key::{self, PublicKey};
use crate::policy::Policies;
use crate::x509::{self, Signed};

/// A PEM file of one certificate is no larger than this.
const FILE_MAX_BYTES: u64 = 2 * CERTIFICATE_MAX_BYTES as u64;
/// There have been three generations in ten years; more than this is a wrong directory.
const ANCHORS_MAX: usize = 32;

/// Why the anchors were not loaded: for the operator, with the file to look at.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct AnchorError {
    /// The file or directory.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub problem: AnchorProblem,
}

/// What is wrong with an anchor or with its directory.
#[derive(Debug, thiserror::Error)]
pub enum AnchorProblem {
    /// It could not be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// The directory has no `*.pem`, `*.crt`, `*.cer` or `*.der`.
    #[error("has no certificate (*.pem, *.crt, *.cer or *.der)")]
    Empty,
    /// The directory has more than 32 of them.
    #[error("has more than {ANCHORS_MAX} certificates: is it the right directory?")]
    TooMany,
    /// Not exactly one certificate, in PEM or DER.
    #[error("is not exactly one X.509 certificate in PEM or DER")]
    Malformed,
    /// Not CA:TRUE with the key usage keyCertSign, or with a critical extension that is unknown.
    #[error("is no authority's certificate: it needs basicConstraints CA:TRUE and key usage keyCertSign")]
    NotAnAuthority,
    /// Subject and issuer differ, or its own key has not signed it.
    #[error("is not self-signed with SHA-256 and RSA")]
    NotSelfSigned,
    /// Not RSA with 2048 bits and exponent 65537.
    #[error("its key is not RSA with 2048 bits and exponent 65537")]
    Key,
    /// There is no subjectKeyIdentifier to find it by.
    #[error("has no subject key identifier")]
    NoKeyId,
    /// The same key, or the same key identifier, stands for an authority already.
    #[error("its key or key identifier is that of another anchor; signature and user anchors must differ")]
    Duplicate,
}

/// One pinned authority.
pub(crate) struct Anchor {
    pub(crate) kind: PinKind,
    pub(crate) key_id: IssuerKeyId,
    pub(crate) subject: Name,
    pub(crate) serial: SerialNumber,
    pub(crate) key: PublicKey,
    pub(crate) signs_lists: bool,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    fingerprint: [u8; 32],
    spki: Vec<u8>,
}

/// What `doctor` shows of an anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorSummary {
    /// Its purpose.
    pub kind: PinKind,
    /// Its key identifier.
    pub key_id: IssuerKeyId,
    /// SHA-256 of the certificate, to compare with the published one.
    pub fingerprint: [u8; 32],
    /// The first second in which it is valid.
    pub not_before: Timestamp,
    /// The last second in which it is valid.
    pub not_after: Timestamp,
}

/// All pinned authorities of both purposes, parsed once.
pub struct Anchors {
    by_key_id: HashMap<IssuerKeyId, Anchor>,
    policies: Policies,
}

impl Anchors {
    /// Reads the authorities for signature certificates and those for user certificates, with the published
    /// policies. The directory decides the purpose.
    ///
    /// # Errors
    /// [`AnchorError`] for the first file that is not right; an anchor is never skipped.
    pub fn load(signature: &Path, user: &Path) -> Result<Self, AnchorError> {
        Self::load_with(signature, user, Policies::default())
    }

    /// The same with an allow-list of policies of one's own.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_with(signature: &Path, user: &Path, policies: Policies) -> Result<Self, AnchorError> {
        let mut anchors = Self { by_key_id: HashMap::new(), policies };
        for (kind, directory) in [(PinKind::Signature, signature), (PinKind::User, user)] {
            for path in certificate_files(directory)? {
                let problem = |problem| AnchorError { path: path.clone(), problem };
                let anchor = read(&path).and_then(|der| parse(kind, &der)).map_err(problem)?;
                anchors.add(anchor).map_err(problem)?;
            }
        }
        Ok(anchors)
    }

    fn add(&mut self, anchor: Anchor) -> Result<(), AnchorProblem> {
        if self.by_key_id.values().any(|other| other.spki == anchor.spki) {
            return Err(AnchorProblem::Duplicate);
        }
        match self.by_key_id.insert(anchor.key_id.clone(), anchor) {
            Some(_) => Err(AnchorProblem::Duplicate),
            None => Ok(()),
        }
    }

    pub(crate) fn by_key_id(&self, key_id: &IssuerKeyId) -> Option<&Anchor> {
        self.by_key_id.get(key_id)
    }

    pub(crate) fn policies(&self) -> &Policies {
        &self.policies
    }

    /// All anchors, for `doctor`: by purpose, then by the end of their validity.
    pub fn summaries(&self) -> Vec<AnchorSummary> {
        let mut summaries: Vec<_> = self
            .by_key_id
            .values()
            .map(|anchor| AnchorSummary {
                kind: anchor.kind,
                key_id: anchor.key_id.clone(),
                fingerprint: anchor.fingerprint,
                not_before: anchor.not_before,
                not_after: anchor.not_after,
            })
            .collect();
        summaries.sort_by(|a, b| (a.kind, a.not_after, &a.key_id).cmp(&(b.kind, b.not_after, &b.key_id)));
        summaries
    }
}

impl core::fmt::Debug for Anchors {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.summaries()).finish()
    }
}

/// The certificate files of a directory in order of their names.
fn certificate_files(directory: &Path) -> Result<Vec<PathBuf>, AnchorError> {
    let problem = |problem| AnchorError { path: directory.to_owned(), problem };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| problem(error.into()))? {
        let path = entry.map_err(|error| problem(error.into()))?.path();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if ["pem", "crt", "cer", "der"].contains(&extension) {
            files.push(path);
        }
    }
    files.sort();
    match files.len() {
        0 => Err(problem(AnchorProblem::Empty)),
        count if count > ANCHORS_MAX => Err(problem(AnchorProblem::TooMany)),
        _ => Ok(files),
    }
}

/// The DER of a file with exactly one certificate in PEM or DER.
fn read(path: &Path) -> Result<Vec<u8>, AnchorProblem> {
    if fs::metadata(path)?.len() > FILE_MAX_BYTES {
        return Err(AnchorProblem::Malformed);
    }
    let bytes = fs::read(path)?;
    if bytes.first() == Some(&0x30) {
        return Ok(bytes);
    }
    let (label, der) = der::pem::decode_vec(bytes.trim_ascii()).map_err(|_| AnchorProblem::Malformed)?;
    if label == "CERTIFICATE" { Ok(der) } else { Err(AnchorProblem::Malformed) }
}

fn parse(kind: PinKind, der: &[u8]) -> Result<Anchor, AnchorProblem> {
    let signed = Signed::split(der).map_err(|_| AnchorProblem::Malformed)?;
    let tbs = TbsCertificate::from_der(signed.tbs).map_err(|_| AnchorProblem::Malformed)?;
    let extensions = tbs.extensions().map(Vec::as_slice).unwrap_or_default();
    let spki = tbs.subject_public_key_info().to_der().map_err(|_| AnchorProblem::Malformed)?;
    let key = PublicKey::from_spki(&spki).filter(PublicKey::is_rsa).ok_or(AnchorProblem::Key)?;

    let usage = authority_usage(extensions).ok_or(AnchorProblem::NotAnAuthority)?;
    let self_signed = tbs.issuer() == tbs.subject()
        && signed.is_sha256_with_rsa()
        && key.verify(signed.tbs, signed.signature).is_ok();
    if !self_signed {
        return Err(AnchorProblem::NotSelfSigned);
    }
    let key_id = x509::extension::<SubjectKeyIdentifier>(extensions, SubjectKeyIdentifier::OID)
        .map_err(|_| AnchorProblem::Malformed)?
        .and_then(|id| IssuerKeyId::from_bytes(id.0.as_bytes()).ok())
        .ok_or(AnchorProblem::NoKeyId)?;
    Ok(Anchor {
        kind,
        key_id,
        subject: tbs.subject().clone(),
        serial: x509::serial(tbs.serial_number()).ok_or(AnchorProblem::Malformed)?,
        key,
        signs_lists: usage.crl_sign(),
        not_before: x509::timestamp(&tbs.validity().not_before),
        not_after: x509::timestamp(&tbs.validity().not_after),
        fingerprint: key::sha256(der),
        spki,
    })
}

/// The key usage of an authority that may sign certificates; nothing if it may not.
fn authority_usage(extensions: &[Extension]) -> Option<KeyUsage> {
    let understood = [BasicConstraints::OID, KeyUsage::OID];
    let stranger = |extension: &Extension| extension.critical && !understood.contains(&extension.extn_id);
    if x509::has_duplicate(extensions) || extensions.iter().any(stranger) {
        return None;
    }
    let constraints = x509::extension::<BasicConstraints>(extensions, BasicConstraints::OID).ok()??;
    let usage = x509::extension::<KeyUsage>(extensions, KeyUsage::OID).ok()??;
    (constraints.ca && usage.key_cert_sign()).then_some(usage)
}
