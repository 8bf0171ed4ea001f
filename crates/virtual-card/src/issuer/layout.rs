//! Where things lie in the folder that `virtual-card issue --dir DIR` fills.
//!
//! ```text
//! DIR/issuer/{signature,user}-ca-{1,2}.pem   CA certificates
//! DIR/issuer/{signature,user}-ca-{1,2}.key   their keys (0600)
//! DIR/anchors/{signature,user}/{1,2}.pem     the same certificates: the verifier's trust anchors, by purpose
//! DIR/issuer/surface-root.key                the root of the surface application's signatures (0600)
//! DIR/issuer/surface-municipality.key        the key that signs what is printed on cards (0600)
//! DIR/issuer/surface-municipality.cv         its card-verifiable certificate, as it stands on every card
//! DIR/anchors/surface/KEY-ID.pem             the root's public key; the name is its key identifier, in hexadecimal
//! DIR/crl/{signature,user}-{1,2}.crl         revocation lists, DER
//! DIR/register.json                          the card register
//! DIR/card.json                              the card named `card` (0600); others beside it as NAME.json
//! ```

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use reservation::pin::PinKind;

use super::ca::Generation;
use super::cv::ROOT_KEY_ID;
use crate::files::{self, FileError};

/// The name of a card in its folder: 1 to 32 of a-z, 0-9 and hyphen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardName(String);

/// Not a usable card name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a card name has 1 to 32 of a-z, 0-9 and hyphen, and is not \"register\"")]
pub struct BadCardName;

impl FromStr for CardName {
    type Err = BadCardName;

    fn from_str(text: &str) -> Result<Self, BadCardName> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let usable = (1..=32).contains(&text.len()) && text.bytes().all(allowed) && text != "register";
        usable.then(|| Self(text.to_owned())).ok_or(BadCardName)
    }
}

impl Default for CardName {
    fn default() -> Self {
        Self("card".to_owned())
    }
}

impl fmt::Display for CardName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// For the folder `root`, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The trust anchors of one purpose: a folder of PEM files.
    pub fn anchors(&self, kind: PinKind) -> PathBuf {
        self.root.join("anchors").join(kind.as_str())
    }

    /// The trust anchors of the surface application: a folder of PEM files.
    pub fn surface_anchors(&self) -> PathBuf {
        self.root.join("anchors").join("surface")
    }

    /// The revocation lists: a folder of DER files.
    pub fn crls(&self) -> PathBuf {
        self.root.join("crl")
    }

    /// The card register.
    pub fn register(&self) -> PathBuf {
        self.root.join("register.json")
    }

    /// The state of one card.
    pub fn card(&self, name: &CardName) -> PathBuf {
        self.root.join(format!("{name}.json"))
    }

    pub(crate) fn anchor(&self, kind: PinKind, generation: Generation) -> PathBuf {
        self.anchors(kind).join(format!("{}.pem", generation.number()))
    }

    pub(crate) fn crl(&self, kind: PinKind, generation: Generation) -> PathBuf {
        self.crls().join(format!("{kind}-{}.crl", generation.number()))
    }

    pub(crate) fn ca_certificate(&self, kind: PinKind, generation: Generation) -> PathBuf {
        self.issuer().join(format!("{kind}-ca-{}.pem", generation.number()))
    }

    pub(crate) fn ca_key(&self, kind: PinKind, generation: Generation) -> PathBuf {
        self.issuer().join(format!("{kind}-ca-{}.key", generation.number()))
    }

    pub(crate) fn surface_anchor(&self) -> PathBuf {
        self.surface_anchors().join(format!("{}.pem", hex::encode(ROOT_KEY_ID)))
    }

    pub(crate) fn surface_root_key(&self) -> PathBuf {
        self.issuer().join("surface-root.key")
    }

    pub(crate) fn municipality_key(&self) -> PathBuf {
        self.issuer().join("surface-municipality.key")
    }

    pub(crate) fn municipality_certificate(&self) -> PathBuf {
        self.issuer().join("surface-municipality.cv")
    }

    pub(crate) fn issuer_lock(&self) -> PathBuf {
        self.issuer().join("lock")
    }

    pub(crate) fn make_folders(&self) -> Result<(), FileError> {
        files::make_folder(&self.issuer())?;
        files::make_folder(&self.crls())?;
        files::make_folder(&self.surface_anchors())?;
        PinKind::ALL.into_iter().try_for_each(|kind| files::make_folder(&self.anchors(kind)))
    }

    fn issuer(&self) -> PathBuf {
        self.root.join("issuer")
    }
}
