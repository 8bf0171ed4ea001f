//! What a card proves in a booking: evidence alone for the user PIN; for the signature PIN also the surface file that
//! was read from the chip, and a picture of the card's front.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use reservation::SurfaceHash;
use wire::app::{CardEvidence, SurfaceFile};
use zeroize::Zeroizing;

use crate::pictures::Front;

/// The surface file as it is sent: the same bytes with the card's evidence and with the face, since the card's
/// signatures and the server's comparison are over their hash. In memory only. These bytes are wiped when dropped; what
/// the card gave and they were written from is dropped as it is, without being wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct SurfaceBytes(Zeroizing<Vec<u8>>);

impl SurfaceBytes {
    /// Writes the file down, once for the whole booking.
    pub fn of(file: &SurfaceFile) -> Self {
        Self(Zeroizing::new(serde_json::to_vec(file).expect("base64url strings are always JSON")))
    }

    /// What the card's signatures are over.
    pub fn hash(&self) -> SurfaceHash {
        let hash = digest(&SHA256, &self.0);
        SurfaceHash::from_bytes(hash.as_ref().try_into().expect("a SHA-256 digest has 32 bytes"))
    }

    /// The bytes, as they are sent.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SurfaceBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SurfaceBytes({} bytes)", self.0.len())
    }
}

/// What the card of a booking of the signature PIN says: the same card says the same again in the same booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurfaceProof {
    /// Certificate, signature, and the surface key's signature.
    pub evidence: CardEvidence,
    /// What all of it is about.
    pub surface: SurfaceBytes,
}

/// What is sent so that a card proves itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardProof {
    /// For a booking of the user PIN.
    User(CardEvidence),
    /// For a booking of the signature PIN.
    Signature {
        /// What the card says.
        card: SurfaceProof,
        /// Its front.
        front: Front,
    },
}

impl CardProof {
    /// The card's signatures.
    pub const fn evidence(&self) -> &CardEvidence {
        match self {
            Self::User(evidence) => evidence,
            Self::Signature { card, .. } => &card.evidence,
        }
    }
}

impl From<CardEvidence> for CardProof {
    fn from(evidence: CardEvidence) -> Self {
        Self::User(evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_over_the_bytes_as_they_are_sent() {
        let file = SurfaceFile {
            holder: [1].into(),
            pictures: [2; 32].into(),
            portrait: [3].into(),
            signature: [4].into(),
            certificate: [5].into(),
        };
        let bytes = SurfaceBytes::of(&file);
        assert_eq!(serde_json::from_slice::<SurfaceFile>(bytes.as_bytes()).unwrap(), file);
        assert_eq!(bytes.hash().as_bytes(), digest(&SHA256, bytes.as_bytes()).as_ref());
        assert_eq!(bytes, SurfaceBytes::of(&file));
    }

    #[test]
    fn a_portrait_is_not_printed() {
        let bytes = SurfaceBytes(Zeroizing::new(b"CANARY".to_vec()));
        assert_eq!(format!("{bytes:?}"), "SurfaceBytes(6 bytes)");
    }
}
