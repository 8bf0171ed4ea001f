//! `[service]`: the service data and what this site offers.

use std::path::PathBuf;

use figment::value::magic::RelativePathBuf;
use serde::Deserialize;

/// `[service]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    data: RelativePathBuf,
    /// Whether the user PIN can be booked.
    #[serde(default = "yes")]
    pub book_user: bool,
    /// Whether the signature PIN can be booked. It needs `[face]` and `trust.surface_anchors`.
    #[serde(default)]
    pub book_signature: bool,
    /// Minutes that a timed lock after face failures lasts.
    #[serde(default = "one_day")]
    pub lock_minutes: u64,
}

const fn yes() -> bool {
    true
}

const fn one_day() -> u64 {
    24 * 60
}

impl Service {
    /// The file with operators, hours and terms.
    pub fn data(&self) -> PathBuf {
        self.data.relative()
    }
}
