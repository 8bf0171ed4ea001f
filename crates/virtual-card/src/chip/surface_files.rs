//! The elementary files of the surface application, 券面事項確認AP (card facts §3).
//!
//! EF 0005, the picture of the My Number, is not on this card.

use super::content::Surface;
use super::credential::{Code, Credential};
use super::ef::Access;

/// One elementary file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SurfaceEf {
    /// 0001: the birth date, for whoever needs an age only.
    Age,
    /// 0002: what is printed on the front.
    Face,
    /// 0003: about the application.
    Basic,
    /// 0004: the card-verifiable certificate of the key that signed the others.
    Certificate,
    /// 0011, 0012, 0013.
    Code(Code),
}

const OPENS_AGE: &[Credential] = &[Credential::Code(Code::BirthDate)];
const OPENS_FACE: &[Credential] = &[Credential::Code(Code::B), Credential::Code(Code::A)];

impl SurfaceEf {
    /// By file identifier; `None` if this card has no such file.
    pub(crate) const fn by_id(id: u16) -> Option<Self> {
        Some(match id {
            0x0001 => Self::Age,
            0x0002 => Self::Face,
            0x0003 => Self::Basic,
            0x0004 => Self::Certificate,
            0x0011 => Self::Code(Code::BirthDate),
            0x0012 => Self::Code(Code::B),
            0x0013 => Self::Code(Code::A),
            _ => return None,
        })
    }

    pub(crate) fn access(self, surface: &Surface) -> Access<'_> {
        match self {
            Self::Age => Access::AfterOneOf(OPENS_AGE, &surface.age),
            Self::Face => Access::AfterOneOf(OPENS_FACE, &surface.face),
            Self::Basic => Access::Free((&surface.basic).into()),
            Self::Certificate => Access::Free((&surface.certificate).into()),
            Self::Code(_) => Access::Never,
        }
    }
}
