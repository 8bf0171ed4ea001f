//! The card register from a file: `register.json`, as the *simulated* issuer of `virtual-card` writes it.
//!
//! The format is described in `crates/virtual-card/src/register.rs`. A missing, empty or broken register refuses at
//! start, and later makes every lookup [`RegistryError::Unavailable`]: an empty register would say *unknown* of
//! every card, which a person would read as a fault of the card.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use reservation::{PinKind, Timestamp};
use serde::Deserialize;

use crate::certificate_ref::{BadReference, CertificateRef, IssuerKeyId, SerialNumber};
use crate::key::{self, PublicKey};
use crate::registry::{CardEntry, CardRegistry, RegisteredCertificate, RegistryError};
use crate::watched::{FileStamp, Source, Watched};

/// The format this code reads.
const VERSION: u32 = 1;
/// About 400,000 cards; whoever has more has a register to ask over the network.
const FILE_MAX_BYTES: u64 = 512 << 20;

/// The register cannot be used: for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct RegisterError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub problem: RegisterProblem,
}

/// What is wrong with a register.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterProblem {
    /// It is not there, or may not be read.
    #[error("cannot be read: {0}")]
    Unreadable(std::io::ErrorKind),
    /// Larger than 512 MiB.
    #[error("is larger than {} MiB", FILE_MAX_BYTES >> 20)]
    TooLarge,
    /// Not the JSON that the format asks for.
    #[error("is not a card register: line {line}, column {column}")]
    Malformed {
        /// Where.
        line: usize,
        /// Where in that line.
        column: usize,
    },
    /// Of a format that this code does not know.
    #[error("has format version {0}; this program reads version {VERSION}")]
    Version(u32),
    /// It names no card.
    #[error("names no card: issue one first")]
    Empty,
    /// A card without identity or certificate, or a value that cannot be what it stands for.
    #[error("card {0} (counted from 1) is incomplete or has an impossible value")]
    BadCard(usize),
    /// An identity, a certificate or a key stands there twice, so that it would not name one card.
    #[error("card {0} (counted from 1) shares its identity, a certificate or a key with another")]
    Duplicate(usize),
}

/// The card register in one file, read again when the file changes.
pub struct FileRegistry(Watched<RegisterFile>);

struct RegisterFile(PathBuf);

struct Cards {
    entries: Vec<CardEntry>,
    by_certificate: HashMap<CertificateRef, usize>,
}

impl FileRegistry {
    /// Reads the register.
    ///
    /// # Errors
    /// [`RegisterError`] says what is wrong with the file.
    pub fn open(path: &Path) -> Result<Self, RegisterError> {
        let registry = Self(Watched::open(RegisterFile(path.to_owned())));
        match registry.problem() {
            Some(problem) => Err(RegisterError { path: path.to_owned(), problem }),
            None => Ok(registry),
        }
    }

    /// Why the register could not be used when it was last read, if it could not.
    pub fn problem(&self) -> Option<RegisterProblem> {
        self.0.last().as_ref().as_ref().err().cloned()
    }
}

#[async_trait]
impl CardRegistry for FileRegistry {
    async fn find(&self, certificate: &CertificateRef) -> Result<CardEntry, RegistryError> {
        let cards = self.0.current().await;
        let cards = cards.as_ref().as_ref().map_err(|_| RegistryError::Unavailable)?;
        let index = cards.by_certificate.get(certificate).ok_or(RegistryError::Unknown)?;
        Ok(cards.entries[*index].clone())
    }
}

impl Source for RegisterFile {
    type Value = Result<Cards, RegisterProblem>;

    fn stamps(&self) -> Option<Vec<FileStamp>> {
        FileStamp::of(&self.0).ok().map(|stamp| vec![stamp])
    }

