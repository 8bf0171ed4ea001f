//! A use that may happen once.

use std::time::Duration;

use reservation::Timestamp;

use super::Subject;
use crate::change::Remembered;
use crate::key::{Purpose, RememberedKey};

fn proof(id: &str) -> RememberedKey {
    RememberedKey::new(Purpose::DpopProof, &[id.as_bytes()])
}

/// Fresh, then seen.
pub async fn a_first_use_is_fresh_once(subject: &impl Subject) {
    let (ledger, now) = (subject.ledger(), subject.now());
    let until = now.after(Duration::from_secs(300));
    assert_eq!(ledger.remember(&proof("a"), until, now).await, Ok(Remembered::Fresh));
    for _ in 0..3 {
        assert_eq!(ledger.remember(&proof("a"), until, now).await, Ok(Remembered::Seen));
    }
    let longer = now.after(Duration::from_secs(3000));
    assert_eq!(ledger.remember(&proof("a"), longer, now).await, Ok(Remembered::Seen));
}

/// Neither two values nor two purposes.
pub async fn two_uses_do_not_meet(subject: &impl Subject) {
    let (ledger, now) = (subject.ledger(), subject.now());
    let until = now.after(Duration::from_secs(300));
    let ceremony = RememberedKey::new(Purpose::Ceremony, &[b"a"]);
    for key in [proof("a"), proof("b"), ceremony] {
        assert_eq!(ledger.remember(&key, until, now).await, Ok(Remembered::Fresh));
    }
}

/// What cannot be remembered must not pass as a first use.
pub async fn a_use_that_is_already_over_is_not_fresh(subject: &impl Subject) {
    let (ledger, now) = (subject.ledger(), subject.now());
    for until in [now, Timestamp::from_unix_millis(now.unix_millis() - 1), Timestamp::from_unix_secs(0)] {
        assert_eq!(ledger.remember(&proof("a"), until, now).await, Ok(Remembered::Seen));
    }
}

/// One of a hundred that come together.
pub async fn of_many_at_once_one_is_fresh(subject: &impl Subject) {
    let now = subject.now();
    let until = now.after(Duration::from_secs(300));
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let ledger = subject.ledger();
            tokio::spawn(async move { ledger.remember(&proof("a"), until, now).await })
        })
        .collect();
    let mut fresh = 0;
    for task in tasks {
        match task.await.expect("no task panics") {
            Ok(Remembered::Fresh) => fresh += 1,
            Ok(Remembered::Seen) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(fresh, 1);
}
