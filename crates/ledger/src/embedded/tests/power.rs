//! Power cuts: a disk that keeps what was synced, and of the rest a random part, torn at sectors.

use std::io;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use redb::StorageBackend;
use reservation::Timestamp;

use super::super::{EmbeddedLedger, file};
use crate::change::{Change, CommitId};
use crate::clock::{Clock, ManualClock};
use crate::contract::{card, change};
use crate::port::Ledger;

const SECTOR: usize = 512;
const RECORDS: u64 = 3;

#[derive(Clone, Debug)]
enum Operation {
    Write(u64, Vec<u8>),
    SetLength(u64),
}

#[derive(Debug, Default)]
struct Platter {
    durable: Vec<u8>,
    /// What the program sees.
    current: Vec<u8>,
    /// Since the last sync.
    pending: Vec<Operation>,
    /// Operations until the power goes.
    left: usize,
}

#[derive(Clone, Debug, Default)]
struct Disk(Arc<Mutex<Platter>>);

impl Disk {
    fn with(image: Vec<u8>, operations_left: usize) -> Self {
        let platter =
            Platter { durable: image.clone(), current: image, pending: Vec::new(), left: operations_left };
        Self(Arc::new(Mutex::new(platter)))
    }

    /// What is on the disk when the power comes back.
    fn after_power_cut(&self, mut random: impl FnMut(usize) -> usize) -> Vec<u8> {
        let platter = self.0.lock().unwrap();
        let mut image = platter.durable.clone();
        for operation in &platter.pending {
            match operation {
                _ if random(2) == 0 => {}
                Operation::Write(place, data) => {
                    let sectors = data.len().div_ceil(SECTOR);
                    let written = if random(4) == 0 { random(sectors + 1) * SECTOR } else { data.len() };
                    apply(&mut image, &Operation::Write(*place, data[..written.min(data.len())].to_vec()));
                }
                Operation::SetLength(_) => apply(&mut image, operation),
            }
        }
        image
    }

    fn operate(&self, operation: Option<Operation>) -> io::Result<()> {
        let mut platter = self.0.lock().unwrap();
        let Some(left) = platter.left.checked_sub(1) else { return Err(io::Error::other("no power")) };
        platter.left = left;
        match operation {
            Some(operation) => {
                apply(&mut platter.current, &operation);
                platter.pending.push(operation);
            }
            None => {
                platter.durable = platter.current.clone();
                platter.pending.clear();
            }
        }
        Ok(())
    }
}

fn apply(image: &mut Vec<u8>, operation: &Operation) {
    match operation {
        Operation::Write(place, data) => {
            let (begin, end) = (*place as usize, *place as usize + data.len());
            if image.len() < end {
                image.resize(end, 0);
            }
            image[begin..end].copy_from_slice(data);
        }
        Operation::SetLength(length) => image.resize(*length as usize, 0),
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().current.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let platter = self.0.lock().unwrap();
        let from = offset as usize;
        let part = platter.current.get(from..from + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(part);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.operate(Some(Operation::SetLength(len)))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.operate(None)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.operate(Some(Operation::Write(offset, data.to_vec())))
    }
}

fn open(disk: &Disk) -> Option<EmbeddedLedger> {
    let clock = Arc::new(ManualClock::at(Timestamp::from_unix_secs(1_800_000_000)));
    let database = file::builder().create_with_backend(disk.clone()).ok()?;
    EmbeddedLedger::start(Arc::new(database), clock as Arc<dyn Clock>).ok()
}

/// What a client knows of one record.
#[derive(Default)]
struct Known {
    acknowledged: Vec<CommitId>,
    tried: Option<Change>,
}

async fn commit_until_the_power_goes(ledger: &EmbeddedLedger, known: &mut [Known]) {
    let now = ledger.clock.now();
    for round in 0..40 {
        for number in 0..RECORDS {
            let known = &mut known[number as usize];
            let bytes = vec![round as u8; 200 * (round + 1)];
            let next = change(&card(number), known.acknowledged.last().copied(), bytes, now);
            known.tried = Some(next.clone());
            match ledger.commit(&next).await {
                Ok(()) => known.acknowledged.push(next.next),
                Err(_) => return,
            }
        }
    }
}

async fn check(ledger: &EmbeddedLedger, known: &mut [Known]) -> Result<(), TestCaseError> {
    for number in 0..RECORDS {
        let known = &mut known[number as usize];
        let stored = ledger.load(&card(number)).await.expect("the store is read");
        let version = stored.as_ref().map(|stored| stored.version);
        if let Some(tried) = known.tried.take().filter(|tried| version == Some(tried.next)) {
            prop_assert_eq!(stored.map(|stored| stored.bytes), Some(tried.record));
            if known.acknowledged.last() != Some(&tried.next) {
                known.acknowledged.push(tried.next);
            }
        }
        prop_assert_eq!(version, known.acknowledged.last().copied(), "record {}", number);
        let events = ledger.events(&card(number)).await.expect("events are read");
        let versions: Vec<CommitId> = events.into_iter().map(|event| event.version).collect();
        prop_assert_eq!(&versions, &known.acknowledged);
    }
    Ok(())
}

/// 64, or `PROPTEST_CASES` for a long run.
fn cases() -> u32 {
    #[expect(clippy::disallowed_methods, reason = "the variable that proptest itself goes by")]
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn a_power_cut_at_any_write_loses_nothing_acknowledged_and_leaves_nothing_half_done(
        cuts in proptest::collection::vec(1..400usize, 1..4),
        mut seed in 1..u64::MAX,
    ) {
        let mut random = move |below: usize| {
            // xorshift64 (Marsaglia, 2003).
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 20) as usize % below
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime is made");
        let mut known: Vec<Known> = (0..RECORDS).map(|_| Known::default()).collect();
        // A store is made aside and named when it is whole: no cut falls into its making.
        let disk = Disk::with(Vec::new(), usize::MAX);
        drop(open(&disk).expect("a new store opens"));
        let mut image = disk.after_power_cut(&mut random);
        for cut in cuts {
            let disk = Disk::with(image, cut);
            if let Some(ledger) = open(&disk) {
                runtime.block_on(commit_until_the_power_goes(&ledger, &mut known));
            }
            image = disk.after_power_cut(&mut random);
            let disk = Disk::with(image.clone(), usize::MAX);
            let ledger = open(&disk).expect("the store opens after a power cut");
            runtime.block_on(check(&ledger, &mut known))?;
            drop(ledger);
            image = disk.after_power_cut(&mut random);
        }
    }
}
