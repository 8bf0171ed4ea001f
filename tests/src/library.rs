//! The server as a library, in this process: for tests that move time, or that look at what it is made of.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use face::Pool;
use ledger::{EmbeddedLedger, Ledger};
use reservation::Timestamp;
use server::assemble::FaceMaterial;
use server::clock::{Clock, ManualClock, SystemClock, to_date_time};
use server::config::StoreKind;
use server::parts::FaceParts;
use server::{Config, Parts, Running, assemble};
use time::OffsetDateTime;
use tokio::runtime::Runtime;

/// What time a server goes by.
#[derive(Clone, Debug)]
pub enum Time {
    /// The machine's.
    Real,
    /// This test's.
    Moved(MovedClock),
}

/// A clock that stands until a test moves it.
#[derive(Clone, Debug)]
pub struct MovedClock(Arc<ManualClock>);

impl MovedClock {
    /// Stands at the machine's present.
    pub fn now() -> Self {
        Self(ManualClock::at(SystemClock::new().now()))
    }

    /// Stands at the next noon in Japan: within kiosk hours, and after whatever was issued until now.
    pub fn next_noon_in_japan() -> Self {
        let noon = 3 * 3600;
        let now = SystemClock::new().now().unix_secs();
        let today = now - now.rem_euclid(86_400) + noon;
        Self(ManualClock::at(Timestamp::from_unix_secs(if today > now { today } else { today + 86_400 })))
    }

    /// Moves it forward.
    pub fn advance(&self, span: Duration) {
        self.0.advance(span);
    }

    /// Its instant.
    pub fn instant(&self) -> Timestamp {
        self.0.now()
    }

    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        self.0.set(now);
    }
}

impl ledger::Clock for MovedClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

impl client::clock::Clock for MovedClock {
    fn now(&self) -> OffsetDateTime {
        to_date_time(self.0.now())
    }
}

/// A running server. Stops when dropped.
pub struct LibraryServer {
    runtime: Runtime,
    running: Option<Running>,
}

impl LibraryServer {
    /// Starts a server with these settings.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(settings: &Path, time: &Time) -> Self {
        let runtime = Runtime::new().unwrap();
        let config = Config::load_file(settings).unwrap();
        let running = runtime.block_on(async {
            let (clock, ledger) = match time {
                Time::Real => {
                    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
                    (clock, assemble::open_store(&config).await.unwrap())
                }
                Time::Moved(clock) => {
                    let ours: Arc<dyn Clock> = clock.0.clone();
                    (ours, embedded(&config, clock.clone()))
                }
            };
            let mut material = assemble::check(&config).unwrap();
            let face = match material.face.take() {
                Some(FaceMaterial { anchors, settings }) => {
                    Some(FaceParts::new(anchors, Arc::new(Pool::start(settings).await.unwrap())))
                }
                None => None,
            };
            let parts = Parts { face, ..material.into_parts(&config, clock, ledger) };
            server::start(&config, parts).unwrap()
        });
        Self { runtime, running: Some(running) }
    }

    /// What it is made of.
    ///
    /// # Panics
    /// Never: it runs until it is dropped.
    pub fn parts(&self) -> &Arc<Parts> {
        self.running.as_ref().expect("it runs").parts()
    }

    /// Its runtime, for a client in this process.
    pub const fn runtime(&self) -> &Runtime {
        &self.runtime
    }
}

/// Redis has its own clock, which nobody moves.
fn embedded(config: &Config, clock: MovedClock) -> Arc<dyn Ledger> {
    assert_eq!(config.store.kind, StoreKind::Embedded, "only the embedded store's time can be moved");
    let file = config.store.embedded.as_ref().expect("its section").file();
    Arc::new(EmbeddedLedger::open(&file, Arc::new(clock)).unwrap())
}

impl Drop for LibraryServer {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}

impl fmt::Debug for LibraryServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LibraryServer")
    }
}
