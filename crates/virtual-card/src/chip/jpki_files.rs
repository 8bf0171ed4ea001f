//! The elementary files of the JPKI application (card facts §2.1).

use reservation::pin::PinKind;

use super::content::Content;
use super::credential::Credential;
use super::ef::Access;

/// One elementary file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JpkiEf {
    /// 000A, 0001.
    Certificate(PinKind),
    /// 000B, 0002.
    CaCertificate(PinKind),
    /// 0006.
    TokenInfo,
    /// 0008.
    Availability,
    /// 0016: key reference of the terminals' CA; nothing on this card uses it.
    TerminalCa,
    /// 0017, 001A.
    Key(PinKind),
    /// 0018, 001B.
    Pin(PinKind),
}

const OPENS_SIGNATURE: &[Credential] = &[Credential::Pin(PinKind::Signature)];

impl JpkiEf {
    /// By file identifier; `None` if this card has no such file.
    pub(crate) fn by_id(id: u16, content: &Content) -> Option<Self> {
        let ef = match id {
            0x0001 => Self::Certificate(PinKind::Signature),
            0x0002 => Self::CaCertificate(PinKind::Signature),
            0x0006 => Self::TokenInfo,
            0x0008 => Self::Availability,
            0x000A => Self::Certificate(PinKind::User),
            0x000B => Self::CaCertificate(PinKind::User),
            0x0016 => Self::TerminalCa,
            0x0017 => Self::Key(PinKind::User),
            0x0018 => Self::Pin(PinKind::User),
            0x001A => Self::Key(PinKind::Signature),
            0x001B => Self::Pin(PinKind::Signature),
            _ => return None,
        };
        ef.is_on(content).then_some(ef)
    }

    /// A card without a signature certificate still has that PIN's file, issued blocked.
    fn is_on(self, content: &Content) -> bool {
        match self {
            Self::Certificate(kind) | Self::CaCertificate(kind) | Self::Key(kind) => {
                content.key(kind).is_some()
            }
            Self::TokenInfo | Self::Availability | Self::TerminalCa | Self::Pin(_) => true,
        }
    }

    /// The signature certificate holds name and address.
    pub(crate) fn access(self, content: &Content) -> Access<'_> {
        match self {
            Self::Certificate(kind) => match (kind, content.key(kind)) {
                (_, None) => Access::Never,
                (PinKind::User, Some(key)) => Access::Free((&key.certificate).into()),
                (PinKind::Signature, Some(key)) => Access::AfterOneOf(OPENS_SIGNATURE, &key.certificate),
            },
            Self::CaCertificate(kind) => {
                content.key(kind).map_or(Access::Never, |key| Access::Free((&key.ca_certificate).into()))
            }
            Self::TokenInfo => Access::Free(content.token_info().into()),
            Self::Availability => Access::Free(content.availability().into()),
            Self::TerminalCa | Self::Key(_) | Self::Pin(_) => Access::Never,
        }
    }
}
