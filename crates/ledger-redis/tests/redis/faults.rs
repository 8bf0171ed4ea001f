//! Faults of a real server: what was acknowledged is there, what was not is absent or whole, nothing is doubled.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ledger::contract::{card, change};
use ledger::{Cause, Change, Clock, CommitError, Health, Ledger, Remembered, SteadyClock};
use ledger_redis::{RedisLedger, Settings};

use crate::proxy::Proxy;
use crate::server::{Server, impatient};

/// Commits until it is acknowledged; the change stays the same throughout.
async fn commit_until_done(ledger: &RedisLedger, commit: &Change) {
    loop {
        match ledger.commit(commit).await {
            Ok(()) => return,
            Err(CommitError::NotDone(_) | CommitError::OutcomeUnknown(_)) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}

async fn versions(ledger: &RedisLedger, number: u64) -> Vec<ledger::CommitId> {
    ledger.events(&card(number)).await.unwrap().into_iter().map(|event| event.version).collect()
}

#[tokio::test]
async fn the_program_starts_without_redis_and_says_so() {
    let (mut server, clock) = (Server::prepared(&[]), SteadyClock::start());
    let ledger = server.ledger().await;
    assert!(matches!(ledger.health(clock.now()).await, Health::NotReady(_)));
    let commit = change(&card(1), None, "state", clock.now());
    assert_eq!(ledger.commit(&commit).await, Err(CommitError::NotDone(Cause::NotConnected)));
    assert!(ledger.load(&card(1)).await.is_err());
    server.start().await;
    commit_until_done(&ledger, &commit).await;
    assert_eq!(ledger.health(clock.now()).await, Health::Ready);
}

#[tokio::test]
async fn redis_may_be_killed_and_come_back_without_a_restart_of_ours() {
    let (mut server, clock) = (Server::safe().await, SteadyClock::start());
    let ledger = server.ledger().await;
    let mut expected = None;
    let mut written = Vec::new();
    for round in 0..3 {
        let commit = change(&card(1), expected, format!("round {round}"), clock.now());
        commit_until_done(&ledger, &commit).await;
        expected = Some(commit.next);
        written.push(commit.next);
        server.kill();
        let during = change(&card(1), expected, "nobody is there", clock.now());
        let began = Instant::now();
        assert!(ledger.commit(&during).await.is_err());
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
        server.start().await;
    }
    let last = change(&card(1), expected, "last", clock.now());
    commit_until_done(&ledger, &last).await;
    written.push(last.next);
    assert_eq!(versions(&ledger, 1).await, written);
    ledger.audit().await;
    assert_eq!(ledger.health(clock.now()).await, Health::Ready);
}

/// Each worker commits versions of its own record, one after the other, and notes what was acknowledged.
struct Worker {
    number: u64,
    acknowledged: Vec<ledger::CommitId>,
    in_flight: Option<Change>,
}

async fn work(ledger: Arc<RedisLedger>, number: u64) -> Worker {
    let clock = SteadyClock::start();
    let mut worker = Worker { number, acknowledged: Vec::new(), in_flight: None };
    loop {
        let count = worker.acknowledged.len();
        let commit =
            change(&card(number), worker.acknowledged.last().copied(), format!("{count}"), clock.now());
        match ledger.commit(&commit).await {
            Ok(()) => worker.acknowledged.push(commit.next),
            Err(CommitError::NotDone(_) | CommitError::OutcomeUnknown(_)) => {
                worker.in_flight = Some(commit);
                return worker;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_of_commits_loses_and_doubles_nothing() {
    let mut server = Server::safe().await;
    let ledger = Arc::new(server.ledger().await);
    for round in 0..4u64 {
        let workers: Vec<_> =
            (0..8).map(|worker| tokio::spawn(work(Arc::clone(&ledger), round * 8 + worker))).collect();
        while versions(&ledger, round * 8).await.len() < 20 {
            tokio::task::yield_now().await;
        }
        server.kill();
        let mut done = Vec::new();
        for worker in workers {
            done.push(worker.await.unwrap());
        }
        server.start().await;
        for worker in done {
            let commit = worker.in_flight.expect("the kill met everyone in flight");
            while ledger.load(&card(worker.number)).await.is_err() {
                tokio::task::yield_now().await;
            }
            let stored = ledger.load(&card(worker.number)).await.unwrap().map(|stored| stored.version);
            let last = worker.acknowledged.last().copied();
            assert!(stored == last || stored == Some(commit.next), "an acknowledged commit is gone");
            commit_until_done(&ledger, &commit).await;
            let mut expected = worker.acknowledged;
            expected.push(commit.next);
            let kept = expected.len().saturating_sub(ledger::EVENTS_KEPT);
            assert_eq!(versions(&ledger, worker.number).await, expected[kept..]);
        }
    }
}

#[tokio::test]
async fn a_frozen_server_leaves_the_outcome_unknown_and_the_same_commit_settles_it() {
    let (server, clock) = (Server::safe().await, SteadyClock::start());
    let mut settings = server.settings();
    settings.command_timeout = Duration::from_millis(100);
    let ledger = RedisLedger::start(&settings).await.unwrap();
    let first = change(&card(1), None, "first", clock.now());
    commit_until_done(&ledger, &first).await;

    server.signal("-STOP");
    let second = change(&card(1), Some(first.next), "second", clock.now());
    assert_eq!(ledger.commit(&second).await, Err(CommitError::OutcomeUnknown(Cause::TimedOut)));
    // Connections are made by the kernel, but nobody greets.
    let began = Instant::now();
    assert!(matches!(ledger.commit(&second).await, Err(CommitError::NotDone(_))));
    assert!(ledger.load(&card(1)).await.is_err());
    assert!(matches!(ledger.health(clock.now()).await, Health::NotReady(_)));
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    server.signal("-CONT");

    commit_until_done(&ledger, &second).await;
    assert_eq!(versions(&ledger, 1).await, [first.next, second.next]);
}

#[tokio::test]
async fn a_slow_server_is_waited_for_within_the_bound_only() {
    let (server, clock) = (Server::safe().await, SteadyClock::start());
    let ledger = server.ledger().await;
    let first = change(&card(1), None, "first", clock.now());
    commit_until_done(&ledger, &first).await;
    let second = change(&card(1), Some(first.next), "second", clock.now());
    let third = change(&card(1), Some(second.next), "third", clock.now());

    // Writes wait a quarter of a second: slower than usual, within the bound.
    server.cli(&["CLIENT", "PAUSE", "250", "WRITE"]);
    assert_eq!(ledger.commit(&second).await, Ok(()));
    server.cli(&["CLIENT", "PAUSE", "60000", "WRITE"]);
    assert_eq!(ledger.commit(&third).await, Err(CommitError::OutcomeUnknown(Cause::TimedOut)));
    server.cli(&["CLIENT", "UNPAUSE"]);
    commit_until_done(&ledger, &third).await;
    assert_eq!(versions(&ledger, 1).await, [first.next, second.next, third.next]);
}

#[tokio::test]
async fn an_answer_that_gets_lost_is_found_again_by_the_same_commit() {
    let (server, clock) = (Server::safe().await, SteadyClock::start());
    let proxy = Proxy::to(server.socket()).await;
    let ledger = RedisLedger::start(&impatient(Settings::at(&proxy.url))).await.unwrap();
    let mut expected = None;
    let mut written = Vec::new();
    for round in 0..5 {
        // A connection must stand, or it is the greeting that gets lost.
        let before = change(&card(1), expected, format!("before {round}"), clock.now());
        commit_until_done(&ledger, &before).await;
        proxy.cut_answers(true);
        let lost = change(&card(1), Some(before.next), format!("lost {round}"), clock.now());
        assert_eq!(ledger.commit(&lost).await, Err(CommitError::OutcomeUnknown(Cause::Disconnected)));
        proxy.cut_answers(false);
        commit_until_done(&ledger, &lost).await;
        written.extend([before.next, lost.next]);
        expected = Some(lost.next);
    }
    assert_eq!(versions(&ledger, 1).await, written);
}

#[tokio::test]
async fn a_first_use_whose_answer_got_lost_is_not_fresh_again() {
    let (server, clock) = (Server::safe().await, SteadyClock::start());
    let proxy = Proxy::to(server.socket()).await;
    let ledger = RedisLedger::start(&impatient(Settings::at(&proxy.url))).await.unwrap();
    commit_until_done(&ledger, &change(&card(1), None, "a connection stands", clock.now())).await;
    let key = ledger::RememberedKey::new(ledger::Purpose::DpopProof, &[b"proof"]);
    let (now, until) = (clock.now(), clock.now().after(Duration::from_secs(60)));
    proxy.cut_answers(true);
    let lost = ledger.remember(&key, until, now).await;
    assert_eq!(lost, Err(ledger::RememberError::OutcomeUnknown(Cause::Disconnected)));
    proxy.cut_answers(false);
    let mut answer = ledger.remember(&key, until, now).await;
    while answer.is_err() {
        tokio::task::yield_now().await;
        answer = ledger.remember(&key, until, now).await;
    }
    assert_eq!(answer, Ok(Remembered::Seen));
}

#[tokio::test]
async fn a_flushed_script_cache_is_not_noticed() {
    let (server, clock) = (Server::safe().await, SteadyClock::start());
    let ledger = server.ledger().await;
    let mut expected = None;
    for round in 0..5 {
        let commit = change(&card(1), expected, format!("{round}"), clock.now());
        assert_eq!(ledger.commit(&commit).await, Ok(()));
        expected = Some(commit.next);
        server.cli(&["SCRIPT", "FLUSH", "SYNC"]);
    }
    assert_eq!(versions(&ledger, 1).await.len(), 5);
}

#[tokio::test]
async fn a_full_memory_refuses_commits_whole_and_keeps_what_is_there() {
    let (server, clock) = (Server::safe().await, SteadyClock::start());
    let ledger = server.ledger().await;
    let first = change(&card(1), None, "first", clock.now());
    assert_eq!(ledger.commit(&first).await, Ok(()));
    server.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    let second = change(&card(1), Some(first.next), "second", clock.now());
    let new = change(&card(2), None, "new", clock.now());
    for refused in [&second, &new] {
        assert_eq!(ledger.commit(refused).await, Err(CommitError::NotDone(Cause::Full)));
    }
    assert_eq!(ledger.load(&card(1)).await.unwrap().map(|stored| stored.version), Some(first.next));
    assert_eq!(versions(&ledger, 1).await, [first.next]);
    assert_eq!(server.cli(&["DBSIZE"]), "2");
    // Whoever did not hear the answer still gets it: a repeat writes nothing.
    assert_eq!(ledger.commit(&first).await, Ok(()));
    server.cli(&["CONFIG", "SET", "maxmemory", "0"]);
    assert_eq!(ledger.commit(&second).await, Ok(()));
    assert_eq!(ledger.commit(&new).await, Ok(()));
}

/// Where the newest part of the append-only file stands.
fn append_only_file(server: &Server) -> PathBuf {
    let directory = server.directory().join("appendonlydir");
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.to_string_lossy().ends_with(".incr.aof")).max().unwrap()
}

#[tokio::test]
async fn a_power_cut_within_the_last_commit_leaves_it_absent_or_whole() {
    let (mut server, clock) = (Server::safe().await, SteadyClock::start());
    let ledger = server.ledger().await;
    let first = change(&card(1), None, "first", clock.now());
    assert_eq!(ledger.commit(&first).await, Ok(()));
    let before = std::fs::metadata(append_only_file(&server)).unwrap().len();
    let second = change(&card(1), Some(first.next), "second", clock.now());
    assert_eq!(ledger.commit(&second).await, Ok(()));
    server.kill();
    let path = append_only_file(&server);
    let whole = std::fs::read(&path).unwrap();
    let steps = 12;
    let span = whole.len() as u64 - before;
    for step in 0..=steps {
        std::fs::write(&path, &whole).unwrap();
        cut(&path, before + span * step / steps);
        server.start().await;
        let ledger = server.ledger().await;
        let stored = ledger.load(&card(1)).await.unwrap().map(|stored| stored.version);
        let whole_or_absent = if step == steps { vec![first.next, second.next] } else { vec![first.next] };
        assert_eq!(stored, whole_or_absent.last().copied(), "step {step}");
        assert_eq!(versions(&ledger, 1).await, whole_or_absent, "step {step}");
        server.kill();
    }
}

fn cut(path: &PathBuf, length: u64) {
    let file: File = OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(length).unwrap();
}

#[tokio::test]
async fn more_commits_than_the_queue_holds_are_refused_at_once() {
    let (server, clock) = (Server::safe().await, SteadyClock::start());
    let mut settings = server.settings();
    (settings.connections, settings.queue) = (1, 2);
    let ledger = Arc::new(RedisLedger::start(&settings).await.unwrap());
    commit_until_done(&ledger, &change(&card(0), None, "a connection stands", clock.now())).await;
    server.cli(&["CLIENT", "PAUSE", "60000", "WRITE"]);
    let waiting: Vec<_> = (1..=2)
        .map(|number| {
            let (ledger, commit) = (Arc::clone(&ledger), change(&card(number), None, "waits", clock.now()));
            tokio::spawn(async move { ledger.commit(&commit).await })
        })
        .collect();
    tokio::task::yield_now().await;
    let third = change(&card(3), None, "too many", clock.now());
    assert_eq!(ledger.commit(&third).await, Err(CommitError::NotDone(Cause::Busy)));
    server.cli(&["CLIENT", "UNPAUSE"]);
    for commit in waiting {
        assert_eq!(commit.await.unwrap(), Ok(()));
    }
    assert_eq!(ledger.commit(&third).await, Ok(()));
}
