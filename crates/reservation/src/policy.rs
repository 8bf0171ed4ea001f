//! The settings a decision is made under; everything else is fixed in [`crate::limits`].

use core::time::Duration;

use crate::{Hours, limits};

/// Settings of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long five consecutive face failures lock an installation and a card.
    pub lock: Duration,
    /// When kiosks may begin a reset.
    pub hours: Hours,
}

impl Default for Policy {
    /// A lock of 24 hours, kiosks from 06:30 to 23:00 in Japan.
    fn default() -> Self {
        Self { lock: limits::DEFAULT_LOCK, hours: Hours::default() }
    }
}
