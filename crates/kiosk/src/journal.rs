//! What this kiosk owes the server, on disk before anything is sent: an append-only file of mode 0600, one line of
//! JSON per change of a claim's stage, each durable before the call returns.
//!
//! A line holds the claim's id, its token, its stage and, at the end, the card's proof; never a PIN, never a
//! certificate. Settled claims are dropped when the journal is opened, tokens and all. A last line without its
//! newline was being written when the power failed: whoever wrote it had not gone on, so it is dropped too. Any other
//! line that does not parse stops the kiosk, since what it owed can no longer be known.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use client::lock::{Lock, LockError};
use client::private_file::{self, PrivateFileError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::stage::Stage;

const FILE: &str = "claims.jsonl";
const LOCK: &str = "lock";
/// Between two starts a kiosk writes a few lines per reset; this is some ten thousand resets.
const JOURNAL_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Why the journal cannot be used. Without it nothing is claimed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process works with it.
    #[error("another jpki-kiosk is at work with this journal")]
    Held,
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] PrivateFileError),
    /// It cannot be written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line in it is damaged; nothing was changed.
    #[error("{path}: line {line} is damaged; an operator must see to it")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    claim: Uuid,
    stage: Stage,
}

/// Where the stages of claims are kept.
pub trait ClaimJournal {
    /// Keeps the claim's stage durably before it returns.
    ///
    /// # Errors
    /// [`JournalError`]: it may not be kept, so what depends on it must not be done.
    fn record(&mut self, claim: Uuid, stage: &Stage) -> Result<(), JournalError>;

    /// Claims that are not settled, in the order of their ids.
    fn open_claims(&self) -> Vec<(Uuid, Stage)>;
}

/// The journal in a directory, held by this process alone.
#[derive(Debug)]
pub struct JournalFile {
    file: File,
    path: PathBuf,
    /// Bytes of whole lines.
    length: u64,
    /// Half a line could not be taken back: nothing may follow it.
    broken: bool,
    open: BTreeMap<Uuid, Stage>,
    _lock: Lock,
}

impl JournalFile {
    /// Opens the directory's journal, or begins one.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(dir: &Path) -> Result<Self, JournalError> {
        private_file::make_dir(dir)?;
        let lock_path = dir.join(LOCK);
        let lock = Lock::take(&lock_path).map_err(|error| match error {
            LockError::Held => JournalError::Held,
            LockError::Io(source) => JournalError::Io { path: lock_path, source },
        })?;
        let path = dir.join(FILE);
        let bytes = private_file::read(&path, JOURNAL_MAX_BYTES)?;
        let open = parse(bytes.as_ref().map_or(&[], |bytes| bytes.as_slice()))
            .map_err(|line| JournalError::Damaged { path: path.clone(), line })?;
        let mut kept = Vec::new();
        for (claim, stage) in &open {
            kept.extend_from_slice(&encode(*claim, stage));
        }
        private_file::write(&path, &kept)?;
        let file = OpenOptions::new()
            .append(true)
            .open(&path)
            .map_err(|source| JournalError::Io { path: path.clone(), source })?;
        Ok(Self { file, path, length: kept.len() as u64, broken: false, open, _lock: lock })
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier line is half written"));
        }
        let written = self.file.write_all(line).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => self.length += line.len() as u64,
            // A disk that is full takes half a line: taken back, it does not spoil the next one.
            Err(_) => self.broken = self.file.set_len(self.length).is_err(),
        }
        written
    }
}

impl ClaimJournal for JournalFile {
    fn record(&mut self, claim: Uuid, stage: &Stage) -> Result<(), JournalError> {
        let line = encode(claim, stage);
        self.append(&line).map_err(|source| JournalError::Io { path: self.path.clone(), source })?;
        if stage.is_settled() {
            self.open.remove(&claim);
        } else {
            self.open.insert(claim, stage.clone());
        }
        Ok(())
    }

