//! The public half of an authority's key, as cards have it: checks authorisations.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use der::{Decode, Sequence};
use reservation::statement::ResetStatement;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const PRIME256V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// Not a P-256 public key as SubjectPublicKeyInfo in PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one P-256 public key as SubjectPublicKeyInfo in PEM (\"BEGIN PUBLIC KEY\")")]
pub struct BadPublicKey;

#[derive(Sequence)]
struct Spki<'a> {
    algorithm: Algorithm<'a>,
    key: BitStringRef<'a>,
}

#[derive(Sequence)]
struct Algorithm<'a> {
    oid: ObjectIdentifier,
    parameters: Option<AnyRef<'a>>,
}

/// The uncompressed point of a P-256 key in PEM.
pub(crate) fn point_from_pem(pem: &str) -> Result<Vec<u8>, BadPublicKey> {
    let (label, der) = der::pem::decode_vec(pem.trim().as_bytes()).map_err(|_| BadPublicKey)?;
    let spki = Spki::from_der(&der).map_err(|_| BadPublicKey)?;
    let curve = spki.algorithm.parameters.and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
    let p256 = spki.algorithm.oid == EC_PUBLIC_KEY && curve == Some(PRIME256V1);
    let point = spki.key.as_bytes().filter(|point| point.len() == 65).ok_or(BadPublicKey)?;
    if label == "PUBLIC KEY" && p256 { Ok(point.to_vec()) } else { Err(BadPublicKey) }
}

/// The key that a card checks authorisations with.
#[derive(Clone)]
pub struct AuthorityKey(ParsedPublicKey);

impl AuthorityKey {
    /// From SubjectPublicKeyInfo in PEM, as [`CardAuthority::public_pem`](crate::CardAuthority::public_pem) gives it.
    ///
    /// # Errors
    /// [`BadPublicKey`].
    pub fn from_pem(pem: &str) -> Result<Self, BadPublicKey> {
        let point = point_from_pem(pem)?;
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map(Self).map_err(|_| BadPublicKey)
    }

    /// Whether these 64 bytes authorise this reset.
    pub fn authorises(&self, statement: &ResetStatement, authorisation: &[u8]) -> bool {
        authorisation.len() == 64 && self.0.verify_sig(&statement.to_bytes(), authorisation).is_ok()
    }
}

impl core::fmt::Debug for AuthorityKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("AuthorityKey(P-256)")
    }
}
