//! Commit rates of the embedded store, on the disk of the temporary directory.

#[path = "support/rate.rs"]
mod rate;

use std::sync::Arc;

use ledger::{EmbeddedLedger, SteadyClock};

fn main() {
    let directory = tempfile::TempDir::new().expect("there is a temporary directory");
    let path = directory.path().join("ledger.redb");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime is made");
    let ledger =
        EmbeddedLedger::open(&path, Arc::new(SteadyClock::start())).expect("a new store can be opened");
    runtime.block_on(rate::print_rates("embedded", Arc::new(ledger)));
}
