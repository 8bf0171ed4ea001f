//! Whether a portrait is the one that the issuer put into a card's chip, and whether that card itself was there.
//!
//! The surface application (券面事項確認AP) holds the birth date, the sex and the card's own surface key (DF22 to
//! DF24), pictures of name and address (DF25, DF26) and the portrait (DF27). The municipality signs the three groups'
//! hashes in one signature (DF28); its key is certified by a card-verifiable certificate (EF 0004), and that by a
//! root that is on no card. Expiry date and security code (DF29, DF2A) are signed by nobody and are not taken.
//!
//! | module | idea |
//! |---|---|
//! | [`anchors`] | the pinned roots: public keys in files named by their identifier |
//! | [`cv_certificate`] | the card-verifiable certificate and its root |
//! | [`groups`] | what the municipality signed: three hashes, compared exactly |
//! | [`genuine`] | the checks in their order, and what may be asked of a surface that passed them |
//! | [`card_key`] | RSA keys as cards write them |
//! | [`objects`] | data objects that must be these, in this order, and nothing else |

mod anchors;
mod card_key;
mod cv_certificate;
mod genuine;
mod groups;
mod objects;

pub use anchors::{
    SurfaceAnchorError, SurfaceAnchorProblem, SurfaceAnchorSummary, SurfaceAnchors, SurfaceKeyId,
};
pub use genuine::{GenuineSurface, SurfaceError, SurfacePart, SurfaceParts, verify_surface};
pub use groups::SurfaceGroup;
