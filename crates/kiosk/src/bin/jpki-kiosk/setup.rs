//! Settings, certificate, driver and connection: everything before the first word with the server.

use std::path::{Path, PathBuf};

use card::PinReset;
use client::private_file;
use client::{Connection, Endpoint, Language, Retry, program};
use kiosk::{HttpKioskServer, JournalFile};
use serde::Deserialize;
use virtual_card::driver::SimulatedReset;
use zeroize::Zeroizing;

use crate::args::Args;
use crate::stopped::Stopped;

const USER_AGENT: &str = concat!("jpki-kiosk/", env!("CARGO_PKG_VERSION"));
/// Largest key file in bytes; an RSA-4096 key in PEM has about 3,300.
const KEY_MAX_BYTES: u64 = 16 * 1024;

/// The card's reset command. The real card's is not public, so the only driver is the simulated one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ResetDriver {
    /// For `virtual-card`.
    #[default]
    Simulated,
}

impl ResetDriver {
    pub(crate) fn driver(self) -> &'static dyn PinReset {
        match self {
            Self::Simulated => &SimulatedReset,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    server: String,
    server_authority: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
    journal: PathBuf,
    #[serde(default)]
    reset_driver: ResetDriver,
    #[serde(default)]
    lang: Option<Language>,
}

/// The settings, ready to be used.
pub(crate) struct Setup {
    pub(crate) language: Language,
    pub(crate) server: String,
    pub(crate) certificate_pem: Vec<u8>,
    pub(crate) reset_driver: ResetDriver,
    authority_pem: Vec<u8>,
    identity_pem: Zeroizing<Vec<u8>>,
    journal: PathBuf,
}

impl Setup {
    pub(crate) fn read(args: &Args) -> Result<Self, Stopped> {
        program::log(&args.log).map_err(|error| Stopped::Usage(error.to_string()))?;
        let settings: Settings = program::settings(&args.config)
            .map_err(|error| Stopped::Usage(format!("{}: {error}", args.config.display())))?;
        let path = |path: &Path| program::path_from(&args.config, path);
        let certificate_pem = read(&path(&settings.certificate))?;
        Ok(Self {
            language: args.lang.or(settings.lang).unwrap_or_default(),
            server: settings.server,
            authority_pem: read(&path(&settings.server_authority))?,
            identity_pem: identity(&certificate_pem, &path(&settings.key))?,
            certificate_pem,
            reset_driver: settings.reset_driver,
            journal: path(&settings.journal),
        })
    }

    /// The server, called with this kiosk's certificate.
    pub(crate) fn connect(&self) -> Result<HttpKioskServer, Stopped> {
        let endpoint = Endpoint {
            base: &self.server,
            authority_pem: &self.authority_pem,
            identity_pem: Some(&self.identity_pem),
            user_agent: USER_AGENT,
        };
        let connection = Connection::prepare(&endpoint).map_err(|error| Stopped::Usage(error.to_string()))?;
        HttpKioskServer::new(connection, Retry::PERSON_WAITS).map_err(Stopped::System)
    }

    /// The journal, for this process alone.
    pub(crate) fn open_journal(&self) -> Result<JournalFile, Stopped> {
        Ok(JournalFile::open(&self.journal)?)
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Stopped> {
    std::fs::read(file).map_err(|error| Stopped::Usage(format!("{}: {error}", file.display())))
}

/// Certificate and key in one buffer that wipes itself, as the TLS library wants them.
fn identity(certificate_pem: &[u8], key_file: &Path) -> Result<Zeroizing<Vec<u8>>, Stopped> {
    let missing = || Stopped::Usage(format!("{}: no such file", key_file.display()));
    let key = private_file::read(key_file, KEY_MAX_BYTES)?.ok_or_else(missing)?;
    let mut identity = Zeroizing::new(Vec::with_capacity(certificate_pem.len() + 1 + key.len()));
    identity.extend_from_slice(certificate_pem);
    identity.push(b'\n');
    identity.extend_from_slice(&key);
    Ok(identity)
}
