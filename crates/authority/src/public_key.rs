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
        self.0.verify_sig(&statement.to_bytes(), authorisation).is_ok()
    }
}

impl core::fmt::Debug for AuthorityKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("AuthorityKey(P-256)")
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    };
    use der::pem::LineEnding;

    use super::*;

    fn pem(label: &str, spki: &[u8]) -> String {
        der::pem::encode_string(label, LineEnding::LF, spki).unwrap()
    }

    #[test]
    fn only_a_p256_public_key_in_pem_is_one() {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let spki = key.public_key().as_der().unwrap().as_ref().to_vec();
        let good = pem("PUBLIC KEY", &spki);
        assert!(AuthorityKey::from_pem(&good).is_ok());
        assert!(AuthorityKey::from_pem(&format!("\n{good}\n")).is_ok());

        let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        let p384 = p384.public_key().as_der().unwrap().as_ref().to_vec();
        // The same point, said to be on secp256k1: …2A 86 48 CE 3D 03 01 07 becomes 2B 81 04 00 0A.
        let curve = [
            &[0x30, 0x56, 0x30, 0x10, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1][..],
            &[6, 5, 0x2b, 0x81, 4, 0, 0x0a],
            &spki[23..],
        ];
        let mut off_curve = spki.clone();
        off_curve[90] ^= 1;
        for (name, bad) in [
            ("nothing", String::new()),
            ("two keys", good.repeat(2)),
            ("another label", pem("EC PUBLIC KEY", &spki)),
            ("a certificate's label", pem("CERTIFICATE", &spki)),
            ("P-384", pem("PUBLIC KEY", &p384)),
            ("another curve of the same size", pem("PUBLIC KEY", &curve.concat())),
            ("a point off the curve", pem("PUBLIC KEY", &off_curve)),
            ("a byte after the end", pem("PUBLIC KEY", &[&spki[..], &[0]].concat())),
        ] {
            assert!(AuthorityKey::from_pem(&bad).is_err(), "{name}");
        }
    }
}
