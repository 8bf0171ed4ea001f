//! `[dpop]`: how strictly the app's proofs are judged (RFC 9449).

use std::time::Duration;

use serde::Deserialize;

/// `[dpop]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dpop {
    /// Seconds by which a phone's clock may be wrong, either way. Phones in the field are minutes off; the nonce
    /// bounds a proof's age by our own clock.
    pub iat_window_secs: u32,
    /// Seconds that a server nonce is good for.
    pub nonce_life_secs: u32,
}

impl Default for Dpop {
    fn default() -> Self {
        Self { iat_window_secs: 300, nonce_life_secs: 300 }
    }
}

impl Dpop {
    /// By how much a phone's clock may be wrong.
    pub fn iat_window(&self) -> Duration {
        Duration::from_secs(u64::from(self.iat_window_secs.max(1)))
    }

    /// How long a server nonce is good for.
    pub fn nonce_life(&self) -> Duration {
        Duration::from_secs(u64::from(self.nonce_life_secs.max(2)))
    }
}
