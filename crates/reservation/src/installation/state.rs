//! The record of one installed app.

use crate::installation::Booking;
use crate::{InstallationId, Timestamp};

/// One installed app, known by its device key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Which.
    pub id: InstallationId,
    /// When its key was first registered.
    pub registered_at: Timestamp,
    /// The highest instant this record has seen.
    pub high_water: Timestamp,
    /// Begins anew whenever the failures do: after a match, a lock's end, a lift.
    pub generation: u32,
    /// Whether it may book.
    pub standing: Standing,
    /// The booking in hand; a new one takes its place.
    pub booking: Option<Booking>,
}

/// Whether an installation may book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Open {
        /// Consecutive face failures, below [`crate::limits::FACE_FAILURES_TO_LOCK`].
        failures: u8,
    },
    /// The app lock: neither target can be booked.
    Locked {
        /// When it began.
        since: Timestamp,
        /// The first instant at which it is over.
        until: Timestamp,
    },
}
