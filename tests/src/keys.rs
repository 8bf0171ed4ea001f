//! A card's keys without the card: what a thief of keys could sign, and what ten thousand cards can sign in time.

use std::fs;
use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use reservation::PinKind;

/// One key and its certificate.
pub struct CardKey {
    pair: KeyPair,
    certificate: Vec<u8>,
}

impl CardKey {
    /// The key of this PIN on the card of that file.
    ///
    /// # Panics
    /// If the file holds none.
    pub fn read(card: &Path, kind: PinKind) -> Self {
        let stored: serde_json::Value = serde_json::from_slice(&fs::read(card).unwrap()).unwrap();
        let key = &stored[kind.as_str()];
        let bytes = |name: &str| hex::decode(key[name].as_str().expect("a key of this kind")).unwrap();
        let pair = KeyPair::from_pkcs8(&bytes("private_key")).expect("an RSA key");
        Self { pair, certificate: bytes("certificate") }
    }

    /// Its certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Its signature over these bytes (RSA PKCS#1 v1.5, SHA-256), as the card makes it.
    ///
    /// # Panics
    /// If the machine has no randomness to give.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut signature).unwrap();
        signature
    }
}
