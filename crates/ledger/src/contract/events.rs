//! Events are part of the commit.

use super::{Subject, card, change};
use crate::change::{CommitId, EVENTS_KEPT, StoredEvent};
use crate::error::CommitError;

/// One event per commit, oldest first.
pub async fn events_stand_in_the_order_of_their_commits(subject: &impl Subject) {
    let (ledger, key) = (subject.ledger(), card(1));
    let mut expected = None;
    let mut written = Vec::new();
    for number in 0..20 {
        let next = change(&key, expected, format!("{number}"), subject.now());
        assert_eq!(ledger.commit(&next).await, Ok(()));
        written.push(StoredEvent { version: next.next, bytes: next.event });
        expected = Some(next.next);
    }
    assert_eq!(ledger.events(&key).await, Ok(written));
    assert_eq!(ledger.events(&card(2)).await, Ok(Vec::new()));
}

/// No commit, no event.
pub async fn a_refused_commit_leaves_no_event(subject: &impl Subject) {
    let (ledger, key) = (subject.ledger(), card(1));
    let refused = change(&key, Some(CommitId::random()), "refused", subject.now());
    assert_eq!(ledger.commit(&refused).await, Err(CommitError::Conflict));
    assert_eq!(ledger.events(&key).await, Ok(Vec::new()));
}

/// A client that repeats itself does not fill the store.
pub async fn only_the_newest_events_are_kept(subject: &impl Subject) {
    let (ledger, key) = (subject.ledger(), card(1));
    let mut expected = None;
    let mut newest = CommitId::random();
    for number in 0..EVENTS_KEPT + 3 {
        let next = change(&key, expected, format!("{number}"), subject.now());
        assert_eq!(ledger.commit(&next).await, Ok(()));
        newest = next.next;
        expected = Some(newest);
    }
    let events = ledger.events(&key).await.expect("events are read");
    assert_eq!(events.len(), EVENTS_KEPT);
    assert_eq!(events[0].bytes, b"event of 3");
    assert_eq!(events[EVENTS_KEPT - 1].version, newest);
}
