//! Settings, device key, state and connection: everything before the first word with the server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use client::clock::SystemClock;
use client::lock::{Lock, LockError};
use client::private_file;
use client::{Connection, Endpoint, Language, Retry, program};
use mobile_bridge::{DeviceKey, HttpBookingServer, Phone, SoftwareKey, StateFile};
use serde::Deserialize;

use crate::args::Args;
use crate::stopped::Stopped;

/// This program, as the server's statistics and logs see it.
pub(crate) const APP: &str = concat!("jpki-phone/", env!("CARGO_PKG_VERSION"));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    server: String,
    server_authority: PathBuf,
    state: PathBuf,
    #[serde(default)]
    lang: Option<Language>,
}

/// The settings, ready to be used.
pub(crate) struct Setup {
    pub(crate) language: Language,
    server: String,
    authority_pem: Vec<u8>,
    state_dir: PathBuf,
}

impl Setup {
    pub(crate) fn read(args: &Args) -> Result<Self, Stopped> {
        program::log(&args.log).map_err(|error| Stopped::Usage(error.to_string()))?;
        let usage = |text: String| Stopped::Usage(text);
        let settings: Settings = program::settings(&args.config)
            .map_err(|error| usage(format!("{}: {error}", args.config.display())))?;
        let authority = program::path_from(&args.config, &settings.server_authority);
        Ok(Self {
            language: args.lang.or(settings.lang).unwrap_or_default(),
            server: settings.server,
            authority_pem: read(&authority)?,
            state_dir: program::path_from(&args.config, &settings.state),
        })
    }

    /// The phone as it was left, for this process alone.
    pub(crate) fn open(&self) -> Result<(Phone, Lock), Stopped> {
        private_file::make_dir(&self.state_dir)?;
        let lock = Lock::take(&self.state_dir.join("lock")).map_err(|error| match error {
            LockError::Held => Stopped::AnotherAtWork,
            LockError::Io(error) => Stopped::System(error),
        })?;
        let key: Arc<dyn DeviceKey> =
            Arc::new(SoftwareKey::load_or_create(&self.state_dir.join("device-key.p8"))?);
        let installation = key.public_key().thumbprint();
        let endpoint = Endpoint {
            base: &self.server,
            authority_pem: &self.authority_pem,
            identity_pem: None,
            user_agent: APP,
        };
        let connection = Connection::prepare(&endpoint).map_err(|error| Stopped::Usage(error.to_string()))?;
        let server = HttpBookingServer::new(connection, key, Arc::new(SystemClock), Retry::PERSON_WAITS);
        let states = Box::new(StateFile::at(self.state_dir.join("state.json")));
        Ok((Phone::open(Arc::new(server), states, installation)?, lock))
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Stopped> {
    std::fs::read(file).map_err(|error| Stopped::Usage(format!("{}: {error}", file.display())))
}
