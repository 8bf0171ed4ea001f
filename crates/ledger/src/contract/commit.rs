//! Compare and commit.

use std::time::Duration;

use reservation::{CardId, InstallationId, Timestamp};

use super::{Subject, card, change};
use crate::change::{CommitId, EVENT_MAX_BYTES, RECORD_MAX_BYTES, Stored};
use crate::error::{CommitError, Health, NotReady};
use crate::key::RecordKey;

/// Nothing is there until it is committed.
pub async fn an_absent_record_loads_as_nothing(subject: &impl Subject) {
    let ledger = subject.ledger();
    assert_eq!(ledger.load(&card(1)).await, Ok(None));
    assert_eq!(ledger.events(&card(1)).await, Ok(Vec::new()));
}

/// `expected: None` creates, and creates once.
pub async fn a_record_is_created_only_if_absent(subject: &impl Subject) {
    let (ledger, key) = (subject.ledger(), card(1));
    let first = change(&key, None, "first", subject.now());
    assert_eq!(ledger.commit(&first).await, Ok(()));
    let second = change(&key, None, "second", subject.now());
    assert_eq!(ledger.commit(&second).await, Err(CommitError::Conflict));
    let stored = Stored { version: first.next, bytes: b"first".to_vec() };
    assert_eq!(ledger.load(&key).await, Ok(Some(stored)));
}

/// The ordinary case.
pub async fn a_commit_on_the_current_version_replaces_the_record(subject: &impl Subject) {
    let (ledger, key) = (subject.ledger(), card(1));
    let mut expected = None;
    for number in 0..5 {
        let next = change(&key, expected, format!("state {number}"), subject.now());
        assert_eq!(ledger.commit(&next).await, Ok(()));
        let stored = Stored { version: next.next, bytes: next.record.clone() };
        assert_eq!(ledger.load(&key).await, Ok(Some(stored)));
        expected = Some(next.next);
    }
}

/// A version is compared for equality: neither an older nor an unknown one will do.
pub async fn a_commit_on_another_version_is_refused_and_changes_nothing(subject: &impl Subject) {
    let (ledger, key) = (subject.ledger(), card(1));
    let first = change(&key, None, "first", subject.now());
    let second = change(&key, Some(first.next), "second", subject.now());
    assert_eq!(ledger.commit(&first).await, Ok(()));
    assert_eq!(ledger.commit(&second).await, Ok(()));
    for wrong in [None, Some(first.next), Some(CommitId::random())] {
        let third = change(&key, wrong, "third", subject.now());
        assert_eq!(ledger.commit(&third).await, Err(CommitError::Conflict));
    }
    let stored = Stored { version: second.next, bytes: b"second".to_vec() };
    assert_eq!(ledger.load(&key).await, Ok(Some(stored)));
}

/// A record that has gone does not come back through a late commit.
pub async fn a_commit_that_expects_a_record_does_not_create_one(subject: &impl Subject) {
    let (ledger, key) = (subject.ledger(), card(1));
    let late = change(&key, Some(CommitId::random()), "late", subject.now());
    assert_eq!(ledger.commit(&late).await, Err(CommitError::Conflict));
    assert_eq!(ledger.load(&key).await, Ok(None));
}

/// Whoever does not know the outcome may commit the same again.
pub async fn the_same_commit_again_is_answered_as_the_first_time(subject: &impl Subject) {
    let (ledger, key) = (subject.ledger(), card(1));
    let first = change(&key, None, "first", subject.now());
    let second = change(&key, Some(first.next), "second", subject.now());
    for commit in [&first, &first, &second, &second, &second] {
        assert_eq!(ledger.commit(commit).await, Ok(()));
    }
    let events: Vec<_> = ledger.events(&key).await.expect("events are read");
    let versions: Vec<CommitId> = events.iter().map(|event| event.version).collect();
    assert_eq!(versions, [first.next, second.next]);
}

/// Once another commit stands on it, the same commit again is a conflict, not a second write.
pub async fn a_commit_that_was_overtaken_is_a_conflict(subject: &impl Subject) {
    let (ledger, key) = (subject.ledger(), card(1));
    let first = change(&key, None, "first", subject.now());
    let second = change(&key, Some(first.next), "second", subject.now());
    assert_eq!(ledger.commit(&first).await, Ok(()));
    assert_eq!(ledger.commit(&second).await, Ok(()));
    assert_eq!(ledger.commit(&first).await, Err(CommitError::Conflict));
    assert_eq!(
        ledger.load(&key).await.map(|stored| stored.map(|stored| stored.version)),
        Ok(Some(second.next))
    );
}

