//! The outside crate `myna-card` and `openssl` as second opinions.

use myna_card::ap::surface::CardFace;
use myna_card::data::{CardVerifiableCertificate, RsaPublicKey};

use super::issued::{ROOT_ID, Surface, object};
use crate::authority::{TestKey, test_key};
use crate::openssl;

/// Whether `myna-card` accepts what a card with this surface would hold in EF 0002 and EF 0004.
///
/// It takes whatever root key it is given, so the choice of the root by its identifier is made here.
pub(crate) fn myna_accepts(surface: &Surface) -> bool {
    let Ok(certificate) = CardVerifiableCertificate::parse(&surface.certificate) else { return false };
    let Ok(face) = CardFace::parse(&card_face(surface)) else { return false };
    let root = test_key("surface-root");
    let root = RsaPublicKey { exponent: vec![1, 0, 1], modulus: root.modulus() };
    *certificate.issuer_key_id.as_bytes() == ROOT_ID
        && certificate.verify_with(&root).is_ok()
        && face.verify(&certificate.public_key).is_ok()
}

/// EF 0002 with these objects, without the table of offsets that a reader may leave unread.
fn card_face(surface: &Surface) -> Vec<u8> {
    let unsigned = [object(0xdf29, b"20350217"), object(0xdf2a, b"security code")].concat();
    let signature = object(0xdf28, &surface.signature);
    let Surface { holder, pictures, portrait, .. } = surface;
    object(0xff20, &[&holder[..], pictures, portrait, &signature, &unsigned].concat())
}

/// What `openssl` takes out of a PKCS#1 v1.5 signature, if it finds one.
pub(crate) fn openssl_recovers(key: &TestKey, signature: &[u8]) -> Option<Vec<u8>> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("signature").display().to_string();
    std::fs::write(&file, signature).unwrap();
    let options = ["-pkeyopt", "rsa_padding_mode:pkcs1"];
    let output = openssl::run(
        &[&["pkeyutl", "-verifyrecover", "-inkey", &key.path, "-in", &file], &options[..]].concat(),
    );
    output.status.success().then_some(output.stdout)
}
