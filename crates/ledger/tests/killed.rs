//! SIGKILL in mid-commit: what was acknowledged is there, what was not is absent or whole.
//!
//! The test starts itself again as a program of its own, which commits and prints what it tries and what is
//! acknowledged, until it is killed.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up its child ends there")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use ledger::contract::{card, change};
use ledger::{Clock, CommitId, EVENTS_KEPT, EmbeddedLedger, Ledger, SteadyClock};

const DIRECTORY: &str = "LEDGER_KILLED_TEST_DIRECTORY";
const RECORDS: u64 = 4;
const KILLS: usize = 6;
const COMMITS_BEFORE_A_KILL: usize = 60;

fn open(directory: &Path) -> EmbeddedLedger {
    EmbeddedLedger::open(&directory.join("ledger.redb"), Arc::new(SteadyClock::start())).unwrap()
}

fn hex(version: CommitId) -> String {
    version.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a program of its own, started by the test below"]
async fn commit_until_killed() {
    #[expect(clippy::disallowed_methods, reason = "how the parent tells its child where")]
    let directory = std::env::var(DIRECTORY).unwrap();
    let ledger = Arc::new(open(Path::new(&directory)));
    let mut workers = tokio::task::JoinSet::new();
    for number in 0..RECORDS {
        let ledger = Arc::clone(&ledger);
        workers.spawn(async move {
            let clock = SteadyClock::start();
            loop {
                let expected = ledger.load(&card(number)).await.unwrap().map(|stored| stored.version);
                let next = change(&card(number), expected, vec![number as u8; 3000], clock.now());
                println!("try {number} {}", hex(next.next));
                ledger.commit(&next).await.unwrap();
                println!("ack {number} {}", hex(next.next));
            }
        });
    }
    workers.join_next().await;
}

/// What the parent has read of one record.
#[derive(Default)]
struct Known {
    acknowledged: Vec<String>,
    tried: Option<String>,
}

fn run_and_kill(directory: &Path, known: &mut HashMap<u64, Known>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "commit_until_killed", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = 0;
    for line in lines {
        // The last line may be cut.
        let Ok(line) = line else { break };
        let words: Vec<&str> = line.split(' ').collect();
        let [what @ ("try" | "ack"), number, version] = words[..] else { continue };
        let known = known.entry(number.parse().unwrap()).or_default();
        if what == "try" {
            known.tried = Some(version.to_owned());
        } else if version.len() == 32 {
            known.acknowledged.push(version.to_owned());
            acknowledged += 1;
        }
        if acknowledged == COMMITS_BEFORE_A_KILL {
            // Lines that the child wrote before it died are still read after this.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(acknowledged >= COMMITS_BEFORE_A_KILL, "the child ended by itself");
}

#[tokio::test]
async fn a_kill_in_the_middle_of_commits_loses_nothing_and_halves_nothing() {
    let directory = tempfile::TempDir::new().unwrap();
    let mut known: HashMap<u64, Known> = HashMap::new();
    for _ in 0..KILLS {
        run_and_kill(directory.path(), &mut known);
        let ledger = open(directory.path());
        for (&number, known) in &mut known {
            let stored = ledger.load(&card(number)).await.unwrap().unwrap();
            assert_eq!(stored.bytes, vec![number as u8; 3000]);
            let version = hex(stored.version);
            if known.tried.as_ref() == Some(&version) && known.acknowledged.last() != Some(&version) {
                known.acknowledged.push(version.clone());
            }
            assert_eq!(known.acknowledged.last(), Some(&version), "an acknowledged commit is gone");
            let events = ledger.events(&card(number)).await.unwrap();
            let versions: Vec<String> = events.into_iter().map(|event| hex(event.version)).collect();
            let kept = known.acknowledged.len().saturating_sub(EVENTS_KEPT);
            assert_eq!(versions, known.acknowledged[kept..]);
        }
    }
}
