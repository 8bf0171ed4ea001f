//! Revocation from signed CRL files in a directory: `*.crl`, DER, one or more per authority.
//!
//! The answer follows the files as they are now. A file that is broken, unsigned, of an unknown issuer or older
//! than one seen before is not used, and an authority without a usable list is *unknown*, never *good*. Replace
//! files by rename: a half-written list is a broken one.
//!
//! The highest CRL number seen of each authority is kept in memory only: after a restart an older list that has
//! not reached its nextUpdate is accepted again.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use reservation::{PinKind, Timestamp};

use crate::anchors::Anchors;
use crate::certificate_ref::{CertificateRef, IssuerKeyId};
use crate::crl::{Crl, CrlProblem, CrlSequence};
use crate::key::sha256;
use crate::revocation::{Revocation, Status, Unknown};
use crate::watched::{FileStamp, Source, Watched};

/// A list of a million certificates has about 40 MB.
pub(crate) const FILE_MAX_BYTES: u64 = 256 << 20;
/// More lists than this are a wrong directory.
const FILES_MAX: usize = 64;

/// The directory of the lists cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct CrlDirError {
    /// The directory.
    pub path: PathBuf,
    /// Why.
    pub source: std::io::Error,
}

/// What one file is, for `doctor` and for metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlReport {
    /// The file.
    pub path: PathBuf,
    /// What it covers, or why it is not used.
    pub list: Result<CrlSummary, CrlProblem>,
}

/// A list that is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlSummary {
    /// The purpose of its authority.
    pub kind: PinKind,
    /// The authority's key.
    pub issuer_key_id: IssuerKeyId,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one is due; five minutes later it is stale.
    pub next_update: Timestamp,
    /// How many certificates it lists.
    pub entries: usize,
}

/// Revocation from the CRL files of one directory.
pub struct CrlFiles(Watched<Directory>);

struct Directory {
    path: PathBuf,
    anchors: Arc<Anchors>,
}

/// A CRL number and the list that had it.
type Mark = (CrlSequence, [u8; 32]);

#[derive(Default)]
struct Lists {
    by_issuer: HashMap<IssuerKeyId, Crl>,
    highest: HashMap<IssuerKeyId, Mark>,
    reports: Vec<CrlReport>,
}

impl CrlFiles {
    /// Reads all lists of `directory`. Broken ones are reported by [`Self::reports`] and in the log; authorities
    /// without a list are *unknown*.
    ///
    /// # Errors
    /// [`CrlDirError`] if the directory cannot be read at all.
    pub fn open(directory: &Path, anchors: Arc<Anchors>) -> Result<Self, CrlDirError> {
        let found = fs::read_dir(directory);
        found.map_err(|source| CrlDirError { path: directory.to_owned(), source })?;
        Ok(Self(Watched::open(Directory { path: directory.to_owned(), anchors })))
    }

    /// What every file of the directory was when it was last read.
    pub fn reports(&self) -> Vec<CrlReport> {
        self.0.last().reports.clone()
    }
}

#[async_trait]
impl Revocation for CrlFiles {
    async fn status(&self, certificate: &CertificateRef, now: Timestamp) -> Result<Status, Unknown> {
        let lists = self.0.current().await;
        lists
            .by_issuer
            .get(&certificate.issuer_key_id)
            .filter(|list| list.kind == certificate.kind)
            .ok_or(Unknown::NotCovered)?
            .status(&certificate.serial, now)
    }
}

impl Source for Directory {
    type Value = Lists;

    fn stamps(&self) -> Option<Vec<FileStamp>> {
        let mut stamps = Vec::new();
        for entry in fs::read_dir(&self.path).ok()? {
            let path = entry.ok()?.path();
            if path.extension().is_some_and(|extension| extension == "crl") {
                stamps.push(FileStamp::of(&path).ok()?);
            }
        }
        stamps.sort_by(|a, b| a.path().cmp(b.path()));
        stamps.truncate(FILES_MAX);
        Some(stamps)
    }

    fn read(&self, stamps: Option<&[FileStamp]>, before: Option<&Lists>) -> Lists {
        let highest = before.map(|lists| lists.highest.clone()).unwrap_or_default();
        let mut lists = Lists { highest, ..Lists::default() };
        for stamp in stamps.unwrap_or_default() {
            let list = read_list(stamp, &self.anchors).and_then(|(mark, crl)| lists.add(mark, crl));
            if let Err(problem) = &list {
                tracing::error!(crl.path = %stamp.path().display(), %problem, "revocation list not used");
            }
            lists.reports.push(CrlReport { path: stamp.path().to_owned(), list });
        }
        lists
    }
}

fn read_list(stamp: &FileStamp, anchors: &Anchors) -> Result<(Mark, Crl), CrlProblem> {
    if stamp.length() > FILE_MAX_BYTES {
        return Err(CrlProblem::TooLarge);
    }
    let bytes = fs::read(stamp.path()).map_err(|_| CrlProblem::Unreadable)?;
    let crl = Crl::verify(&bytes, anchors)?;
    Ok(((crl.number, sha256(&bytes)), crl))
}

impl Lists {
    /// Takes a list in unless a newer one of its issuer was here: in this reading, or in an earlier one.
    fn add(&mut self, mark: Mark, crl: Crl) -> Result<CrlSummary, CrlProblem> {
        let (number, hash) = mark;
        if let Some((highest, seen)) = self.highest.get(&crl.issuer_key_id)
            && (number < *highest || (number == *highest && hash != *seen))
        {
            return Err(CrlProblem::NumberWentBack);
        }
        let summary = CrlSummary {
            kind: crl.kind,
            issuer_key_id: crl.issuer_key_id.clone(),
            this_update: crl.this_update,
            next_update: crl.next_update,
            entries: crl.entries(),
        };
        self.highest.insert(crl.issuer_key_id.clone(), mark);
        self.by_issuer.insert(crl.issuer_key_id.clone(), crl);
        Ok(summary)
    }
}
