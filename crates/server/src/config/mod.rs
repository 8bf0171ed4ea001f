//! The server's settings: one struct per concern, read once, unknown keys refused.
//!
//! A TOML file, overridden by the environment: `JPKI_RESET_LISTEN__APP__ADDRESS=…` is `listen.app.address`.
//! Relative paths in the file are relative to the file. Secrets are never settings, only the files that hold them.

mod dpop;
mod face;
mod keys;
mod listen;
mod log;
mod rates;
mod service;
mod store;
mod trust;

use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format as _, Toml};
use serde::Deserialize;

pub use dpop::Dpop;
pub use face::Face;
pub use keys::Keys;
pub use listen::{AdminListener, AppListener, BadOrigin, Budget, KioskListener, Listen, Origin};
pub use log::Log;
pub use rates::{Rate, Rates};
pub use service::Service;
pub use store::{EmbeddedStore, RedisStore, Store, StoreKind};
pub use trust::Trust;

/// What every environment override begins with.
pub const ENV_PREFIX: &str = "JPKI_RESET_";

/// All settings of `jpki-reset serve`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The three listeners.
    pub listen: Listen,
    /// Where records are kept.
    pub store: Store,
    /// The files of our own keys.
    pub keys: Keys,
    /// What certificates and cards are checked against.
    pub trust: Trust,
    /// Operators, hours, terms.
    pub service: Service,
    /// The face engine.
    #[serde(default)]
    pub face: Face,
    /// The app's proof of itself.
    #[serde(default)]
    pub dpop: Dpop,
    /// How often a client may ask.
    #[serde(default)]
    pub rates: Rates,
    /// What is logged.
    #[serde(default)]
    pub log: Log,
}

/// Why the settings were refused. The text names the key and the place it came from.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no such file.
    #[error("there is no settings file {0}; `jpki-reset init --dir DIR` writes one")]
    Missing(String),
    /// A key is unknown, missing or of the wrong form.
    #[error("the settings do not hold: {0}")]
    Invalid(#[from] Box<figment::Error>),
}

impl Config {
    /// Reads the file and the environment.
    ///
    /// # Errors
    /// [`ConfigError`] names the key to change.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        Self::read(file, Env::prefixed(ENV_PREFIX).split("__"))
    }

    /// Reads the file alone, for tests that must not depend on where they run.
    ///
    /// # Errors
    /// [`ConfigError`] names the key to change.
    pub fn load_file(file: &Path) -> Result<Self, ConfigError> {
        Self::read(file, Env::raw().only(&[]))
    }

    fn read(file: &Path, environment: Env) -> Result<Self, ConfigError> {
        if !file.is_file() {
            return Err(ConfigError::Missing(file.display().to_string()));
        }
        Figment::new()
            .merge(Toml::file_exact(file))
            .merge(environment)
            .extract()
            .map_err(|error| ConfigError::Invalid(Box::new(error)))
    }
}
