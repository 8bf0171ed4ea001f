//! What a stack shall be.

use std::time::Duration;

use super::Stack;
use crate::library::MovedClock;

/// Where records are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// In a file of the server's.
    Embedded,
    /// In a private Redis.
    Redis,
}

/// Where the card lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the phone's reader.
    Phone,
    /// On the kiosk's reader.
    Kiosk,
}

/// More than a test takes.
const AHEAD: Duration = Duration::from_secs(600);

/// What a stack shall be.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub(super) store: Store,
    pub(super) relays: bool,
    pub(super) faces: bool,
    pub(super) hurries_faces: bool,
    time_is_moved: bool,
    pub(super) keeps_hours: bool,
    pub(super) log: &'static str,
}

impl Order {
    /// The usual stack on this store.
    pub const fn on(store: Store) -> Self {
        Self {
            store,
            relays: false,
            faces: false,
            hurries_faces: false,
            time_is_moved: false,
            keeps_hours: false,
            log: "info",
        }
    }

    /// With a relay between any two programs.
    #[must_use]
    pub const fn with_relays(self) -> Self {
        Self { relays: true, ..self }
    }

    /// With a face engine; the card has the holder's portrait.
    #[must_use]
    pub const fn with_faces(self) -> Self {
        Self { faces: true, ..self }
    }

    /// On the embedded store, with the server as a library whose time the test moves.
    pub const fn moving_time() -> Self {
        Self { time_is_moved: true, ..Self::on(Store::Embedded) }
    }

    /// The same, at noon, with kiosk hours as in the field.
    pub const fn keeping_hours() -> Self {
        Self { keeps_hours: true, ..Self::moving_time() }
    }

    /// With as much time for a face as in the field, on a machine that may be loaded.
    #[must_use]
    pub const fn hurrying_faces(self) -> Self {
        Self { hurries_faces: true, ..self }
    }

    /// With every program at this log level.
    #[must_use]
    pub const fn logging(self, log: &'static str) -> Self {
        Self { log, ..self }
    }

    pub(super) fn clock(self) -> Option<MovedClock> {
        let moved = || {
            let clock = if self.keeps_hours { MovedClock::next_noon_in_japan() } else { MovedClock::now() };
            if self.faces {
                // It stands, and a phone must not think that the time for its face is over.
                clock.advance(AHEAD);
            }
            clock
        };
        self.time_is_moved.then(moved)
    }

    /// Makes the site, issues the card, starts everything and admits the kiosk.
    ///
    /// # Panics
    /// If any of it fails.
    pub fn start(self) -> Stack {
        Stack::start(self)
    }
}
