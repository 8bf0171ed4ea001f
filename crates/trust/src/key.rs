//! Public keys and exact signature checks.
//!
//! RSA keys have 2048 bits and the exponent 65537, nothing else, and PKCS#1 v1.5 signatures are compared with the
//! one encoding that is right (RFC 8017 §8.2.2), so there is no padding to hide bytes in. aws-lc-rs does the
//! arithmetic.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use der::{Decode, Sequence};
use reservation::{KeyHash, Timestamp};
use x509_cert::spki::{AlgorithmIdentifier, SubjectPublicKeyInfo};

pub(crate) const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const PRIME256V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// Bytes of a 2048-bit modulus, and of a signature made under it.
pub(crate) const RSA_BYTES: usize = 256;
/// 65537, big-endian.
pub(crate) const RSA_EXPONENT: &[u8] = &[1, 0, 1];
/// Bytes of an uncompressed P-256 point.
const P256_POINT_BYTES: usize = 65;
/// Bytes of r and s.
const P256_SIGNATURE_BYTES: usize = 64;
/// No key we accept needs more; RSA-2048 takes 294 bytes.
const SPKI_MAX_BYTES: usize = 1024;

/// Why a signature was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The signature does not have the key's length, so it is no signature of that key over anything.
    #[error("the signature has the wrong length")]
    Length,
    /// That key did not sign those bytes.
    #[error("the signature does not fit the bytes and the key")]
    Mismatch,
    /// The key is none we accept: whoever handed in the key is at fault, not whoever signed.
    #[error("the key is neither RSA of 2048 bits with exponent 65537 nor P-256")]
    Key,
}

/// RFC 8017 §A.1.1.
#[derive(Sequence)]
pub(crate) struct RsaPublicKey<'a> {
    pub(crate) modulus: UintRef<'a>,
    pub(crate) exponent: UintRef<'a>,
}

type SpkiRef<'a> = SubjectPublicKeyInfo<AnyRef<'a>, BitStringRef<'a>>;

/// A parsed key of a kind we accept.
#[derive(Clone)]
pub(crate) enum PublicKey {
    Rsa2048(ParsedPublicKey),
    P256(ParsedPublicKey),
}

impl PublicKey {
    /// Parses a SubjectPublicKeyInfo: strict DER, and only the two kinds of key.
    pub(crate) fn from_spki(spki: &[u8]) -> Option<Self> {
        if spki.len() > SPKI_MAX_BYTES {
            return None;
        }
        let spki = SpkiRef::from_der(spki).ok()?;
        let key = spki.subject_public_key.as_bytes()?;
        if is_rsa(&spki.algorithm) {
            let numbers = RsaPublicKey::from_der(key).ok()?;
            let modulus = numbers.modulus.as_bytes();
            let fits = modulus.len() == RSA_BYTES
                && modulus.first().is_some_and(|byte| byte & 0x80 != 0)
                && numbers.exponent.as_bytes() == RSA_EXPONENT;
            let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).ok()?;
            fits.then_some(Self::Rsa2048(parsed))
        } else if is_p256(&spki.algorithm) && key.len() == P256_POINT_BYTES {
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).ok().map(Self::P256)
        } else {
            None
        }
    }

    /// Checks a signature with SHA-256: PKCS#1 v1.5 under RSA, r ‖ s of 32 bytes each under P-256.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let (key, length) = match self {
            Self::Rsa2048(key) => (key, RSA_BYTES),
            Self::P256(key) => (key, P256_SIGNATURE_BYTES),
        };
        if signature.len() != length {
            return Err(SignatureError::Length);
        }
        key.verify_sig(message, signature).map_err(|_| SignatureError::Mismatch)
    }

    pub(crate) const fn is_rsa(&self) -> bool {
        matches!(self, Self::Rsa2048(_))
    }
}

fn is_rsa(algorithm: &AlgorithmIdentifier<AnyRef<'_>>) -> bool {
    // RFC 3279 §2.3.1: the parameters are NULL.
    algorithm.oid == RSA_ENCRYPTION && algorithm.parameters.is_some_and(|any| any == AnyRef::NULL)
}

fn is_p256(algorithm: &AlgorithmIdentifier<AnyRef<'_>>) -> bool {
    algorithm.oid == EC_PUBLIC_KEY
        && algorithm
            .parameters
            .is_some_and(|any| any.decode_as::<ObjectIdentifier>().is_ok_and(|curve| curve == PRIME256V1))
}

/// Checks a signature with SHA-256 under a public key that a trusted source named, such as the card register.
///
/// RSA keys take PKCS#1 v1.5 signatures of 256 bytes, P-256 keys take r ‖ s of 32 bytes each.
///
/// # Errors
/// [`SignatureError`]; [`SignatureError::Key`] blames the source of `spki`.
pub fn verify_spki(spki: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    PublicKey::from_spki(spki).ok_or(SignatureError::Key)?.verify(message, signature)
}

/// SHA-256 of a SubjectPublicKeyInfo in DER.
pub(crate) fn key_hash(spki: &[u8]) -> KeyHash {
    KeyHash::from_bytes(sha256(spki))
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

/// RFC 5280 §4.1.2.5: both ends belong to the validity, and its unit is the second.
pub(crate) fn in_force(not_before: Timestamp, not_after: Timestamp, now: Timestamp) -> bool {
    (not_before.unix_secs()..=not_after.unix_secs()).contains(&now.unix_secs())
}
