//! RSA keys as cards write them: objects 90 (exponent) and 91 (modulus).

use der::Encode;
use der::asn1::{AnyRef, BitStringRef, UintRef};
use rsa::BigUint;
use x509_cert::spki::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use super::objects::exactly;
use crate::key::{PublicKey, RSA_BYTES, RSA_ENCRYPTION, RSA_EXPONENT, RsaPublicKey};

const EXPONENT: u32 = 0x90;
const MODULUS: u32 = 0x91;

/// A key of 2048 bits with the exponent 65537, in the three shapes in which it is needed.
pub(crate) struct CardKey {
    modulus: BigUint,
    spki: Vec<u8>,
    public: PublicKey,
}

impl CardKey {
    /// Reads a card's objects 90 and 91.
    pub(crate) fn from_objects(bytes: &[u8]) -> Option<Self> {
        let [exponent, modulus] = exactly(bytes, [EXPONENT, MODULUS])?;
        if exponent != RSA_EXPONENT || modulus.len() != RSA_BYTES {
            return None;
        }
        let spki = spki(modulus)?;
        let public = PublicKey::from_spki(&spki)?;
        Some(Self { modulus: BigUint::from_bytes_be(modulus), spki, public })
    }

    /// The same key as a SubjectPublicKeyInfo, DER.
    pub(crate) fn spki(&self) -> &[u8] {
        &self.spki
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The block that was signed, by the public operation alone: RSAVP1 of RFC 8017 §5.2.2.
    ///
    /// Needed because one signature on the card is over a block that no signature scheme of aws-lc-rs makes. Only
    /// public values go in, so the crate's timing leak (RUSTSEC-2023-0071, private keys) has nothing to tell.
    pub(crate) fn recover(&self, signature: &[u8]) -> Option<[u8; RSA_BYTES]> {
        let number = BigUint::from_bytes_be(signature);
        if signature.len() != RSA_BYTES || number >= self.modulus {
            return None;
        }
        let recovered = number.modpow(&BigUint::from_bytes_be(RSA_EXPONENT), &self.modulus).to_bytes_be();
        let mut block = [0; RSA_BYTES];
        // Below the modulus, so never longer than it.
        block[RSA_BYTES - recovered.len()..].copy_from_slice(&recovered);
        Some(block)
    }
}

fn spki(modulus: &[u8]) -> Option<Vec<u8>> {
    let numbers =
        RsaPublicKey { modulus: UintRef::new(modulus).ok()?, exponent: UintRef::new(RSA_EXPONENT).ok()? };
    let key = numbers.to_der().ok()?;
    let algorithm = AlgorithmIdentifier { oid: RSA_ENCRYPTION, parameters: Some(AnyRef::NULL) };
    let subject_public_key = BitStringRef::from_bytes(&key).ok()?;
    SubjectPublicKeyInfo { algorithm, subject_public_key }.to_der().ok()
}
