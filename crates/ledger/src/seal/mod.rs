//! Sealing, once and above the [`crate::Ledger`] trait: every store holds the same sealed bytes.
//!
//! AES-256-GCM under a key of its own for every record, derived by HKDF-SHA256 from a root key outside the
//! store. Bound to the bytes as associated data: the root key's id, whether it is a record or an event, the
//! version, and the record's key. So bytes that were changed, or copied to another record, another version or
//! from event to record, are refused.
//!
//! What this does not see: a whole record, or the whole store, put back to an older state.
//!
//! | module | idea |
//! |---|---|
//! | [`root_key`] | the root key and its file |
//! | this one | sealing, opening, rotation |

pub mod root_key;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::rand;
use zeroize::Zeroizing;

use crate::change::CommitId;
use crate::key::RecordKey;

pub use root_key::{KeyFileError, KeyId, RootKey};

/// The layout of sealed bytes: format ‖ key id ‖ nonce ‖ ciphertext and tag.
const FORMAT: u8 = 1;
const HEAD: usize = 1 + KeyId::LEN + NONCE_LEN;

/// By how many bytes sealing lengthens.
pub const OVERHEAD_BYTES: usize = HEAD + 16;

/// What the bytes are; one never passes for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The record.
    Record,
    /// The event that was appended with it.
    Event,
}

impl Content {
    const fn tag(self) -> u8 {
        match self {
            Self::Record => b'r',
            Self::Event => b'e',
        }
    }
}

/// Where bytes belong.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The record.
    pub key: &'a RecordKey,
    /// Its version.
    pub version: CommitId,
    /// What of it.
    pub content: Content,
}

impl Place<'_> {
    fn associated_data(&self, key: KeyId) -> Vec<u8> {
        // All of fixed length but the last, so that no two places have the same bytes.
        [&key.as_bytes()[..], &[self.content.tag()], self.version.as_bytes(), &self.key.to_bytes()].concat()
    }
}

/// Why bytes were not opened. Any of them is a reason to raise an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    /// Changed, cut, or put where they do not belong.
    #[error("a sealed record was tampered with")]
    Tampered,
    /// Sealed under a root key that was not given to us.
    #[error("a record is sealed under root key {0}, which is not among those loaded")]
    UnknownKey(KeyId),
    /// Sealed by another version of this program.
    #[error("a record's seal has format {0}, this program knows {FORMAT}")]
    UnknownFormat(u8),
}

/// Seals with the newest root key, opens with any it was given.
#[derive(Debug)]
pub struct Sealer {
    newest: RootKey,
    older: Vec<RootKey>,
}

impl Sealer {
    /// The first key seals; the others only open what they once sealed.
    pub fn new(newest: RootKey, older: Vec<RootKey>) -> Self {
        Self { newest, older }
    }

    /// The key that seals.
    pub fn newest(&self) -> KeyId {
        self.newest.id()
    }

    /// Seals for this place.
    pub fn seal(&self, place: &Place<'_>, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).expect("the system's random source works, or nothing here is safe");
        let key = self.newest.id();
        let mut sealed = Vec::with_capacity(plain.len() + OVERHEAD_BYTES);
        sealed.push(FORMAT);
        sealed.extend_from_slice(key.as_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = record_key(&self.newest, place.key)
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.associated_data(key)),
                &mut sealed[HEAD..],
            )
            .expect("a record is far below the length that AES-GCM refuses");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// [`UnsealError`]: raise the alarm, show nothing.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let (&format, rest) = sealed.split_first().ok_or(UnsealError::Tampered)?;
        if format != FORMAT {
            return Err(UnsealError::UnknownFormat(format));
        }
        let (key, rest) = rest.split_first_chunk().ok_or(UnsealError::Tampered)?;
        let (nonce, ciphertext) = rest.split_first_chunk().ok_or(UnsealError::Tampered)?;
        let root = self.find(KeyId::from_bytes(*key))?;
        let mut plain = Zeroizing::new(ciphertext.to_vec());
        let length = record_key(root, place.key)
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(place.associated_data(root.id())),
                &mut plain,
            )
            .map_err(|_| UnsealError::Tampered)?
            .len();
        plain.truncate(length);
        Ok(plain)
    }

    fn find(&self, id: KeyId) -> Result<&RootKey, UnsealError> {
        let mut keys = std::iter::once(&self.newest).chain(&self.older);
        keys.find(|key| key.id() == id).ok_or(UnsealError::UnknownKey(id))
    }
}

/// The record's own key. Under one of these, random nonces never come near the bound of AES-GCM.
fn record_key(root: &RootKey, key: &RecordKey) -> LessSafeKey {
    // EXPOSE: HKDF extracts from the root key; only what it derives is used.
    let extracted = Salt::new(HKDF_SHA256, b"jpki-reset ledger").extract(root.expose());
    let info = key.to_bytes();
    let info = [b"record key".as_slice(), &info];
    let derived = extracted.expand(&info, &AES_256_GCM).expect("32 bytes are within the reach of HKDF");
    LessSafeKey::new(UnboundKey::from(derived))
}

#[cfg(test)]
mod tests;
