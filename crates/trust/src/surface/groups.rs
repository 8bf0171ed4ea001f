//! What the municipality signed: the hashes of three groups of objects in one block, compared exactly.

use super::card_key::CardKey;
use crate::key::RSA_BYTES;

const HASH_BYTES: usize = 32;
const HASHES_BYTES: usize = 3 * HASH_BYTES;

/// A DigestInfo (RFC 8017 §9.2) that says SHA-256 and holds 96 bytes. No real digest has that length, so that no
/// library makes this block; the cards do (card facts §3).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x71, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x60,
];

/// One of the groups that the issuer signs, each by its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SurfaceGroup {
    /// DF22, DF23, DF24: birth date, sex, the surface key.
    Holder,
    /// DF25, DF26: the pictures of name and address.
    Pictures,
    /// DF27: the portrait.
    Portrait,
}

impl SurfaceGroup {
    const ALL: [Self; 3] = [Self::Holder, Self::Pictures, Self::Portrait];
}

impl core::fmt::Display for SurfaceGroup {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Holder => "holder's data",
            Self::Pictures => "name or address",
            Self::Portrait => "portrait",
        })
    }
}

/// Why the signature over the groups was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GroupsError {
    /// That key signed no three groups with this signature.
    NotSigned,
    /// It signed three groups, and this is the first that is another one.
    Other(SurfaceGroup),
}

/// Checks that `key` signed the three groups with these hashes, in the order of [`SurfaceGroup`].
///
/// The one block that is right is built and compared with the one that was signed (RFC 8017 §8.2.2). Nothing of the
/// signed block is parsed, so there is no padding to hide bytes in; where it differs only tells the reason.
pub(crate) fn verify(
    key: &CardKey,
    hashes: [[u8; HASH_BYTES]; 3],
    signature: &[u8],
) -> Result<(), GroupsError> {
    let signed = key.recover(signature).ok_or(GroupsError::NotSigned)?;
    let expected = block(&hashes);
    if signed == expected {
        return Ok(());
    }
    let start = RSA_BYTES - HASHES_BYTES;
    if signed[..start] != expected[..start] {
        return Err(GroupsError::NotSigned);
    }
    let pairs = signed[start..].chunks_exact(HASH_BYTES).zip(&hashes);
    let other = SurfaceGroup::ALL.into_iter().zip(pairs).find(|(_, (signed, hash))| signed != hash);
    Err(other.map_or(GroupsError::NotSigned, |(group, _)| GroupsError::Other(group)))
}

/// EMSA-PKCS1-v1_5 (RFC 8017 §9.2) with the cards' own DigestInfo: `00 01 FF … FF 00 ‖ DigestInfo ‖ hashes`.
fn block(hashes: &[[u8; HASH_BYTES]; 3]) -> [u8; RSA_BYTES] {
    let hashes = hashes.concat();
    let tail = DIGEST_INFO.len() + hashes.len();
    let mut block = [0xff; RSA_BYTES];
    block[0] = 0;
    block[1] = 1;
    block[RSA_BYTES - tail - 1] = 0;
    block[RSA_BYTES - tail..RSA_BYTES - hashes.len()].copy_from_slice(&DIGEST_INFO);
    block[RSA_BYTES - hashes.len()..].copy_from_slice(&hashes);
    block
}
