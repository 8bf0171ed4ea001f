//! The card's memory as a file, `DIR/card.json` (0600): keys and certificates from issue, PINs and counters as they
//! are now, and what is printed on the front. The format is this program's own; version 2. Version 1 had no surface
//! application, which only the issuer can make: such a card is refused, and to be issued anew.

use std::path::{Path, PathBuf};

use aws_lc_rs::rand;
use iso7816::tlv::{Tag, Tlv};
use reservation::pin::PinKind;
use serde::{Deserialize, Serialize};

use crate::chip::{
    AuthorityKey, Code, Content, Credential, CredentialState, Credentials, KeyObject, Reference, SigningKey,
    Surface, TokenKind,
};
use crate::files::{self, FileError, Lock, Readers};
use crate::issuer::Printed;

const VERSION: u32 = 2;
/// Object DF27 of EF 0002.
const PORTRAIT: Tag = Tag(0xDF27);
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

/// The surface application, as the issuer puts it on a card.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSurface {
    /// PKCS #8.
    #[serde(with = "hex::serde")]
    pub(crate) private_key: Vec<u8>,
    /// EF 0001.
    #[serde(with = "hex::serde")]
    pub(crate) age: Vec<u8>,
    /// EF 0002.
    #[serde(with = "hex::serde")]
    pub(crate) face: Vec<u8>,
    /// EF 0003.
    #[serde(with = "hex::serde")]
    pub(crate) basic: Vec<u8>,
    /// EF 0004.
    #[serde(with = "hex::serde")]
    pub(crate) certificate: Vec<u8>,
}

/// What the issuer makes a card of.
pub(crate) struct NewCard {
    pub(crate) token: TokenKind,
    pub(crate) printed: Printed,
    /// The surface application's numbers: the birth date, and 照合番号B.
    pub(crate) birth_six: String,
    pub(crate) code_b: String,
    pub(crate) surface: NewSurface,
    pub(crate) user: NewKey,
    pub(crate) signature: Option<NewKey>,
    pub(crate) authority: Option<AuthorityKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    token: TokenKind,
    credentials: Credentials,
    printed: Printed,
    surface: NewSurface,
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
        let no_randomness = || FileError::damaged(path, "the system gives no randomness");
        let fresh = |credential: Credential, value: &str| -> Result<CredentialState, FileError> {
            let mut salt = [0; 16];
            rand::fill(&mut salt).map_err(|_| no_randomness())?;
            Ok(CredentialState::full(credential, Reference::new(value.as_bytes(), salt)))
        };
        let signature_pin = match card.signature {
            Some(_) => fresh(PinKind::Signature.into(), FRESH_SIGNATURE_PIN)?,
            None => CredentialState::issued_blocked(),
        };
        let credentials = Credentials {
            user: fresh(PinKind::User.into(), FRESH_USER_PIN)?,
            signature: signature_pin,
            birth_date: fresh(Credential::Code(Code::BirthDate), &card.birth_six)?,
            code_b: fresh(Credential::Code(Code::B), &card.code_b)?,
            code_a: fresh(Credential::Code(Code::A), &my_number().ok_or_else(no_randomness)?)?,
        };
        let stored = Stored {
            version: VERSION,
            token: card.token,
            credentials,
            printed: card.printed,
            surface: card.surface,
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

    /// What is printed on the card; does not need the card for itself.
    pub(crate) fn printed(path: &Path) -> Result<Printed, FileError> {
        Ok(read(path)?.printed)
    }

    /// The surface application's public key, DER SubjectPublicKeyInfo; does not need the card for itself.
    pub(crate) fn surface_key(path: &Path) -> Result<Vec<u8>, FileError> {
        SigningKey::new(read(path)?.surface.private_key)
            .and_then(|key| key.spki())
            .ok_or_else(|| FileError::damaged(path, "a key of the card is damaged"))
    }

    /// What is printed on the card, and its portrait.
    pub(crate) fn front(path: &Path) -> Result<(Printed, Vec<u8>), FileError> {
        let Stored { printed, surface, .. } = read(path)?;
        let portrait =
            Tlv::first(&surface.face).and_then(|(face, _)| Ok(face.child(PORTRAIT)?.value.to_vec()));
        let portrait = portrait.map_err(|_| FileError::damaged(path, "a card without a portrait"))?;
        Ok((printed, portrait))
    }

    /// Takes the card for this process.
    pub(crate) fn open(path: &Path) -> Result<(Self, Content, Credentials), FileError> {
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
            surface: Surface {
                key: SigningKey::new(stored.surface.private_key.clone()).ok_or_else(damaged)?,
                age: stored.surface.age.clone(),
                face: stored.surface.face.clone(),
                basic: stored.surface.basic.clone(),
                certificate: stored.surface.certificate.clone(),
            },
        };
        let credentials = stored.credentials.clone();
        Ok((Self { path: path.to_owned(), stored, _lock: lock }, content, credentials))
    }

    /// Makes these PINs and counters the card's, durably, or changes nothing.
    pub(crate) fn save(&mut self, credentials: &Credentials) -> Result<(), FileError> {
        let before = std::mem::replace(&mut self.stored.credentials, credentials.clone());
        write(&self.path, &self.stored).inspect_err(|_| self.stored.credentials = before)
    }
}

/// Whatever else a version has, it has this.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

fn read(path: &Path) -> Result<Stored, FileError> {
    let bytes = files::read(path)?;
    let not_a_card = |_| FileError::damaged(path, "not a simulated card");
    let Versioned { version } = serde_json::from_slice(&bytes).map_err(not_a_card)?;
    if version != VERSION {
        return Err(FileError::damaged(path, "a card of another version of this program: issue it anew"));
    }
    let stored: Stored = serde_json::from_slice(&bytes).map_err(not_a_card)?;
    if !stored.credentials.is_sound() {
        return Err(FileError::damaged(path, "a card with impossible counters"));
    }
    Ok(stored)
}

fn write(path: &Path, stored: &Stored) -> Result<(), FileError> {
    let json = serde_json::to_vec_pretty(stored).expect("a card's file has only strings as keys");
    files::replace(path, &json, Readers::Owner)
}

/// 照合番号A: twelve random digits that nobody is told, and that are nobody's My Number, since the last is not the check
/// digit of the others. `None` if the system gives no randomness.
fn my_number() -> Option<String> {
    let mut random = [0_u8; 11];
    rand::fill(&mut random).ok()?;
    let digits = random.map(|byte| u32::from(byte % 10));
    // The weights from the left: 6 5 4 3 2 7 6 5 4 3 2 (総務省令第85号, 2014).
    let sum: u32 =
        digits.iter().zip([6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
    let check = if sum % 11 <= 1 { 0 } else { 11 - sum % 11 };
    let all = digits.into_iter().chain([(check + 1) % 10]);
    all.map(|digit| char::from_digit(digit, 10)).collect()
}
