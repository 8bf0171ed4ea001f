//! The contract on redb, and what only this store can be asked.

mod power;

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use redb::{ReadableDatabase, ReadableTableMetadata};
use reservation::Timestamp;
use tempfile::TempDir;

use super::tables::{EVENTS, EXPIRY, META, META_FORMAT, RECORDS, REMEMBERED};
use super::{EmbeddedLedger, OpenError};
use crate::change::{Remembered, Stored};
use crate::clock::{Clock, ManualClock};
use crate::contract::{Subject, card, change};
use crate::error::CommitError;
use crate::key::{Purpose, RememberedKey};
use crate::port::Ledger;

struct Embedded {
    ledger: Arc<EmbeddedLedger>,
    clock: Arc<ManualClock>,
    directory: TempDir,
}

impl Subject for Embedded {
    fn ledger(&self) -> Arc<dyn Ledger> {
        Arc::clone(&self.ledger) as Arc<dyn Ledger>
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl Embedded {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_unix_secs(1_800_000_000)));
        let ledger = open(&directory, &clock).unwrap();
        Self { ledger: Arc::new(ledger), clock, directory }
    }

    /// Closes the store and opens it again, with the clock as it stands now.
    fn reopen(self) -> Self {
        let Self { ledger, clock, directory } = self;
        drop(Arc::into_inner(ledger).expect("nobody else holds the store"));
        let ledger = Arc::new(open(&directory, &clock).unwrap());
        Self { ledger, clock, directory }
    }

    fn rows(&self) -> [u64; 4] {
        let view = self.ledger.database.begin_read().unwrap();
        [
            view.open_table(RECORDS).unwrap().len().unwrap(),
            view.open_table(EVENTS).unwrap().len().unwrap(),
            view.open_table(REMEMBERED).unwrap().len().unwrap(),
            view.open_table(EXPIRY).unwrap().len().unwrap(),
        ]
    }
}

fn open(directory: &TempDir, clock: &Arc<ManualClock>) -> Result<EmbeddedLedger, OpenError> {
    EmbeddedLedger::open(&directory.path().join("ledger.redb"), Arc::clone(clock) as Arc<dyn Clock>)
}

#[expect(clippy::unused_async, reason = "the contract's macro awaits it")]
async fn fresh() -> Embedded {
    Embedded::new()
}

crate::contract_tests!(fresh);

fn proof() -> RememberedKey {
    RememberedKey::new(Purpose::DpopProof, &[b"proof"])
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let subject = Embedded::new();
    let until = subject.now().after(Duration::from_secs(60));
    let commit = change(&card(1), None, "kept", subject.now());
    assert_eq!(subject.ledger.commit(&commit).await, Ok(()));
    assert_eq!(subject.ledger.remember(&proof(), until, subject.now()).await, Ok(Remembered::Fresh));
    let subject = subject.reopen();
    let stored = Stored { version: commit.next, bytes: b"kept".to_vec() };
    assert_eq!(subject.ledger.load(&card(1)).await, Ok(Some(stored)));
    assert_eq!(subject.ledger.events(&card(1)).await.map(|events| events.len()), Ok(1));
    assert_eq!(subject.ledger.remember(&proof(), until, subject.now()).await, Ok(Remembered::Seen));
}

#[tokio::test]
async fn expiry_takes_effect_to_the_millisecond_and_leaves_no_row() {
    let subject = Embedded::new();
    let end = subject.now().after(Duration::from_secs(60));
    let mut commit = change(&card(1), None, "a minute", subject.now());
    commit.expires_at = Some(end);
    assert_eq!(subject.ledger.commit(&commit).await, Ok(()));
    assert_eq!(subject.ledger.remember(&proof(), end, subject.now()).await, Ok(Remembered::Fresh));
    assert_eq!(subject.rows(), [1, 1, 1, 2]);

    subject.clock.advance(Duration::from_millis(59_999));
    assert!(subject.ledger.load(&card(1)).await.unwrap().is_some());
    assert_eq!(subject.ledger.remember(&proof(), end, subject.now()).await, Ok(Remembered::Seen));
    subject.clock.advance(Duration::from_millis(1));
    assert_eq!(subject.ledger.load(&card(1)).await, Ok(None));

    // Any commit takes a bite out of what has expired.
    assert_eq!(subject.ledger.commit(&change(&card(2), None, "next", subject.now())).await, Ok(()));
    assert_eq!(subject.rows(), [1, 1, 0, 0]);
}

