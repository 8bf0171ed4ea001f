//! The store against a map in memory.

use std::collections::BTreeMap;

use super::{Subject, card, change};
use crate::change::{Change, CommitId, Stored, StoredEvent};
use crate::error::CommitError;

const CARDS: u64 = 4;
const COMMANDS: usize = 400;

/// What a store is, in five lines.
#[derive(Default)]
struct Model {
    records: BTreeMap<u64, (CommitId, Vec<u8>)>,
    events: BTreeMap<u64, Vec<StoredEvent>>,
}

impl Model {
    fn version(&self, card: u64) -> Option<CommitId> {
        self.records.get(&card).map(|record| record.0)
    }

    fn commit(&mut self, card: u64, change: &Change) -> Result<(), CommitError> {
        if self.version(card) == Some(change.next) {
            return Ok(());
        }
        if self.version(card) != change.expected {
            return Err(CommitError::Conflict);
        }
        self.records.insert(card, (change.next, change.record.clone()));
        let event = StoredEvent { version: change.next, bytes: change.event.clone() };
        self.events.entry(card).or_default().push(event);
        Ok(())
    }
}

/// Right, wrong, repeated and overtaken commits in random order (a fixed seed), each answer compared.
pub async fn random_commands_agree_with_the_model(subject: &impl Subject) {
    let ledger = subject.ledger();
    let mut model = Model::default();
    let mut past: Vec<(u64, Change)> = Vec::new();
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = |below: u64| {
        // xorshift64 (Marsaglia, 2003): the same sequence in every run.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    for number in 0..COMMANDS {
        let repeats = !past.is_empty() && draw(4) == 0;
        let (name, commit) = if repeats {
            past[draw(past.len() as u64) as usize].clone()
        } else {
            let name = draw(CARDS);
            let expected = match draw(5) {
                0 => None,
                1 => Some(CommitId::random()),
                _ => model.version(name),
            };
            (name, change(&card(name), expected, format!("state {number}"), subject.now()))
        };
        assert_eq!(ledger.commit(&commit).await, model.commit(name, &commit), "command {number}");
        past.push((name, commit));
    }
    for name in 0..CARDS {
        let record = model
            .records
            .get(&name)
            .map(|(version, bytes)| Stored { version: *version, bytes: bytes.clone() });
        assert_eq!(ledger.load(&card(name)).await, Ok(record));
        let events = model.events.remove(&name).unwrap_or_default();
        assert_eq!(ledger.events(&card(name)).await, Ok(events));
    }
}
