//! No commit passes to a server that could lose it.

use std::time::Duration;

use ledger::contract::{card, change};
use ledger::{Cause, Clock, CommitError, Health, Ledger, NotReady, SteadyClock};
use ledger_redis::StartError;

use crate::server::Server;

#[tokio::test]
async fn an_unsafe_server_stops_the_start_with_the_lines_to_change() {
    for (name, value, line) in [
        ("--appendonly", "no", "appendonly yes"),
        ("--appendfsync", "everysec", "appendfsync always"),
        ("--no-appendfsync-on-rewrite", "yes", "no-appendfsync-on-rewrite no"),
        ("--maxmemory-policy", "allkeys-lru", "maxmemory-policy noeviction"),
    ] {
        let server = Server::with(&[name, value]).await;
        let refusal = server.refusal().await;
        let text = refusal.to_string();
        let StartError::Unsafe(lines) = refusal else { panic!("{text}") };
        assert_eq!(lines.len(), 1, "{text}");
        assert!(text.contains(&format!("redis.conf: set `{line}`")), "{text}");
    }
}

#[tokio::test]
async fn a_replica_is_no_place_for_commits() {
    let server = Server::with(&["--replicaof", "127.0.0.1 1"]).await;
    let refusal = server.refusal().await.to_string();
    assert!(refusal.contains("replicaof"), "{refusal}");
}

#[tokio::test]
async fn settings_that_become_unsafe_shut_the_gate_until_they_are_safe_again() {
    let (server, clock) = (Server::safe().await, SteadyClock::start());
    let ledger = server.ledger().await;
    let first = change(&card(1), None, "first", clock.now());
    assert_eq!(ledger.commit(&first).await, Ok(()));

    server.cli(&["CONFIG", "SET", "appendfsync", "everysec"]);
    ledger.audit().await;
    let second = change(&card(1), Some(first.next), "second", clock.now());
    assert_eq!(ledger.commit(&second).await, Err(CommitError::NotDone(Cause::UnsafeSettings)));
    assert!(ledger.load(&card(1)).await.unwrap().is_some());
    let Health::NotReady(NotReady::UnsafeSettings(lines)) = ledger.health(clock.now()).await else {
        panic!("it is not ready")
    };
    assert!(lines[0].contains("`appendfsync always`"), "{lines:?}");

    server.cli(&["CONFIG", "SET", "appendfsync", "always"]);
    ledger.audit().await;
    assert_eq!(ledger.commit(&second).await, Ok(()));
    assert_eq!(ledger.health(clock.now()).await, Health::Ready);
}

#[tokio::test]
async fn the_settings_are_read_again_without_being_asked_for() {
    let server = Server::safe().await;
    let mut settings = server.settings();
    settings.audit_every = Duration::from_millis(5);
    let ledger = ledger_redis::RedisLedger::start(&settings).await.unwrap();
    let clock = SteadyClock::start();
    server.cli(&["CONFIG", "SET", "maxmemory-policy", "volatile-ttl"]);
    while ledger.health(clock.now()).await == Health::Ready {
        tokio::task::yield_now().await;
    }
    server.cli(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    while ledger.health(clock.now()).await != Health::Ready {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_server_that_comes_back_with_other_settings_gets_no_commit() {
    let (mut server, clock) = (Server::safe().await, SteadyClock::start());
    let ledger = server.ledger().await;
    let first = change(&card(1), None, "first", clock.now());
    assert_eq!(ledger.commit(&first).await, Ok(()));
    server.kill();
    server.set_arguments(&["--appendfsync", "no"]);
    server.start().await;
    // The first one meets the dead connection; nothing tells the ledger of the restart but its own look.
    let second = change(&card(1), Some(first.next), "second", clock.now());
    let mut answer = ledger.commit(&second).await;
    while answer != Err(CommitError::NotDone(Cause::UnsafeSettings)) {
        assert!(answer.is_err(), "a commit passed to an unsafe server");
        tokio::task::yield_now().await;
        answer = ledger.commit(&second).await;
    }
    let stored = ledger.load(&card(1)).await.unwrap().unwrap();
    assert_eq!(stored.version, first.next);
}
