//! The labelled bytes that are signed: by the holder's card, and by the authority towards the card.
//!
//! Phone, kiosk, card and server each build these bytes themselves from fields and never sign bytes they were
//! given: a rogue server must not get legally binding signatures from a holder (design §4).
//!
//! A statement is the label, then the purpose, then its fields, each as a two-byte big-endian length and that
//! many bytes, in the order written here. No two different statements have the same bytes.

use crate::id::{BookingId, ClaimId, InstallationId, KeyHash, KioskId, Nonce, SessionId, SurfaceHash};
use crate::limits::CARD_CHALLENGE_BYTES;
use crate::pin::PinKind;

/// Every statement begins with this; a change of any layout changes it.
pub const LABEL: &[u8] = b"JPKI-RESET v1";

/// A challenge drawn by the card.
pub type CardChallenge = [u8; CARD_CHALLENGE_BYTES];

/// What the card's known-PIN key signs in a booking (design §4, step 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingStatement {
    /// The booking.
    pub booking: BookingId,
    /// The server's nonce for it.
    pub nonce: Nonce,
    /// The PIN to be reset.
    pub target: PinKind,
    /// The app that books.
    pub installation: InstallationId,
    /// The surface file read from the chip; only for [`PinKind::Signature`].
    pub surface: Option<SurfaceHash>,
}

/// What the surface application's key signs in a booking of the signature PIN: the card itself was there, and this is
/// the surface file read from it (design §4, step 3). That key needs no PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceStatement {
    /// The booking.
    pub booking: BookingId,
    /// The server's nonce for it.
    pub nonce: Nonce,
    /// The app that books.
    pub installation: InstallationId,
    /// The surface file read from the chip.
    pub surface: SurfaceHash,
}

/// What the card's known-PIN key signs at the kiosk (design §5, step 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimStatement {
    /// The kiosk's session.
    pub session: SessionId,
    /// The server's nonce for it.
    pub nonce: Nonce,
    /// The kiosk.
    pub kiosk: KioskId,
    /// The PIN to be reset.
    pub target: PinKind,
    /// The challenge the card drew for its authorisation.
    pub card_challenge: CardChallenge,
}

/// What the card's target key signs once the new PIN is set (design §5, step 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletionStatement {
    /// The claim.
    pub claim: ClaimId,
    /// The server's completion nonce for it.
    pub nonce: Nonce,
    /// The PIN that was reset.
    pub target: PinKind,
}

/// What the authority signs so that one card accepts one reset (docs/card-reset.md).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetStatement {
    /// The PIN to be reset.
    pub target: PinKind,
    /// The challenge this card drew.
    pub card_challenge: CardChallenge,
    /// The public key of the card's *known*-PIN key, so that another card refuses it.
    pub known_key: KeyHash,
}

fn encode(purpose: &str, fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    for field in [LABEL, purpose.as_bytes()].iter().chain(fields) {
        let length =
            u16::try_from(field.len()).expect("a statement's fields are names, ids and digests, all short");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

impl BookingStatement {
    /// The bytes to sign.
    pub fn to_bytes(&self) -> Vec<u8> {
        let surface: &[u8] = self.surface.as_ref().map_or(&[], |hash| hash.as_bytes());
        encode(
            "booking",
            &[
                &self.booking.to_bytes(),
                self.nonce.as_bytes(),
                &[self.target.tag()],
                self.installation.as_bytes(),
                surface,
            ],
        )
    }
}

impl PresenceStatement {
    /// The bytes to sign.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(
            "presence",
            &[
                &self.booking.to_bytes(),
                self.nonce.as_bytes(),
                self.installation.as_bytes(),
                self.surface.as_bytes(),
            ],
        )
    }
}

impl ClaimStatement {
    /// The bytes to sign.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(
            "claim",
            &[
                &self.session.to_bytes(),
                self.nonce.as_bytes(),
                self.kiosk.as_str().as_bytes(),
                &[self.target.tag()],
                &self.card_challenge,
            ],
        )
    }
}

impl CompletionStatement {
    /// The bytes to sign.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode("completion", &[&self.claim.to_bytes(), self.nonce.as_bytes(), &[self.target.tag()]])
    }
}

impl ResetStatement {
    /// The bytes to sign.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode("card-reset", &[&[self.target.tag()], &self.card_challenge, self.known_key.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_label_purpose_and_fields_each_with_its_length() {
        let statement = CompletionStatement {
            claim: ClaimId::from_u128(0x0102),
            nonce: Nonce::from_bytes([7; 32]),
            target: PinKind::User,
        };
        let mut expected = vec![0, 13];
        expected.extend_from_slice(b"JPKI-RESET v1");
        expected.extend_from_slice(&[0, 10]);
        expected.extend_from_slice(b"completion");
        expected.extend_from_slice(&[0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
        expected.extend_from_slice(&[0, 32]);
        expected.extend_from_slice(&[7; 32]);
        expected.extend_from_slice(&[0, 1, b'U']);
        assert_eq!(statement.to_bytes(), expected);
    }

    #[test]
    fn every_field_of_a_presence_changes_its_bytes_and_none_are_a_bookings() {
        let base = PresenceStatement {
            booking: BookingId::from_u128(1),
            nonce: Nonce::from_bytes([1; 32]),
            installation: InstallationId::from_bytes([2; 32]),
            surface: SurfaceHash::from_bytes([3; 32]),
        };
        let changed = [
            PresenceStatement { booking: BookingId::from_u128(2), ..base.clone() },
            PresenceStatement { nonce: Nonce::from_bytes([9; 32]), ..base.clone() },
            PresenceStatement { installation: InstallationId::from_bytes([9; 32]), ..base.clone() },
            PresenceStatement { surface: SurfaceHash::from_bytes([9; 32]), ..base.clone() },
        ];
        for other in changed {
            assert_ne!(other.to_bytes(), base.to_bytes());
        }
        let booking = BookingStatement {
            booking: base.booking,
            nonce: base.nonce,
            target: PinKind::Signature,
            installation: base.installation,
            surface: Some(base.surface),
        };
        assert_ne!(booking.to_bytes(), base.to_bytes());
    }

    #[test]
    fn every_field_of_a_claim_changes_its_bytes() {
        let base = ClaimStatement {
            session: SessionId::from_u128(1),
            nonce: Nonce::from_bytes([1; 32]),
            kiosk: KioskId::parse("k1").unwrap(),
            target: PinKind::User,
            card_challenge: [9; 16],
        };
        let changed = [
            ClaimStatement { session: SessionId::from_u128(2), ..base.clone() },
            ClaimStatement { nonce: Nonce::from_bytes([2; 32]), ..base.clone() },
            ClaimStatement { kiosk: KioskId::parse("k2").unwrap(), ..base.clone() },
            ClaimStatement { target: PinKind::Signature, ..base.clone() },
            ClaimStatement { card_challenge: [8; 16], ..base.clone() },
        ];
        for other in changed {
            assert_ne!(other.to_bytes(), base.to_bytes());
        }
    }
}