    fn open_claims(&self) -> Vec<(Uuid, Stage)> {
        self.open.iter().map(|(claim, stage)| (*claim, stage.clone())).collect()
    }
}

fn encode(claim: Uuid, stage: &Stage) -> Vec<u8> {
    let mut line = serde_json::to_vec(&Line { claim, stage: stage.clone() }).expect("a stage is always JSON");
    line.push(b'\n');
    line
}

/// The claims that are not settled, or the number of the damaged line.
fn parse(bytes: &[u8]) -> Result<BTreeMap<Uuid, Stage>, usize> {
    let mut open = BTreeMap::new();
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    for (index, line) in bytes[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
        let Line { claim, stage } = serde_json::from_slice(line).map_err(|_| index + 1)?;
        if stage.is_settled() {
            open.remove(&claim);
        } else {
            open.insert(claim, stage);
        }
    }
    Ok(open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::{ClaimToken, Verdict};
    use std::os::unix::fs::MetadataExt as _;
    use wire::kiosk::{Completion, FailureReason};

    fn resetting(token: &str) -> Stage {
        Stage::Resetting { token: ClaimToken::new(token.into()) }
    }

    fn claim(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn what_was_recorded_is_there_after_a_restart_and_what_was_settled_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = JournalFile::open(dir.path()).unwrap();
        journal.record(claim(1), &resetting("a")).unwrap();
        journal.record(claim(2), &resetting("canary-token")).unwrap();
        journal.record(claim(2), &Stage::Settled { verdict: Verdict::Completed }).unwrap();
        let report = Completion::Failed { reason: FailureReason::CardRemoved };
        let reporting = Stage::Reporting { token: ClaimToken::new("a".into()), completion: report };
        journal.record(claim(1), &reporting).unwrap();
        drop(journal);
        let journal = JournalFile::open(dir.path()).unwrap();
        assert_eq!(journal.open_claims(), [(claim(1), reporting)]);
        let text = std::fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert!(!text.contains("canary"), "the token of a settled claim is of no more use");
    }

    #[test]
    fn only_the_owner_may_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("journal");
        drop(JournalFile::open(&dir).unwrap());
        assert_eq!(std::fs::metadata(&dir).unwrap().mode() & 0o777, 0o700);
        assert_eq!(std::fs::metadata(dir.join(FILE)).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_line_cut_short_anywhere_is_as_if_never_written() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = JournalFile::open(dir.path()).unwrap();
        journal.record(claim(1), &resetting("a")).unwrap();
        drop(journal);
        let path = dir.path().join(FILE);
        let whole = std::fs::read(&path).unwrap();
        let last = encode(claim(1), &Stage::Settled { verdict: Verdict::Noted });
        for cut in 0..last.len() {
            private_file::write(&path, &[whole.as_slice(), &last[..cut]].concat()).unwrap();
            let mut journal = JournalFile::open(dir.path()).unwrap();
            assert_eq!(journal.open_claims(), [(claim(1), resetting("a"))], "cut at {cut}");
            // The next line must not be glued to the rest of the cut one.
            journal.record(claim(2), &resetting("b")).unwrap();
            drop(journal);
            let journal = JournalFile::open(dir.path()).unwrap();
            assert_eq!(journal.open_claims().len(), 2, "cut at {cut}");
            drop(journal);
        }
    }

    #[test]
    fn a_damaged_line_stops_the_kiosk_and_is_left_for_the_operator() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let damaged = [&encode(claim(1), &resetting("a"))[..], b"{\"claim\":\n"].concat();
        private_file::write(&path, &damaged).unwrap();
        assert!(matches!(JournalFile::open(dir.path()), Err(JournalError::Damaged { line: 2, .. })));
        assert_eq!(std::fs::read(&path).unwrap(), damaged);
    }

    #[test]
    fn two_processes_do_not_work_with_one_journal() {
        let dir = tempfile::tempdir().unwrap();
        let _first = JournalFile::open(dir.path()).unwrap();
        assert!(matches!(JournalFile::open(dir.path()), Err(JournalError::Held)));
    }
}
