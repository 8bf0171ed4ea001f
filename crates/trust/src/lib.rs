//! Whether a certificate and a signature are genuine, of one card, and in force.
//!
//! The crate answers six questions, each in its own place, and never mixes them:
//!
//! | question | answered by |
//! |---|---|
//! | Did a pinned authority issue this certificate, for this purpose, and is it valid now? | [`verify_certificate`] |
//! | Did that certificate's key sign these bytes? | [`HolderCertificate::verify`], [`verify_spki`] |
//! | Has the certificate been revoked? | [`Revocation`], from files by [`CrlFiles`] |
//! | Which card is it on, and what else is on that card? | [`CardRegistry`], from a file by [`FileRegistry`] |
//! | Did a municipality put this portrait into a card's chip? | [`verify_surface`] |
//! | Was that card there, and is it the certificate's card? | [`GenuineSurface::verify_presence`], [`GenuineSurface::belongs_to`] |
//!
//! Everything that is read here is hostile until it is verified: sizes are bounded before parsing, DER is strict,
//! nothing panics. Signature and authentication anchors are separate trust domains: which of the two a certificate
//! belongs to follows from the anchor that signed it, chosen by key identifier, never by name, because all
//! generations of an authority share one name. There are no intermediate authorities: the chain is anchor, holder.
//!
//! Nothing of a holder's name or address leaves this crate: [`HolderCertificate`] does not keep it. Of a card's surface
//! only the portrait leaves it, as [`GenuineSurface`].

mod anchors;
mod card_id;
mod certificate;
mod certificate_ref;
#[doc(hidden)]
pub mod contract;
mod crl;
mod crl_files;
mod file_registry;
mod key;
mod policy;
mod profile;
mod registry;
mod revocation;
mod surface;
mod watched;
mod x509;

pub use anchors::{AnchorError, AnchorProblem, AnchorSummary, Anchors};
pub use card_id::CardIdKey;
pub use certificate::{
    CertificateError, HolderCertificate, NotProved, verify_certificate, verify_certificate_of,
};
pub use certificate_ref::{BadReference, CertificateRef, IssuerKeyId, SerialNumber};
pub use crl::{CLOCK_SKEW, CrlProblem};
pub use crl_files::{CrlDirError, CrlFiles, CrlReport, CrlSummary};
pub use file_registry::{FileRegistry, RegisterError, RegisterProblem};
pub use key::{SignatureError, verify_spki};
pub use policy::{Policies, PolicyError};
pub use registry::{CardEntry, CardRegistry, RegisteredCertificate, RegistryError};
pub use revocation::{Revocation, RevocationReason, Status, Unknown};
pub use surface::{
    GenuineSurface, SurfaceAnchorError, SurfaceAnchorProblem, SurfaceAnchorSummary, SurfaceAnchors,
    SurfaceError, SurfaceGroup, SurfaceKeyId, SurfacePart, SurfaceParts, verify_surface,
};
