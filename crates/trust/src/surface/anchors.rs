//! The pinned roots of the card-verifiable certificates: one directory of public keys, read once at start.
//!
//! A root of this hierarchy has no certificate: only a key and an identifier of 16 bytes, by which certificates name
//! it. So a file `<32 hex digits of the identifier>.pem` holds the key as a SubjectPublicKeyInfo.

use core::fmt;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::key::{self, PublicKey};

/// A PEM file of one RSA-2048 key has about 450 bytes.
const FILE_MAX_BYTES: u64 = 4096;
/// The real hierarchy has one root for this application; more than this is a wrong directory.
const ANCHORS_MAX: usize = 32;

/// The identifier of a root's key, as a card-verifiable certificate names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SurfaceKeyId(pub [u8; Self::BYTES]);

impl SurfaceKeyId {
    /// Its length.
    pub const BYTES: usize = 16;
}

impl fmt::Display for SurfaceKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SurfaceKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SurfaceKeyId({self})")
    }
}

/// Why the roots were not loaded: for the operator, with the file to look at.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct SurfaceAnchorError {
    /// The file or directory.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub problem: SurfaceAnchorProblem,
}

/// What is wrong with a root or with the directory.
#[derive(Debug, thiserror::Error)]
pub enum SurfaceAnchorProblem {
    /// It could not be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// The directory has no `*.pem`.
    #[error("has no public key (*.pem)")]
    Empty,
    /// The directory has more than 32 of them.
    #[error("has more than {ANCHORS_MAX} public keys: is it the right directory?")]
    TooMany,
    /// The file's name is no key identifier.
    #[error("its name is not the key identifier in 32 hexadecimal digits, with .pem behind them")]
    Name,
    /// Not exactly one PEM block of a public key.
    #[error("is not exactly one public key (SubjectPublicKeyInfo) in PEM")]
    Malformed,
    /// Not RSA with 2048 bits and exponent 65537.
    #[error("its key is not RSA with 2048 bits and exponent 65537")]
    Key,
    /// The same identifier, or the same key, stands there already.
    #[error("its key or key identifier is that of another file")]
    Duplicate,
}

/// What `doctor` shows of a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurfaceAnchorSummary {
    /// Its identifier.
    pub key_id: SurfaceKeyId,
    /// SHA-256 of the SubjectPublicKeyInfo, to compare with what the issuer says.
    pub fingerprint: [u8; 32],
}

struct Anchor {
    key: PublicKey,
    fingerprint: [u8; 32],
}

/// All pinned roots, parsed once.
pub struct SurfaceAnchors(BTreeMap<SurfaceKeyId, Anchor>);

impl SurfaceAnchors {
    /// Reads the roots: every `*.pem` of the directory.
    ///
    /// # Errors
    /// [`SurfaceAnchorError`] for the first file that is not right; a root is never skipped.
    pub fn load(directory: &Path) -> Result<Self, SurfaceAnchorError> {
        let mut anchors = Self(BTreeMap::new());
        for path in pem_files(directory)? {
            let problem = |problem| SurfaceAnchorError { path: path.clone(), problem };
            let key_id = key_id(&path).ok_or_else(|| problem(SurfaceAnchorProblem::Name))?;
            let anchor = read(&path).map_err(problem)?;
            let known = anchors.0.values().any(|other| other.fingerprint == anchor.fingerprint);
            if known || anchors.0.insert(key_id, anchor).is_some() {
                return Err(problem(SurfaceAnchorProblem::Duplicate));
            }
        }
        Ok(anchors)
    }

    /// All roots, for `doctor`, in order of their identifiers.
    pub fn summaries(&self) -> Vec<SurfaceAnchorSummary> {
        let summary = |(key_id, anchor): (&SurfaceKeyId, &Anchor)| SurfaceAnchorSummary {
            key_id: *key_id,
            fingerprint: anchor.fingerprint,
        };
        self.0.iter().map(summary).collect()
    }

    pub(crate) fn key(&self, id: SurfaceKeyId) -> Option<&PublicKey> {
        self.0.get(&id).map(|anchor| &anchor.key)
    }
}

impl fmt::Debug for SurfaceAnchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.summaries()).finish()
    }
}

/// The PEM files of a directory in order of their names.
fn pem_files(directory: &Path) -> Result<Vec<PathBuf>, SurfaceAnchorError> {
    let problem = |problem| SurfaceAnchorError { path: directory.to_owned(), problem };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| problem(error.into()))? {
        let path = entry.map_err(|error| problem(error.into()))?.path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            files.push(path);
        }
    }
    files.sort();
    match files.len() {
        0 => Err(problem(SurfaceAnchorProblem::Empty)),
        count if count > ANCHORS_MAX => Err(problem(SurfaceAnchorProblem::TooMany)),
        _ => Ok(files),
    }
}

fn key_id(path: &Path) -> Option<SurfaceKeyId> {
    let mut id = SurfaceKeyId([0; SurfaceKeyId::BYTES]);
    hex::decode_to_slice(path.file_stem()?.to_str()?, &mut id.0).ok()?;
    Some(id)
}

fn read(path: &Path) -> Result<Anchor, SurfaceAnchorProblem> {
    if fs::metadata(path)?.len() > FILE_MAX_BYTES {
        return Err(SurfaceAnchorProblem::Malformed);
    }
    let bytes = fs::read(path)?;
    let (label, spki) =
        der::pem::decode_vec(bytes.trim_ascii()).map_err(|_| SurfaceAnchorProblem::Malformed)?;
    if label != "PUBLIC KEY" {
        return Err(SurfaceAnchorProblem::Malformed);
    }
    let key = PublicKey::from_spki(&spki).filter(PublicKey::is_rsa).ok_or(SurfaceAnchorProblem::Key)?;
    Ok(Anchor { key, fingerprint: key::sha256(&spki) })
}
