//! An elementary file of whichever application: what it is for, and who may read it.

use std::borrow::Cow;

use super::content::Content;
use super::credential::Credential;
use super::jpki_files::JpkiEf;
use super::surface_files::SurfaceEf;

/// One elementary file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ef {
    Jpki(JpkiEf),
    Surface(SurfaceEf),
}

/// Who may read a file's content.
pub(crate) enum Access<'a> {
    /// Anyone.
    Free(Cow<'a, [u8]>),
    /// Whoever has verified one of these.
    AfterOneOf(&'static [Credential], &'a [u8]),
    /// Nobody: keys, PINs and numbers.
    Never,
}

impl Ef {
    /// What VERIFY presents while this file is current.
    pub(crate) fn credential(self) -> Option<Credential> {
        match self {
            Self::Jpki(JpkiEf::Pin(kind)) => Some(Credential::Pin(kind)),
            Self::Surface(SurfaceEf::Code(code)) => Some(Credential::Code(code)),
            Self::Jpki(_) | Self::Surface(_) => None,
        }
    }

    /// What READ BINARY gives, and to whom.
    pub(crate) fn access(self, content: &Content) -> Access<'_> {
        match self {
            Self::Jpki(ef) => ef.access(content),
            Self::Surface(ef) => ef.access(&content.surface),
        }
    }
}
