//! The authority whose reset authorisations the card accepts.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use der::Decode as _;
use x509_cert::spki::SubjectPublicKeyInfoRef;

/// The public key (P-256) of the authority whose reset authorisations the card accepts.
#[derive(Clone, Debug)]
pub struct AuthorityKey {
    spki: Vec<u8>,
    key: ParsedPublicKey,
}

/// Not a P-256 public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the authority's key is not a P-256 public key (SubjectPublicKeyInfo)")]
pub struct BadAuthorityKey;

impl AuthorityKey {
    /// From DER.
    ///
    /// # Errors
    /// [`BadAuthorityKey`].
    pub fn from_spki(spki: &[u8]) -> Result<Self, BadAuthorityKey> {
        let parsed = SubjectPublicKeyInfoRef::from_der(spki).map_err(|_| BadAuthorityKey)?;
        let point = parsed.subject_public_key.as_bytes().ok_or(BadAuthorityKey)?;
        let curve = parsed.algorithm.parameters_oid().map_err(|_| BadAuthorityKey)?;
        if parsed.algorithm.oid != der::oid::db::rfc5912::ID_EC_PUBLIC_KEY
            || curve != der::oid::db::rfc5912::SECP_256_R_1
        {
            return Err(BadAuthorityKey);
        }
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| BadAuthorityKey)?;
        Ok(Self { spki: spki.to_vec(), key })
    }

    /// From PEM (`PUBLIC KEY`).
    ///
    /// # Errors
    /// [`BadAuthorityKey`].
    pub fn from_pem(pem: &[u8]) -> Result<Self, BadAuthorityKey> {
        match der::pem::decode_vec(pem) {
            Ok(("PUBLIC KEY", spki)) => Self::from_spki(&spki),
            _ => Err(BadAuthorityKey),
        }
    }

    /// DER SubjectPublicKeyInfo.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Whether `signature` (r‖s, 64 bytes) is this authority's over `statement`.
    pub(crate) fn has_signed(&self, statement: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(statement, signature).is_ok()
    }
}
