//! The card's memory as a file, `DIR/card.json` (0600): keys and certificates from issue, PINs and counters as they
//! are now. The format is this program's own; version 1.

use std::path::{Path, PathBuf};

use aws_lc_rs::rand;
use reservation::pin::PinKind;
use serde::{Deserialize, Serialize};

use crate::chip::{AuthorityKey, Content, KeyObject, PinState, Pins, Reference, TokenKind};
use crate::files::{self, FileError, Lock, Readers};

const VERSION: u32 = 1;
/// The PINs of a fresh simulated card.
pub const FRESH_USER_PIN: &str = "1234";
/// See [`FRESH_USER_PIN`].
pub const FRESH_SIGNATURE_PIN: &str = "ABC123";

/// A key and its certificates, as the issuer puts them on a card.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// PKCS #8.
    #[serde(with = "hex::serde")]
    pub(crate) private_key: Vec<u8>,
    #[serde(with = "hex::serde")]
    pub(crate) certificate: Vec<u8>,
    #[serde(with = "hex::serde")]
    pub(crate) ca_certificate: Vec<u8>,
}

/// What the issuer makes a card of.
pub(crate) struct NewCard {
    pub(crate) token: TokenKind,
    pub(crate) user: NewKey,
    pub(crate) signature: Option<NewKey>,
    pub(crate) authority: Option<AuthorityKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    token: TokenKind,
    pins: Pins,
    /// Hex of the SubjectPublicKeyInfo.
    authority: Option<String>,
    user: NewKey,
    signature: Option<NewKey>,
}

/// The open file of one card. While it is open no other process can open it.
pub(crate) struct CardFile {
    path: PathBuf,
    stored: Stored,
    _lock: Lock,
}

impl CardFile {
    /// Writes a fresh card's file: full counters and the first PINs; the signature PIN of a card without signature
    /// certificate is issued blocked.
    pub(crate) fn create(path: &Path, card: NewCard) -> Result<(), FileError> {
        let mut salts = [[0; 16]; 2];
        for salt in &mut salts {
            rand::fill(salt).map_err(|_| FileError::damaged(path, "the system gives no randomness"))?;
        }
        let fresh = |kind, pin: &str, salt| PinState::full(kind, Reference::new(pin.as_bytes(), salt));
        let signature_pin = match card.signature {
            Some(_) => fresh(PinKind::Signature, FRESH_SIGNATURE_PIN, salts[1]),
            None => PinState::issued_blocked(),
        };
        let stored = Stored {
            version: VERSION,
            token: card.token,
            pins: Pins::new(fresh(PinKind::User, FRESH_USER_PIN, salts[0]), signature_pin),
            authority: card.authority.map(|key| hex::encode(key.spki())),
            user: card.user,
            signature: card.signature,
        };
        write(path, &stored)
    }

    /// One certificate of the card; does not need the card for itself.
    pub(crate) fn certificate(path: &Path, kind: PinKind) -> Result<Option<Vec<u8>>, FileError> {
        let stored = read(path)?;
        Ok(match kind {
            PinKind::User => Some(stored.user.certificate),
            PinKind::Signature => stored.signature.map(|key| key.certificate),
        })
    }

    /// Takes the card for this process.
    pub(crate) fn open(path: &Path) -> Result<(Self, Content, Pins), FileError> {
        // Read before as well, so that no lock file is made for a card that is not there.
        read(path)?;
        let lock = Lock::take(&path.with_extension("lock"))?;
        let stored = read(path)?;
        let damaged = || FileError::damaged(path, "a key of the card is damaged");
        let key = |new: &NewKey| {
            KeyObject::new(new.private_key.clone(), new.certificate.clone(), new.ca_certificate.clone())
                .ok_or_else(damaged)
        };
        let authority = stored.authority.as_deref().map(|text| {
            hex::decode(text).ok().and_then(|spki| AuthorityKey::from_spki(&spki).ok()).ok_or_else(damaged)
        });
        let content = Content {
            token: stored.token,
            user: key(&stored.user)?,
            signature: stored.signature.as_ref().map(key).transpose()?,
            authority: authority.transpose()?,
        };
        let pins = stored.pins.clone();
        Ok((Self { path: path.to_owned(), stored, _lock: lock }, content, pins))
    }

    /// Makes these PINs and counters the card's, durably, or changes nothing.
    pub(crate) fn save(&mut self, pins: &Pins) -> Result<(), FileError> {
        let before = std::mem::replace(&mut self.stored.pins, pins.clone());
        write(&self.path, &self.stored).inspect_err(|_| self.stored.pins = before)
    }
}

fn read(path: &Path) -> Result<Stored, FileError> {
    let stored: Stored = serde_json::from_slice(&files::read(path)?)
        .map_err(|_| FileError::damaged(path, "not a simulated card"))?;
    if stored.version != VERSION || !stored.pins.is_sound() {
        return Err(FileError::damaged(path, "a card of another version, or with impossible counters"));
    }
    Ok(stored)
}

fn write(path: &Path, stored: &Stored) -> Result<(), FileError> {
    let json = serde_json::to_vec_pretty(stored).expect("a card's file has only strings as keys");
    files::replace(path, &json, Readers::Owner)
}