/// Bytes are bytes: nothing is text to a store.
pub async fn any_bytes_come_back_as_they_were(subject: &impl Subject) {
    let ledger = subject.ledger();
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    for (number, bytes) in
        [Vec::new(), vec![0; 3], b"\r\n$-1\r\n".to_vec(), every_byte].into_iter().enumerate()
    {
        let key = card(number as u64);
        let mut commit = change(&key, None, bytes.clone(), subject.now());
        commit.event.clone_from(&bytes);
        assert_eq!(ledger.commit(&commit).await, Ok(()));
        assert_eq!(ledger.load(&key).await, Ok(Some(Stored { version: commit.next, bytes: bytes.clone() })));
        let events = ledger.events(&key).await.expect("events are read");
        assert_eq!(events.into_iter().map(|event| event.bytes).collect::<Vec<_>>(), [bytes]);
    }
}

/// The kind is part of the key.
pub async fn records_of_two_kinds_with_one_id_are_two(subject: &impl Subject) {
    let ledger = subject.ledger();
    let card = RecordKey::card(&CardId::from_bytes([7; 32]));
    let installation = RecordKey::installation(&InstallationId::from_bytes([7; 32]));
    assert_eq!(ledger.commit(&change(&card, None, "card", subject.now())).await, Ok(()));
    assert_eq!(ledger.load(&installation).await, Ok(None));
    assert_eq!(ledger.commit(&change(&installation, None, "installation", subject.now())).await, Ok(()));
    let bytes = ledger.load(&card).await.map(|stored| stored.map(|stored| stored.bytes));
    assert_eq!(bytes, Ok(Some(b"card".to_vec())));
}

/// A bound is a bound: the largest fits, one byte more does not, and nothing of it is kept.
pub async fn a_record_and_an_event_have_a_largest_size(subject: &impl Subject) {
    let ledger = subject.ledger();
    let mut largest = change(&card(1), None, vec![1; RECORD_MAX_BYTES], subject.now());
    largest.event = vec![2; EVENT_MAX_BYTES];
    assert_eq!(ledger.commit(&largest).await, Ok(()));
    let loaded = ledger.load(&card(1)).await.map(|stored| stored.map(|stored| stored.bytes.len()));
    assert_eq!(loaded, Ok(Some(RECORD_MAX_BYTES)));

    let record = change(&card(2), None, vec![1; RECORD_MAX_BYTES + 1], subject.now());
    let mut event = change(&card(2), None, "small", subject.now());
    event.event = vec![2; EVENT_MAX_BYTES + 1];
    for too_large in [record, event] {
        assert_eq!(ledger.commit(&too_large).await, Err(CommitError::TooLarge));
        assert_eq!(ledger.load(&card(2)).await, Ok(None));
    }
}

/// Two seconds of difference are tolerated forward, any number backward.
pub async fn a_commit_from_the_future_is_refused(subject: &impl Subject) {
    let (ledger, key) = (subject.ledger(), card(1));
    let ahead = subject.now().after(Duration::from_secs(3600));
    let refused = ledger.commit(&change(&key, None, "ahead", ahead)).await;
    assert!(
        matches!(refused, Err(CommitError::ClockAhead { by_millis }) if (3_590_000..=3_600_000).contains(&by_millis)),
        "{refused:?}"
    );
    assert_eq!(ledger.load(&key).await, Ok(None));

    let slightly = subject.now().after(Duration::from_millis(1_000));
    assert_eq!(ledger.commit(&change(&key, None, "slightly", slightly)).await, Ok(()));
    let behind = Timestamp::from_unix_secs(subject.now().unix_secs() - 3600);
    assert_eq!(ledger.commit(&change(&card(2), None, "behind", behind)).await, Ok(()));
}

/// Readiness compares the clocks, in both directions.
pub async fn a_store_with_another_time_is_not_ready(subject: &impl Subject) {
    let ledger = subject.ledger();
    assert_eq!(ledger.health(subject.now()).await, Health::Ready);
    for seconds in [-3600, 3600] {
        let other = Timestamp::from_unix_secs(subject.now().unix_secs() + seconds);
        let health = ledger.health(other).await;
        assert!(
            matches!(health, Health::NotReady(NotReady::ClocksDiffer { by_millis }) if by_millis.signum() == seconds.signum()),
            "{health:?}"
        );
    }
}
