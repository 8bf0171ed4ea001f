//! The card-verifiable certificate (EF 0004): a root names a municipality's key. Format in card facts §3:
//! `7F21 {5F4E 297 bytes, 5F37 256 bytes}`, the 297 bytes being issuer's key id (16), subject's key id (16), key.

use super::anchors::{SurfaceAnchors, SurfaceKeyId};
use super::card_key::CardKey;
use super::objects::exactly;
use crate::key::RSA_BYTES;

const CERTIFICATE: u32 = 0x7f21;
const BODY: u32 = 0x5f4e;
const SIGNATURE: u32 = 0x5f37;

const KEY_ID_BYTES: usize = SurfaceKeyId::BYTES;
/// 90 03 010001, 91 820100 and 256 bytes of modulus.
const KEY_BYTES: usize = 5 + 4 + RSA_BYTES;
const BODY_BYTES: usize = 2 * KEY_ID_BYTES + KEY_BYTES;

/// Why a card-verifiable certificate was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CvError {
    Malformed,
    UnknownIssuer(SurfaceKeyId),
    NotSigned,
    Key,
}

/// A certificate that was parsed and is not believed yet.
struct CvCertificate<'a> {
    issuer: SurfaceKeyId,
    key: &'a [u8],
    body: &'a [u8],
    signature: &'a [u8],
}

impl<'a> CvCertificate<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let [contents] = exactly(bytes, [CERTIFICATE])?;
        let [body, signature] = exactly(contents, [BODY, SIGNATURE])?;
        if body.len() != BODY_BYTES || signature.len() != RSA_BYTES {
            return None;
        }
        let (issuer, rest) = body.split_first_chunk()?;
        // Whom the key belongs to is the municipality's number; nothing hangs on it.
        let (_subject, key) = rest.split_at_checked(KEY_ID_BYTES)?;
        Some(Self { issuer: SurfaceKeyId(*issuer), key, body, signature })
    }
}

/// The key that a pinned root certified. The root is chosen by all 16 bytes of its identifier.
pub(crate) fn certified_key(bytes: &[u8], anchors: &SurfaceAnchors) -> Result<CardKey, CvError> {
    let certificate = CvCertificate::parse(bytes).ok_or(CvError::Malformed)?;
    let root = anchors.key(certificate.issuer).ok_or(CvError::UnknownIssuer(certificate.issuer))?;
    root.verify(certificate.body, certificate.signature).map_err(|_| CvError::NotSigned)?;
    CardKey::from_objects(certificate.key).ok_or(CvError::Key)
}
