//! What the server must believe about a surface file before a portrait in it is looked at (design §4).
//!
//! The issuer signed it; the card's own surface key signed that it was there in this booking; and that key belongs to
//! the card whose certificate proved itself. A thief's genuine portrait beside a stolen card fails the last.

use std::fmt;

use reservation::SurfaceHash;
use reservation::statement::PresenceStatement;
use trust::{CardEntry, GenuineSurface, SurfaceAnchors, SurfaceParts, verify_surface};
use wire::app::SurfaceFile;
use wire::problem::ProblemType;

use crate::problem::Refusal;
use crate::request::idempotency::sha256;
use crate::request::json;

/// A surface file as it was sent; nothing in it is believed.
pub struct SentSurface {
    hash: SurfaceHash,
    file: SurfaceFile,
}

impl fmt::Debug for SentSurface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentSurface").field("hash", &self.hash).finish_non_exhaustive()
    }
}

impl SentSurface {
    /// Reads the part `surface`.
    ///
    /// # Errors
    /// `malformed-request` if it is not the JSON that the interface describes.
    pub fn parse(part: &[u8]) -> Result<Self, Refusal> {
        Ok(Self { hash: SurfaceHash::from_bytes(sha256(part)), file: json::parse(part)? })
    }

    /// SHA-256 of the bytes as they were sent.
    pub const fn hash(&self) -> SurfaceHash {
        self.hash
    }

    /// Checks that the issuer signed it.
    ///
    /// # Errors
    /// `surface-not-genuine`.
    pub fn genuine(&self, anchors: &SurfaceAnchors) -> Result<GenuineSurface, Refusal> {
        let SurfaceFile { holder, pictures, portrait, signature, certificate } = &self.file;
        let parts = SurfaceParts {
            holder: &holder.0,
            pictures: &pictures.0,
            portrait: &portrait.0,
            signature: &signature.0,
            certificate: &certificate.0,
        };
        verify_surface(&parts, anchors).map_err(|_| not_genuine("the issuer did not sign this surface file"))
    }
}

/// Checks that the card with this surface was there in this booking, and that it is the card that proved itself.
///
/// # Errors
/// `surface-not-genuine`, `surface-of-another-card`.
pub fn believe(
    surface: &GenuineSurface,
    statement: &PresenceStatement,
    presence: &[u8],
    entry: &CardEntry,
) -> Result<(), Refusal> {
    surface
        .verify_presence(&statement.to_bytes(), presence)
        .map_err(|_| not_genuine("the surface key did not sign"))?;
    if surface.belongs_to(entry) {
        Ok(())
    } else {
        Err(Refusal::new(ProblemType::SurfaceOfAnotherCard).because("the register names another surface key"))
    }
}

fn not_genuine(cause: &'static str) -> Refusal {
    Refusal::new(ProblemType::SurfaceNotGenuine).because(cause)
}
