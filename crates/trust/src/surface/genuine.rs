//! The checks in their order, and what may be asked of a surface that passed them.

use core::fmt;

use zeroize::Zeroizing;

use super::anchors::{SurfaceAnchors, SurfaceKeyId};
use super::card_key::CardKey;
use super::cv_certificate::{self, CvError};
use super::groups::{self, GroupsError, SurfaceGroup};
use super::objects::exactly;
use crate::key::{self, SignatureError};
use crate::registry::CardEntry;

const BIRTH_DATE: u32 = 0xdf22;
const SEX: u32 = 0xdf23;
const SURFACE_KEY: u32 = 0xdf24;
const PORTRAIT: u32 = 0xdf27;

/// EF 0002 begins with a table of 16-bit offsets into itself, so no part of it is longer.
const FILE_MAX_BYTES: usize = 0xffff;

/// What a phone read from the surface application, as `wire::app::SurfaceFile` carries it. Nothing of it is believed.
#[derive(Clone, Copy)]
pub struct SurfaceParts<'a> {
    /// Objects DF22, DF23, DF24 one after the other, as on the card.
    pub holder: &'a [u8],
    /// SHA-256 over objects DF25 and DF26 one after the other.
    pub pictures: &'a [u8],
    /// Object DF27.
    pub portrait: &'a [u8],
    /// The value of DF28.
    pub signature: &'a [u8],
    /// EF 0004.
    pub certificate: &'a [u8],
}

impl fmt::Debug for SurfaceParts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SurfaceParts(…)")
    }
}

/// Which part a complaint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SurfacePart {
    /// Birth date, sex, surface key.
    Holder,
    /// The hash over the pictures of name and address.
    Pictures,
    /// The portrait's object.
    Portrait,
    /// The card-verifiable certificate.
    Certificate,
}

impl fmt::Display for SurfacePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holder => "holder's data",
            Self::Pictures => "hash over name and address",
            Self::Portrait => "portrait",
            Self::Certificate => "card-verifiable certificate",
        })
    }
}

/// Why a surface is not genuine. All of them refuse; the reasons are for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SurfaceError {
    /// Not the objects that a card has there.
    #[error("the {0} has not the form that cards give it")]
    Malformed(SurfacePart),
    /// The card belongs to another hierarchy, or to none.
    #[error("no pinned root has the identifier {0}")]
    UnknownIssuer(SurfaceKeyId),
    /// The root did not sign the card-verifiable certificate.
    #[error("the root did not sign the card-verifiable certificate")]
    CertificateNotSigned,
    /// A key of another kind is certified, or stands in DF24.
    #[error("a key is not RSA with 2048 bits and exponent 65537")]
    Key,
    /// The certified key made no such signature.
    #[error("the certified key did not sign a card's surface with this signature")]
    NotSigned,
    /// The certified key signed another card's surface, or this one before it was altered.
    #[error("the signature is over another {0}")]
    Altered(SurfaceGroup),
}

impl From<CvError> for SurfaceError {
    fn from(error: CvError) -> Self {
        match error {
            CvError::Malformed => Self::Malformed(SurfacePart::Certificate),
            CvError::UnknownIssuer(id) => Self::UnknownIssuer(id),
            CvError::NotSigned => Self::CertificateNotSigned,
            CvError::Key => Self::Key,
        }
    }
}

impl From<GroupsError> for SurfaceError {
    fn from(error: GroupsError) -> Self {
        match error {
            GroupsError::NotSigned => Self::NotSigned,
            GroupsError::Other(group) => Self::Altered(group),
        }
    }
}

/// A surface that the issuer signed, portrait and surface key of one card. Wiped when dropped.
pub struct GenuineSurface {
    portrait: Zeroizing<Vec<u8>>,
    key: CardKey,
}

/// Checks that a municipality whose key a pinned root certified signed the holder's data, the pictures' hash and the
/// portrait together.
///
/// That the card itself was there, and that it is the certificate's card, are two more questions:
/// [`GenuineSurface::verify_presence`] and [`GenuineSurface::belongs_to`].
///
/// # Errors
/// [`SurfaceError`].
pub fn verify_surface(
    parts: &SurfaceParts<'_>,
    anchors: &SurfaceAnchors,
) -> Result<GenuineSurface, SurfaceError> {
    let malformed = |part| move || SurfaceError::Malformed(part);
    let key = surface_key(parts.holder).ok_or_else(malformed(SurfacePart::Holder))?;
    let portrait = portrait(parts.portrait).ok_or_else(malformed(SurfacePart::Portrait))?;
    let pictures = parts.pictures.try_into().map_err(|_| SurfaceError::Malformed(SurfacePart::Pictures))?;

    let issuer = cv_certificate::certified_key(parts.certificate, anchors)?;
    let hashes = [key::sha256(parts.holder), pictures, key::sha256(parts.portrait)];
    groups::verify(&issuer, hashes, parts.signature)?;

    let key = CardKey::from_objects(key).ok_or(SurfaceError::Key)?;
    Ok(GenuineSurface { portrait: Zeroizing::new(portrait.to_vec()), key })
}

fn surface_key(holder: &[u8]) -> Option<&[u8]> {
    if holder.len() > FILE_MAX_BYTES {
        return None;
    }
    let [_birth_date, _sex, key] = exactly(holder, [BIRTH_DATE, SEX, SURFACE_KEY])?;
    Some(key)
}

fn portrait(object: &[u8]) -> Option<&[u8]> {
    if object.len() > FILE_MAX_BYTES {
        return None;
    }
    let [portrait] = exactly(object, [PORTRAIT])?;
    (!portrait.is_empty()).then_some(portrait)
}

impl GenuineSurface {
    /// The portrait: JPEG 2000, as it stands in the chip. Nobody has decoded it yet.
    pub fn portrait(&self) -> &[u8] {
        &self.portrait
    }

    /// Checks that the card's surface key signed this statement. A copy of the card's files does not have that key.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify_presence(&self, statement: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        self.key.public().verify(statement, signature)
    }

    /// Whether this is the surface of that card of the register. A card whose surface key the register does not name
    /// is no surface's card.
    pub fn belongs_to(&self, card: &CardEntry) -> bool {
        card.surface_key.as_deref() == Some(self.key.spki())
    }
}

impl fmt::Debug for GenuineSurface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GenuineSurface(…)")
    }
}
