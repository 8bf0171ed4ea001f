//! The store's expiry only cleans up; but what has gone is gone.

use std::time::Duration;

use reservation::Timestamp;

use super::{Subject, card, change};
use crate::change::CommitId;
use crate::error::CommitError;

fn a_second_ago(subject: &impl Subject) -> Timestamp {
    Timestamp::from_unix_millis(subject.now().unix_millis() - 1_000)
}

/// Gone with its events, for reading and for every commit that stands on it.
pub async fn an_expired_record_vanishes_and_never_comes_back(subject: &impl Subject) {
    let (ledger, key) = (subject.ledger(), card(1));
    let first = change(&key, None, "first", subject.now());
    let mut second = change(&key, Some(first.next), "second", subject.now());
    second.expires_at = Some(a_second_ago(subject));
    assert_eq!(ledger.commit(&first).await, Ok(()));
    assert_eq!(ledger.commit(&second).await, Ok(()));
    for _ in 0..3 {
        assert_eq!(ledger.load(&key).await, Ok(None));
        assert_eq!(ledger.events(&key).await, Ok(Vec::new()));
        for stale in [first.next, second.next, CommitId::random()] {
            let third = change(&key, Some(stale), "third", subject.now());
            assert_eq!(ledger.commit(&third).await, Err(CommitError::Conflict));
        }
    }
}

/// The new record begins with nothing of the old.
pub async fn an_expired_record_may_be_created_anew_without_its_past(subject: &impl Subject) {
    let (ledger, key) = (subject.ledger(), card(1));
    let mut old = change(&key, None, "old", subject.now());
    old.expires_at = Some(a_second_ago(subject));
    assert_eq!(ledger.commit(&old).await, Ok(()));
    let new = change(&key, None, "new", subject.now());
    assert_eq!(ledger.commit(&new).await, Ok(()));
    assert_eq!(ledger.load(&key).await.map(|stored| stored.map(|stored| stored.version)), Ok(Some(new.next)));
    let events = ledger.events(&key).await.expect("events are read");
    assert_eq!(events.into_iter().map(|event| event.version).collect::<Vec<_>>(), [new.next]);
}

/// Neither early, nor because an earlier version would have expired by now.
pub async fn a_record_far_from_its_expiry_is_there(subject: &impl Subject) {
    let ledger = subject.ledger();
    let hour = Some(subject.now().after(Duration::from_secs(3600)));
    for (number, ends) in [(1, [None, hour]), (2, [hour, None]), (3, [hour, hour])] {
        let key = card(number);
        let mut expected = None;
        for expires_at in ends {
            let mut next = change(&key, expected, "here", subject.now());
            next.expires_at = expires_at;
            assert_eq!(ledger.commit(&next).await, Ok(()));
            let version = ledger.load(&key).await.map(|stored| stored.map(|stored| stored.version));
            assert_eq!(version, Ok(Some(next.next)));
            expected = Some(next.next);
        }
        assert_eq!(ledger.events(&key).await.map(|events| events.len()), Ok(2));
    }
}
