//! Commit rates of a Redis server of our own, with its file on the disk of the temporary directory.

#[path = "../../ledger/benches/support/rate.rs"]
mod rate;
#[path = "../tests/redis/server.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "the faults' tests use the rest of it")]
mod server;

use std::sync::Arc;

use ledger_redis::RedisLedger;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime is made");
    runtime.block_on(async {
        let server = server::Server::safe().await;
        for connections in [16, 64] {
            let mut settings = server.settings();
            settings.connections = connections;
            let ledger = RedisLedger::start(&settings).await.expect("the server is safe");
            rate::print_rates(&format!("redis, {connections} connections"), Arc::new(ledger)).await;
        }
    });
}
