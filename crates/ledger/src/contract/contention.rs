//! Many at once: nothing lost, nothing doubled.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{Subject, card, change};
use crate::error::CommitError;
use crate::port::Ledger;

const COMMITTERS: u64 = 16;
const INCREMENTS: u64 = 25;

const RECORDS: u64 = 200;
const CLAIMS_PER_RECORD: u64 = 50;
const AT_ONCE: usize = 400;

/// A counter that every task raises by load, add and commit, again after each conflict.
pub async fn concurrent_committers_lose_nothing_and_double_nothing(subject: &impl Subject) {
    let now = subject.now();
    let mut tasks = JoinSet::new();
    for _ in 0..COMMITTERS {
        let ledger = subject.ledger();
        tasks.spawn(async move {
            for _ in 0..INCREMENTS {
                while !increment(&ledger, now).await {}
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no task panics");
    }
    let stored = subject.ledger().load(&card(1)).await.expect("the counter is read").expect("it is there");
    assert_eq!(stored.bytes, (COMMITTERS * INCREMENTS).to_be_bytes());
    let events = subject.ledger().events(&card(1)).await.expect("events are read");
    assert_eq!(events.last().map(|event| event.version), Some(stored.version));
}

async fn increment(ledger: &Arc<dyn Ledger>, now: reservation::Timestamp) -> bool {
    let stored = ledger.load(&card(1)).await.expect("the counter is read");
    let count = stored.as_ref().map_or(0, |stored| {
        u64::from_be_bytes(stored.bytes.as_slice().try_into().expect("a counter has eight bytes"))
    });
    let expected = stored.map(|stored| stored.version);
    match ledger.commit(&change(&card(1), expected, (count + 1).to_be_bytes(), now)).await {
        Ok(()) => true,
        Err(CommitError::Conflict) => false,
        Err(error) => panic!("{error}"),
    }
}

/// Fifty claims on each of two hundred records at the same version: one wins, the others are told.
pub async fn ten_thousand_contested_claims_have_one_winner_each(subject: &impl Subject) {
    let now = subject.now();
    let mut wins = vec![0u32; RECORDS as usize];
    let mut conflicts = 0;
    let mut tasks: JoinSet<(u64, Result<(), CommitError>)> = JoinSet::new();
    let mut count = |done: (u64, Result<(), CommitError>)| match done.1 {
        Ok(()) => wins[done.0 as usize] += 1,
        Err(CommitError::Conflict) => conflicts += 1,
        Err(error) => panic!("{error}"),
    };
    for claim in 0..RECORDS * CLAIMS_PER_RECORD {
        if tasks.len() == AT_ONCE {
            count(tasks.join_next().await.expect("tasks are running").expect("no task panics"));
        }
        // Neighbours in the queue claim the same record, so that they meet.
        let record = claim / CLAIMS_PER_RECORD;
        let ledger = subject.ledger();
        tasks.spawn(async move {
            let claim = change(&card(record), None, claim.to_be_bytes(), now);
            (record, ledger.commit(&claim).await)
        });
    }
    while let Some(done) = tasks.join_next().await {
        count(done.expect("no task panics"));
    }
    assert!(wins.iter().all(|wins| *wins == 1), "{wins:?}");
    assert_eq!(conflicts, RECORDS * (CLAIMS_PER_RECORD - 1));
}
