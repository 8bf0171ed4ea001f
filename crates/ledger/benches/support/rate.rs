//! Commits per second of a store, and how long one takes. Included by the benches of both stores.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ledger::contract::{card, change};
use ledger::{Clock, Ledger, SteadyClock};

/// About what a card with a living reservation is, sealed.
const RECORD_BYTES: usize = 2_000;
const RUN: Duration = Duration::from_secs(3);

/// Prints a line per number of committers: each commits to a record of its own as fast as it is acknowledged.
pub(crate) async fn print_rates(name: &str, ledger: Arc<dyn Ledger>) {
    for committers in [1, 16, 64, 256] {
        let stop = Arc::new(AtomicBool::new(false));
        let began = Instant::now();
        let tasks: Vec<_> = (0..committers)
            .map(|number| tokio::spawn(commit_until(Arc::clone(&ledger), number, Arc::clone(&stop))))
            .collect();
        tokio::time::sleep(RUN).await;
        stop.store(true, Ordering::SeqCst);
        let mut took = Vec::new();
        for task in tasks {
            took.extend(task.await.expect("no committer panics"));
        }
        print_line(name, committers, began.elapsed(), took);
    }
}

async fn commit_until(ledger: Arc<dyn Ledger>, number: u64, stop: Arc<AtomicBool>) -> Vec<Duration> {
    let (clock, key) = (SteadyClock::start(), card(number));
    let mut expected = ledger.load(&key).await.expect("the store is read").map(|stored| stored.version);
    let mut took = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let next = change(&key, expected, vec![number as u8; RECORD_BYTES], clock.now());
        let began = Instant::now();
        ledger.commit(&next).await.expect("the store commits");
        took.push(began.elapsed());
        expected = Some(next.next);
    }
    took
}

#[expect(clippy::print_stdout, reason = "the bench's one line of output")]
fn print_line(name: &str, committers: u64, elapsed: Duration, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |part: usize| took[(took.len() - 1) * part / 100].as_secs_f64() * 1000.0;
    let rate = took.len() as f64 / elapsed.as_secs_f64();
    println!(
        "{name}: {committers:>3} committers {rate:>8.0} commits/s   p50 {:>7.2} ms   p99 {:>7.2} ms",
        at(50),
        at(99)
    );
}
