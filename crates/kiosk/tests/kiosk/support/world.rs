//! The parts put together, and one visit.

use std::path::PathBuf;
use std::time::Duration;

use client::Retry;
use kiosk::{
    ClaimJournal, Delivery, JournalError, JournalFile, Kiosk, Outcome, Patience, Recovered, Stage, Verdict,
};
use reservation::PinKind;
use tempfile::TempDir;
use uuid::Uuid;
use virtual_card::driver::SimulatedReset;
use virtual_card::{CardInHand, Fault};

use super::card::{TestReader, fresh_card};
use super::holder::Holder;
use super::kill::{KillSwitch, StandingClock};
use super::server::TestServer;

pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) card: CardInHand,
    pub(crate) server: TestServer,
    pub(crate) kill: KillSwitch,
    pub(crate) clock: StandingClock,
    pub(crate) target: PinKind,
}

pub(crate) const RETRY: Retry =
    Retry { attempts: 3, first: Duration::from_secs(1), longest: Duration::from_secs(8) };

impl World {
    /// A reservation to reset this PIN of a fresh card.
    pub(crate) fn new(target: PinKind) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let card = fresh_card(dir.path());
        let kill = KillSwitch::default();
        let server = TestServer::reserved(target, kill.clone());
        Self { dir, card, server, kill, clock: StandingClock::default(), target }
    }

    pub(crate) fn journal_dir(&self) -> PathBuf {
        self.dir.path().join("journal")
    }

    pub(crate) fn journal_text(&self) -> String {
        std::fs::read_to_string(self.journal_dir().join("claims.jsonl")).unwrap_or_default()
    }

    pub(crate) fn open_claims(&self) -> Vec<(Uuid, Stage)> {
        JournalFile::open(&self.journal_dir()).unwrap().open_claims()
    }

    pub(crate) fn visit(&self, holder: &mut Holder) -> Outcome {
        self.visit_with(holder, &[Fault::None, Fault::None])
    }

    /// A visit in which the card is put on the reader once per fault.
    pub(crate) fn visit_with(&self, holder: &mut Holder, faults: &[Fault]) -> Outcome {
        let mut reader = TestReader::with(&self.card, faults, self.kill.clone());
        self.visit_at(holder, &mut reader)
    }

    pub(crate) fn visit_at(&self, holder: &mut Holder, reader: &mut TestReader) -> Outcome {
        holder.clock = self.clock.clone();
        let mut journal = self.journal();
        let mut kiosk = Kiosk {
            server: &self.server,
            reader,
            driver: &SimulatedReset,
            journal: &mut journal,
            person: holder,
            timer: &self.clock,
            patience: Patience { delivery: RETRY, ..Patience::default() },
        };
        kiosk.redeem(self.target)
    }

    pub(crate) fn recover(&self) -> Recovered {
        kiosk::recover(&self.server, &mut self.journal(), &self.clock, RETRY).unwrap()
    }

    fn journal(&self) -> KillableJournal {
        KillableJournal {
            file: JournalFile::open(&self.journal_dir()).unwrap(),
            kill: self.kill.clone(),
            fails: None,
            records: 0,
        }
    }

    /// A visit in which the journal cannot take this record (from 1).
    pub(crate) fn visit_with_failing_journal(&self, holder: &mut Holder, record: usize) -> Outcome {
        holder.clock = self.clock.clone();
        let mut journal = self.journal();
        journal.fails = Some(record);
        let mut reader = TestReader::with(&self.card, &[Fault::None], self.kill.clone());
        let mut kiosk = Kiosk {
            server: &self.server,
            reader: &mut reader,
            driver: &SimulatedReset,
            journal: &mut journal,
            person: holder,
            timer: &self.clock,
            patience: Patience { delivery: RETRY, ..Patience::default() },
        };
        kiosk.redeem(self.target)
    }
}

/// Whether the new PIN is set, and the server knows it.
pub(crate) fn done(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Done { delivery: Delivery::Final(Verdict::Completed), .. })
}

/// A journal before and after each of whose records the kiosk may die.
struct KillableJournal {
    file: JournalFile,
    kill: KillSwitch,
    fails: Option<usize>,
    records: usize,
}

impl ClaimJournal for KillableJournal {
    fn record(&mut self, claim: Uuid, stage: &Stage) -> Result<(), JournalError> {
        self.kill.step();
        self.records += 1;
        if self.fails == Some(self.records) {
            return Err(JournalError::Held);
        }
        let recorded = self.file.record(claim, stage);
        self.kill.step();
        recorded
    }

    fn open_claims(&self) -> Vec<(Uuid, Stage)> {
        self.file.open_claims()
    }
}