#[tokio::test]
async fn a_remembered_use_may_come_again_once_its_time_is_over() {
    let subject = Embedded::new();
    for _ in 0..3 {
        let until = subject.now().after(Duration::from_secs(60));
        assert_eq!(subject.ledger.remember(&proof(), until, subject.now()).await, Ok(Remembered::Fresh));
        assert_eq!(subject.ledger.remember(&proof(), until, subject.now()).await, Ok(Remembered::Seen));
        subject.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(subject.rows()[2..], [1, 1]);
}

#[tokio::test]
async fn a_record_that_lost_its_expiry_stays_for_good() {
    let subject = Embedded::new();
    let mut first = change(&card(1), None, "a minute", subject.now());
    first.expires_at = Some(subject.now().after(Duration::from_secs(60)));
    let second = change(&card(1), Some(first.next), "for good", subject.now());
    assert_eq!(subject.ledger.commit(&first).await, Ok(()));
    assert_eq!(subject.ledger.commit(&second).await, Ok(()));
    subject.clock.advance(Duration::from_secs(100 * 365 * 86_400));
    assert_eq!(subject.ledger.commit(&change(&card(2), None, "sweeps", subject.now())).await, Ok(()));
    assert!(subject.ledger.load(&card(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_clock_that_falls_back_revives_nothing_even_over_a_restart() {
    let subject = Embedded::new();
    let began = subject.now();
    let mut commit = change(&card(1), None, "a minute", subject.now());
    commit.expires_at = Some(began.after(Duration::from_secs(60)));
    assert_eq!(subject.ledger.commit(&commit).await, Ok(()));
    subject.clock.advance(Duration::from_secs(120));
    assert_eq!(subject.ledger.load(&card(1)).await, Ok(None));
    subject.clock.set(began);
    assert_eq!(subject.ledger.load(&card(1)).await, Ok(None));

    let until = began.after(Duration::from_secs(60));
    assert_eq!(subject.ledger.remember(&proof(), until, began).await, Ok(Remembered::Fresh));
    let subject = subject.reopen();
    assert_eq!(subject.ledger.load(&card(1)).await, Ok(None));
    assert_eq!(subject.ledger.remember(&proof(), until, began).await, Ok(Remembered::Seen));
    let late = change(&card(1), Some(commit.next), "late", began);
    assert_eq!(subject.ledger.commit(&late).await, Err(CommitError::Conflict));
}

#[tokio::test]
async fn a_great_clearing_is_done_in_bites() {
    let subject = Embedded::new();
    let end = subject.now().after(Duration::from_secs(1));
    let mut notes = tokio::task::JoinSet::new();
    for number in 0..1200u32 {
        let (ledger, now) = (Arc::clone(&subject.ledger), subject.now());
        let key = RememberedKey::new(Purpose::DpopProof, &[&number.to_be_bytes()]);
        if notes.len() == 1000 {
            notes.join_next().await;
        }
        notes.spawn(async move { ledger.remember(&key, end, now).await.unwrap() });
    }
    assert!(notes.join_all().await.iter().all(|noted| *noted == Remembered::Fresh));
    assert_eq!(subject.rows()[2], 1200);
    subject.clock.advance(Duration::from_secs(2));
    // The first commit clears one bite; the writer goes on by itself, so at most the rest is left.
    assert_eq!(subject.ledger.commit(&change(&card(1), None, "next", subject.now())).await, Ok(()));
    assert!(subject.rows()[2] <= 1200 - 512);
    let subject = subject.reopen();
    for number in 0..3u64 {
        let commit = change(&card(10 + number), None, "next", subject.now());
        assert_eq!(subject.ledger.commit(&commit).await, Ok(()));
    }
    assert_eq!(subject.rows()[2], 0);
}

#[tokio::test]
async fn the_file_is_for_its_owner_only() {
    let subject = Embedded::new();
    let path = subject.directory.path().join("ledger.redb");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    let Embedded { ledger, clock, directory } = subject;
    drop(ledger);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let refused = open(&directory, &clock).err().expect("others may read it");
    assert!(matches!(refused, OpenError::Exposed { mode: 0o640, .. }), "{refused}");
    assert!(refused.to_string().contains("chmod 600"));
}

#[tokio::test]
async fn a_creation_that_was_cut_off_is_begun_anew() {
    let directory = TempDir::new().unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::from_unix_secs(1_800_000_000)));
    let aside = directory.path().join("ledger.redb.new");
    std::fs::write(&aside, b"half a database").unwrap();
    std::fs::set_permissions(&aside, std::fs::Permissions::from_mode(0o600)).unwrap();
    let ledger = open(&directory, &clock).unwrap();
    assert!(!aside.exists());
    assert_eq!(ledger.commit(&change(&card(1), None, "state", clock.now())).await, Ok(()));
    drop(ledger);
    let ledger = open(&directory, &clock).unwrap();
    assert!(ledger.load(&card(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn of_many_that_create_the_store_at_once_one_has_it() {
    let directory = Arc::new(TempDir::new().unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp::from_unix_secs(1_800_000_000)));
    let opening: Vec<_> = (0..8)
        .map(|_| {
            let (directory, clock) = (Arc::clone(&directory), Arc::clone(&clock));
            std::thread::spawn(move || open(&directory, &clock))
        })
        .collect();
    let opened: Vec<_> = opening.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(opened.iter().filter(|opened| opened.is_ok()).count(), 1);
    assert!(opened.iter().all(|opened| matches!(opened, Ok(_) | Err(OpenError::InUse(_)))));
    let ledger = opened.into_iter().find_map(Result::ok).unwrap();
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left aside");
    assert_eq!(ledger.commit(&change(&card(1), None, "state", clock.now())).await, Ok(()));
}

#[tokio::test]
async fn a_second_process_is_refused_and_told_why() {
    let subject = Embedded::new();
    let refused = open(&subject.directory, &subject.clock).err().expect("the file is locked");
    assert!(matches!(refused, OpenError::InUse(_)), "{refused}");
    assert!(refused.to_string().contains("use Redis for several servers"));
    assert_eq!(subject.ledger.commit(&change(&card(1), None, "unharmed", subject.now())).await, Ok(()));
}

#[tokio::test]
async fn a_file_of_another_format_is_refused() {
    let subject = Embedded::new();
    let transaction = subject.ledger.database.begin_write().unwrap();
    transaction.open_table(META).unwrap().insert(META_FORMAT, 2).unwrap();
    transaction.commit().unwrap();
    let Embedded { ledger, clock, directory } = subject;
    drop(ledger);
    let refused = open(&directory, &clock).err().expect("format 2 is unknown");
    assert!(matches!(refused, OpenError::UnknownFormat { found: 2 }), "{refused}");
    std::fs::write(directory.path().join("ledger.redb"), b"this is no database").unwrap();
    assert!(matches!(open(&directory, &clock).err(), Some(OpenError::Database(_))));
}

#[tokio::test]
async fn a_damaged_row_is_reported_and_does_not_stop_the_others() {
    let subject = Embedded::new();
    let transaction = subject.ledger.database.begin_write().unwrap();
    transaction.open_table(RECORDS).unwrap().insert(card(1).to_bytes().as_slice(), &[1u8, 2][..]).unwrap();
    transaction.commit().unwrap();
    assert_eq!(subject.ledger.load(&card(1)).await, Err(crate::ReadError::Damaged));
    let commit = change(&card(1), None, "on top", subject.now());
    assert_eq!(subject.ledger.commit(&commit).await, Err(CommitError::Damaged));
    assert_eq!(subject.ledger.commit(&change(&card(2), None, "fine", subject.now())).await, Ok(()));
}
