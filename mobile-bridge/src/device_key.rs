//! The key that makes a phone the phone: P-256, made on it, never leaving it.
//!
//! On a phone the key lives in the hardware keystore behind [`DeviceKey`]; the phone program keeps a software key
//! in a file that only its owner may read.

use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use client::private_file::{self, PrivateFileError};
use reservation::InstallationId;

/// Largest key file in bytes; a P-256 key in PKCS#8 has 138.
const KEY_FILE_MAX_BYTES: u64 = 1024;

/// The keystore did not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the device key cannot be used")]
pub struct KeyUnavailable;

/// A P-256 key that signs and does not leave its store.
pub trait DeviceKey: Send + Sync {
    /// Its public half.
    fn public_key(&self) -> PublicKey;

    /// An ECDSA signature over SHA-256 of `message`: r and s, 32 bytes each.
    ///
    /// # Errors
    /// [`KeyUnavailable`].
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyUnavailable>;
}

/// A point on P-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The affine x, big-endian.
    pub x: [u8; 32],
    /// The affine y, big-endian.
    pub y: [u8; 32],
}

impl PublicKey {
    /// The key as a JSON Web Key with its required members in lexical order and no others, which is at once the
    /// form that RFC 7638 §3 hashes.
    pub fn to_jwk(self) -> String {
        let [x, y] = [self.x, self.y].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
        format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
    }

    /// The RFC 7638 thumbprint, which is the installation's name.
    pub fn thumbprint(self) -> InstallationId {
        let hash = digest(&SHA256, self.to_jwk().as_bytes());
        InstallationId::from_bytes(hash.as_ref().try_into().expect("a SHA-256 digest has 32 bytes"))
    }
}

/// Why there is no software key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] PrivateFileError),
    /// The file holds no P-256 key in PKCS#8.
    #[error("the key file holds no P-256 key in PKCS#8 form")]
    NotAKey,
    /// The machine gave no randomness for a new key.
    #[error("no key could be made")]
    NotMade,
}

/// A key in a file of mode 0600.
pub struct SoftwareKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl SoftwareKey {
    /// Loads the key, or makes one and stores it first.
    ///
    /// # Errors
    /// [`KeyFileError`]. A damaged file is never replaced: the reservations made with its key would be lost.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyFileError> {
        if let Some(stored) = private_file::read(path, KEY_FILE_MAX_BYTES)? {
            return Self::from_pkcs8(&stored).map_err(|KeyUnavailable| KeyFileError::NotAKey);
        }
        let random = SystemRandom::new();
        // The document wipes itself when dropped.
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .map_err(|_| KeyFileError::NotMade)?;
        private_file::write(path, document.as_ref())?;
        Self::from_pkcs8(document.as_ref()).map_err(|KeyUnavailable| KeyFileError::NotMade)
    }

    fn from_pkcs8(document: &[u8]) -> Result<Self, KeyUnavailable> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document)
            .map_err(|_| KeyUnavailable)?;
        Ok(Self { pair, random: SystemRandom::new() })
    }
}

impl DeviceKey for SoftwareKey {
    fn public_key(&self) -> PublicKey {
        // SEC 1 §2.3.3: 04, x, y.
        let point = self.pair.public_key().as_ref();
        let coordinate = |from: usize| {
            point[from..from + 32].try_into().expect("an uncompressed P-256 point has 65 bytes")
        };
        PublicKey { x: coordinate(1), y: coordinate(33) }
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyUnavailable> {
        let signature = self.pair.sign(&self.random, message).map_err(|_| KeyUnavailable)?;
        signature.as_ref().try_into().map_err(|_| KeyUnavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_file_is_the_same_phone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("device-key.p8");
        let first = SoftwareKey::load_or_create(&path).unwrap().public_key();
        let again = SoftwareKey::load_or_create(&path).unwrap().public_key();
        assert_eq!(first, again);
        let other = SoftwareKey::load_or_create(&dir.path().join("other")).unwrap().public_key();
        assert_ne!(first.thumbprint(), other.thumbprint());
    }

    #[test]
    fn a_damaged_key_is_reported_and_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("device-key.p8");
        private_file::write(&path, b"not a key").unwrap();
        assert!(matches!(SoftwareKey::load_or_create(&path), Err(KeyFileError::NotAKey)));
        assert_eq!(std::fs::read(&path).unwrap(), b"not a key");
    }
}
