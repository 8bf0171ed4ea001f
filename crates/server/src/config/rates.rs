//! `[rates]`: how often a client may ask, before anything costly is done for it.

use std::num::NonZeroU32;

use serde::Deserialize;

/// So many at once, then so many a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Requests at once.
    pub burst: NonZeroU32,
    /// Requests a minute after that.
    pub per_minute: NonZeroU32,
}

impl Rate {
    const fn of(burst: u32, per_minute: u32) -> Self {
        match (NonZeroU32::new(burst), NonZeroU32::new(per_minute)) {
            (Some(burst), Some(per_minute)) => Self { burst, per_minute },
            _ => panic!("a rate of nought admits nobody"),
        }
    }
}

/// `[rates]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// The app listener, per address (an IPv6 network of 64 bits counts as one). Carriers put many phones behind
    /// one address.
    pub app_address: Rate,
    /// The app listener, per device key.
    pub installation: Rate,
    /// What is asked of the face engine, per proved card: photographs of its front, and face attempts.
    pub face: Rate,
    /// The kiosk listener, per kiosk.
    pub kiosk: Rate,
    /// The admin listener, per address.
    pub admin_address: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            app_address: Rate::of(120, 600),
            installation: Rate::of(30, 60),
            face: Rate::of(10, 20),
            kiosk: Rate::of(30, 60),
            admin_address: Rate::of(100, 600),
        }
    }
}
