//! The claims of one round, as both sides get them: real cards under identities of this round.
//!
//! A card's record is fresh in every round because the register gives the card another identity; a new card would take
//! two new RSA keys.

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

/// One claim, everything that was signed for it included.
#[derive(Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) identity: Vec<u8>,
    pub(crate) session: u128,
    pub(crate) session_token: String,
    pub(crate) certificate: Vec<u8>,
    pub(crate) statement: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) card_challenge: [u8; 16],
    pub(crate) body: Vec<u8>,
    /// The key of the target PIN, as the register names it.
    pub(crate) target_key: Vec<u8>,
    /// Bytes of the server's answer, which is stored with the claim.
    pub(crate) reply_bytes: usize,
}

/// A card's identity in one round.
pub(crate) fn identity(round: usize, card: usize) -> Vec<u8> {
    sha256(format!("round {round}, card {card}").as_bytes())[..16].to_vec()
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}
