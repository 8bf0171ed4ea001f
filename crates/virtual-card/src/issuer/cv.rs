//! The *simulated* issuer's key hierarchy for the surface application: a root, a municipality's key that signs what is
//! printed, and the card-verifiable certificate (7F21) that joins them (card facts §3).

use der::{Encode as _, pem};

use super::IssuerError;
use super::key::RsaKey;
use super::layout::Layout;
use super::surface::object;
use crate::chip::SigningKey;
use crate::files::{self, FileError, Readers};

/// A key's name: seven digits, two bytes, three digits, padding.
pub(crate) type KeyId = [u8; 16];

/// The root's. The real hierarchy's begin with 5, the test hierarchy's with 6 (card facts §3).
pub(crate) const ROOT_KEY_ID: KeyId = *b"7000023\x08\x05001\0\0\0\0";
/// What the application's basic data name; it certifies nothing here.
pub(crate) const BASIC_KEY_ID: KeyId = *b"7000024\x08\x05001\0\0\0\0";
/// No prefecture has the number 99.
pub(crate) const MUNICIPALITY: &str = "99901";
const MUNICIPALITY_KEY_ID: KeyId = *b"9990121\x08\x05000\0\0\0\0";

const PEM_LABEL: &str = "PUBLIC KEY";
/// DigestInfo for SHA-256 without its two lengths.
const SHA256_ALGORITHM: [u8; 15] =
    [0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];

/// The municipality that issues the cards: its key and its certificate.
pub(crate) struct Municipality {
    key: SigningKey,
    certificate: Vec<u8>,
}

impl Municipality {
    /// Reads both, and sets root and municipality up where the folder has none.
    pub(crate) fn open(layout: &Layout) -> Result<Self, IssuerError> {
        // The anchor is written last: without it, the set-up did not finish.
        if files::read_if_there(&layout.surface_anchor())?.is_none() {
            set_up(layout)?;
        }
        let path = layout.municipality_key();
        let key = RsaKey::load(&path)?.to_pkcs8()?;
        let key = SigningKey::new(key).ok_or_else(|| FileError::damaged(&path, "not an RSA-2048 key"))?;
        Ok(Self { key, certificate: files::read(&layout.municipality_certificate())? })
    }

    /// EF 0004.
    pub(crate) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Signs SHA-256 hashes, one after the other in one DigestInfo.
    pub(crate) fn sign(&self, hashes: &[&[u8]]) -> Result<Vec<u8>, IssuerError> {
        sign(&self.key, hashes)
    }
}

fn set_up(layout: &Layout) -> Result<(), IssuerError> {
    let root = RsaKey::generate()?;
    let municipality = RsaKey::generate()?;
    let body = [&ROOT_KEY_ID[..], &MUNICIPALITY_KEY_ID, &public_key(&municipality)?].concat();
    let signer = SigningKey::new(root.to_pkcs8()?).ok_or(IssuerError::Crypto)?;
    let signature = sign(&signer, &[aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body).as_ref()])?;
    let certificate = object(0x7F21, &[object(0x5F4E, &body)?, object(0x5F37, &signature)?].concat())?;
    let anchor = pem::encode_string(PEM_LABEL, pem::LineEnding::LF, &root.spki()?.to_der()?);
    let anchor = anchor.map_err(der::Error::from)?;
    files::replace(&layout.surface_root_key(), root.to_pem()?.as_bytes(), Readers::Owner)?;
    files::replace(&layout.municipality_key(), municipality.to_pem()?.as_bytes(), Readers::Owner)?;
    files::replace(&layout.municipality_certificate(), &certificate, Readers::Everyone)?;
    files::replace(&layout.surface_anchor(), anchor.as_bytes(), Readers::Everyone)?;
    Ok(())
}

fn sign(key: &SigningKey, hashes: &[&[u8]]) -> Result<Vec<u8>, IssuerError> {
    let hashes = hashes.concat();
    let length = u8::try_from(hashes.len()).expect("at most three hashes");
    let mut block = vec![0x30, length + 17];
    block.extend_from_slice(&SHA256_ALGORITHM);
    block.extend_from_slice(&[0x04, length]);
    block.extend_from_slice(&hashes);
    key.sign_block(&block).ok_or(IssuerError::Crypto)
}

/// A public key as cards write it: 90 exponent, 91 modulus.
pub(crate) fn public_key(key: &RsaKey) -> Result<Vec<u8>, IssuerError> {
    let (exponent, modulus) = key.public_numbers();
    Ok([object(0x90, &exponent)?, object(0x91, &modulus)?].concat())
}
