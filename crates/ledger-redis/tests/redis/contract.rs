//! The contract, as an ACL user that may do nothing else.

use std::sync::Arc;

use ledger::contract::{Subject, card, change};
use ledger::{Clock, CommitError, Ledger, ReadError, SteadyClock};
use ledger_redis::{Credentials, RedisLedger, StartError, acl};
use reservation::Timestamp;

use crate::server::Server;

pub(crate) struct OnRedis {
    ledger: Arc<RedisLedger>,
    clock: SteadyClock,
    server: Server,
}

impl Subject for OnRedis {
    fn ledger(&self) -> Arc<dyn Ledger> {
        Arc::clone(&self.ledger) as Arc<dyn Ledger>
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// A server with both users, and their password files.
fn prepared() -> (Server, ledger_redis::Settings) {
    let mut server = Server::prepared(&[]);
    let directory = server.directory();
    let acl_file = directory.join("users.acl");
    let users = format!(
        "user default on nopass ~* &* +@all\nuser ledger on >ledger-password {}\nuser audit on >audit-password {}\n",
        acl::LEDGER,
        acl::AUDITOR
    );
    std::fs::write(&acl_file, users).unwrap();
    server.set_arguments(&["--aclfile", acl_file.to_str().unwrap()]);
    let credentials = |user: &str| {
        let password_file = directory.join(format!("{user}.password"));
        std::fs::write(&password_file, format!("{user}-password\n")).unwrap();
        Credentials { user: Some(user.to_owned()), password_file: Some(password_file) }
    };
    let mut settings = server.settings();
    settings.credentials = credentials("ledger");
    settings.auditor = Some(credentials("audit"));
    (server, settings)
}

async fn fresh() -> OnRedis {
    let (mut server, mut settings) = prepared();
    server.start().await;
    // Ten thousand claims at once on a busy machine take their time.
    settings.command_timeout = std::time::Duration::from_secs(20);
    let ledger = Arc::new(RedisLedger::start(&settings).await.unwrap());
    OnRedis { ledger, clock: SteadyClock::start(), server }
}

ledger::contract_tests!(fresh);

#[tokio::test]
async fn without_an_auditor_the_limited_user_is_told_what_it_lacks() {
    let (mut server, mut settings) = prepared();
    server.start().await;
    settings.auditor = None;
    let refusal = RedisLedger::start(&settings).await.err().expect("CONFIG GET is refused");
    let StartError::Unsafe(lines) = refusal else { panic!("{refusal}") };
    assert!(lines[0].contains("+config|get"), "{lines:?}");
}

#[tokio::test]
async fn a_wrong_password_is_told_at_the_start_and_a_new_one_is_picked_up_later() {
    let (mut server, settings) = prepared();
    server.start().await;
    let file = settings.auditor.as_ref().unwrap().password_file.clone().unwrap();
    std::fs::write(&file, "wrong\n").unwrap();
    let refusal = RedisLedger::start(&settings).await.err().expect("the password is wrong");
    assert!(matches!(refusal, StartError::Refused), "{refusal}");
    std::fs::write(&file, "audit-password\n").unwrap();

    let file = settings.credentials.password_file.clone().unwrap();
    std::fs::write(&file, "wrong\n").unwrap();
    let ledger = RedisLedger::start(&settings).await.unwrap();
    let commit = change(&card(1), None, "state", SteadyClock::start().now());
    assert_eq!(ledger.commit(&commit).await, Err(CommitError::NotDone(ledger::Cause::Refused)));
    std::fs::write(&file, "ledger-password\n").unwrap();
    let mut answer = ledger.commit(&commit).await;
    // For a moment after a failure nobody tries again.
    while answer == Err(CommitError::NotDone(ledger::Cause::Refused)) {
        tokio::task::yield_now().await;
        answer = ledger.commit(&commit).await;
    }
    assert_eq!(answer, Ok(()));
}

#[tokio::test]
async fn record_and_events_expire_together_or_never() {
    let subject = fresh().await;
    let end = subject.now().after(std::time::Duration::from_secs(3600));
    let mut first = change(&card(1), None, "an hour", subject.now());
    first.expires_at = Some(end);
    assert_eq!(subject.ledger.commit(&first).await, Ok(()));
    let keys: Vec<String> = subject.server.cli(&["KEYS", "*"]).lines().map(str::to_owned).collect();
    assert_eq!(keys.len(), 2);
    for key in &keys {
        assert_eq!(subject.server.cli(&["PEXPIRETIME", key]), end.unix_millis().to_string());
    }
    let second = change(&card(1), Some(first.next), "for good", subject.now());
    assert_eq!(subject.ledger.commit(&second).await, Ok(()));
    for key in &keys {
        assert_eq!(subject.server.cli(&["PEXPIRETIME", key]), "-1");
    }
}

#[tokio::test]
async fn what_another_program_has_written_is_reported_and_left_alone() {
    let subject = fresh().await;
    for (number, event_key) in [(1, false), (2, true)] {
        let key = card(number);
        assert_eq!(subject.ledger.commit(&change(&key, None, "ours", subject.now())).await, Ok(()));
        let name = name_of(&subject.server, &key, event_key);
        subject.server.cli(&["DEL", &name]);
        subject.server.cli(&["HSET", &name, "a", "b"]);
        let expected = if event_key {
            subject.ledger.load(&key).await.unwrap().map(|stored| stored.version)
        } else {
            None
        };
        let next = change(&key, expected, "next", subject.now());
        assert_eq!(subject.ledger.commit(&next).await, Err(CommitError::Damaged));
        assert_eq!(subject.server.cli(&["HGET", &name, "a"]), "b");
    }
    assert_eq!(subject.ledger.load(&card(1)).await, Err(ReadError::Damaged));
    assert_eq!(subject.ledger.events(&card(2)).await, Err(ReadError::Damaged));
}

/// The name in Redis of a record, or of its events.
fn name_of(server: &Server, key: &ledger::RecordKey, events: bool) -> String {
    let names = server.cli(&["KEYS", "*"]);
    let is_wanted =
        |name: &&str| name.ends_with(&hex::encode(key.id())) && name.contains("-events:") == events;
    names.lines().find(is_wanted).unwrap().to_owned()
}

#[tokio::test]
async fn a_record_too_short_for_a_version_is_reported_and_left_alone() {
    let subject = fresh().await;
    let first = change(&card(1), None, "ours", subject.now());
    assert_eq!(subject.ledger.commit(&first).await, Ok(()));
    let name = name_of(&subject.server, &card(1), false);
    subject.server.cli(&["SET", &name, "short"]);
    for expected in [None, Some(first.next)] {
        let next = change(&card(1), expected, "next", subject.now());
        assert_eq!(subject.ledger.commit(&next).await, Err(CommitError::Damaged));
    }
    assert_eq!(subject.server.cli(&["GET", &name]), "short");
    assert_eq!(subject.ledger.load(&card(1)).await, Err(ReadError::Damaged));
}

#[tokio::test]
async fn events_without_their_record_do_not_become_another_records_past() {
    let subject = fresh().await;
    assert_eq!(subject.ledger.commit(&change(&card(1), None, "old", subject.now())).await, Ok(()));
    subject.server.cli(&["DEL", &name_of(&subject.server, &card(1), false)]);
    let new = change(&card(1), None, "new", subject.now());
    assert_eq!(subject.ledger.commit(&new).await, Ok(()));
    let events = subject.ledger.events(&card(1)).await.unwrap();
    assert_eq!(events.into_iter().map(|event| event.version).collect::<Vec<_>>(), [new.next]);
}