    fn read(&self, _: Option<&[FileStamp]>, _: Option<&Self::Value>) -> Self::Value {
        let cards = read(&self.0);
        if let Err(problem) = &cards {
            tracing::error!(register.path = %self.0.display(), %problem, "card register not used");
        }
        cards
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredRegister {
    version: u32,
    cards: Vec<StoredCard>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredCard {
    #[serde(with = "hex::serde")]
    identity: Vec<u8>,
    user: Option<StoredCertificate>,
    signature: Option<StoredCertificate>,
    surface_key: Option<Hex>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Hex(#[serde(with = "hex::serde")] Vec<u8>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredCertificate {
    #[serde(with = "hex::serde")]
    issuer_key_id: Vec<u8>,
    #[serde(with = "hex::serde")]
    serial: Vec<u8>,
    #[serde(with = "hex::serde")]
    spki: Vec<u8>,
    #[serde(with = "time::serde::rfc3339")]
    not_before: time::OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    not_after: time::OffsetDateTime,
}

fn read(path: &Path) -> Result<Cards, RegisterProblem> {
    let unreadable = |error: std::io::Error| RegisterProblem::Unreadable(error.kind());
    if fs::metadata(path).map_err(unreadable)?.len() > FILE_MAX_BYTES {
        return Err(RegisterProblem::TooLarge);
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    if bytes.trim_ascii().is_empty() {
        return Err(RegisterProblem::Empty);
    }
    let register: StoredRegister = serde_json::from_slice(&bytes)
        .map_err(|error| RegisterProblem::Malformed { line: error.line(), column: error.column() })?;
    if register.version != VERSION {
        return Err(RegisterProblem::Version(register.version));
    }
    if register.cards.is_empty() {
        return Err(RegisterProblem::Empty);
    }
    index(register.cards)
}

fn index(stored: Vec<StoredCard>) -> Result<Cards, RegisterProblem> {
    let mut cards = Cards { entries: Vec::with_capacity(stored.len()), by_certificate: HashMap::new() };
    let mut identities = HashSet::new();
    let mut keys = HashSet::new();
    for (index, card) in stored.into_iter().enumerate() {
        let bad = || RegisterProblem::BadCard(index + 1);
        let duplicate = || RegisterProblem::Duplicate(index + 1);
        let entry = CardEntry::try_from(card).map_err(|_| bad())?;
        if !identities.insert(entry.identity.clone()) {
            return Err(duplicate());
        }
        for kind in PinKind::ALL {
            let Some(certificate) = entry.certificate(kind) else { continue };
            let known = cards.by_certificate.insert(certificate.reference(kind), index);
            if known.is_some() || !keys.insert(certificate.key_hash()) {
                return Err(duplicate());
            }
        }
        // Two cards with one surface key would let one card's portrait and presence stand for the other's.
        if entry.surface_key.as_ref().is_some_and(|spki| !keys.insert(key::key_hash(spki))) {
            return Err(duplicate());
        }
        cards.entries.push(entry);
    }
    Ok(cards)
}

/// A value that cannot be what it stands for.
struct Impossible;

impl From<BadReference> for Impossible {
    fn from(_: BadReference) -> Self {
        Self
    }
}

impl TryFrom<StoredCard> for CardEntry {
    type Error = Impossible;

    fn try_from(card: StoredCard) -> Result<Self, Impossible> {
        let entry = Self {
            identity: card.identity,
            user: card.user.map(RegisteredCertificate::try_from).transpose()?,
            signature: card.signature.map(RegisteredCertificate::try_from).transpose()?,
            surface_key: card.surface_key.map(|key| key.0),
        };
        let whole = !entry.identity.is_empty() && (entry.user.is_some() || entry.signature.is_some());
        let surface_fits = entry.surface_key.as_deref().is_none_or(is_surface_key);
        if whole && surface_fits { Ok(entry) } else { Err(Impossible) }
    }
}

/// One that no card can have would show only when its holder has read the card.
fn is_surface_key(spki: &[u8]) -> bool {
    PublicKey::from_spki(spki).is_some_and(|key| key.is_rsa())
}

impl TryFrom<StoredCertificate> for RegisteredCertificate {
    type Error = Impossible;

    fn try_from(stored: StoredCertificate) -> Result<Self, Impossible> {
        let certificate = Self {
            issuer_key_id: IssuerKeyId::from_bytes(&stored.issuer_key_id)?,
            serial: SerialNumber::from_bytes(&stored.serial)?,
            spki: stored.spki,
            not_before: Timestamp::from_unix_secs(stored.not_before.unix_timestamp()),
            not_after: Timestamp::from_unix_secs(stored.not_after.unix_timestamp()),
        };
        // A key we could not verify under would show only after the card's PIN is set.
        let usable = PublicKey::from_spki(&certificate.spki).is_some()
            && certificate.not_before <= certificate.not_after;
        if usable { Ok(certificate) } else { Err(Impossible) }
    }
}
