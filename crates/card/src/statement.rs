//! What this crate makes a card sign: the labelled statements of [`reservation::statement`], and nothing else.

use aws_lc_rs::digest::{SHA256, digest};
use reservation::PinKind;
use reservation::statement::{BookingStatement, ClaimStatement, CompletionStatement};

mod sealed {
    pub trait Sealed {}
    impl Sealed for reservation::statement::BookingStatement {}
    impl Sealed for reservation::statement::ClaimStatement {}
    impl Sealed for reservation::statement::CompletionStatement {}
}

/// A statement that a holder's card signs. Only the three of the service are; bytes made elsewhere cannot be, because
/// a signature with the signature key binds its holder by law.
pub trait CardStatement: sealed::Sealed {
    /// Which of the card's keys signs it.
    fn signed_with(&self) -> PinKind;
    /// The bytes that are hashed and signed.
    fn to_bytes(&self) -> Vec<u8>;
}

impl CardStatement for BookingStatement {
    fn signed_with(&self) -> PinKind {
        self.target.other()
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.to_bytes()
    }
}

impl CardStatement for ClaimStatement {
    fn signed_with(&self) -> PinKind {
        self.target.other()
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.to_bytes()
    }
}

impl CardStatement for CompletionStatement {
    fn signed_with(&self) -> PinKind {
        self.target
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.to_bytes()
    }
}

/// DigestInfo for SHA-256 without the hash (RFC 8017 §9.2 note 1).
const SHA256_PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// The 51 bytes the card pads and signs: with P1 = 00 the card never hashes (card facts §2.2).
pub(crate) fn digest_info(statement: &[u8]) -> Vec<u8> {
    let hash = digest(&SHA256, statement);
    [SHA256_PREFIX.as_slice(), hash.as_ref()].concat()
}
