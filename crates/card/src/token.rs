//! Which token answers as the JPKI application: a My Number Card, or something that only looks like one
//! (card facts §6).

use core::fmt;

/// A certificate kept in a phone. Its PINs are reset inside the phone's own app, never at a kiosk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smartphone {
    /// Since May 2023.
    Android,
    /// Since June 2025.
    IPhone,
}

impl fmt::Display for Smartphone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Android => "Android",
            Self::IPhone => "iPhone",
        })
    }
}

/// What the label in the token file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    MyNumberCard,
    Smartphone(Smartphone),
    ResidentRegisterCard,
    Unknown,
}

/// Bytes of the label, padded with spaces (PKCS#11 `CK_TOKEN_INFO`).
pub(crate) const LABEL_BYTES: usize = 32;

impl Token {
    /// Reads the label that begins the token file.
    pub(crate) fn from_label(label: &[u8]) -> Self {
        match label.trim_ascii_end() {
            b"JPKIAPICCTOKEN2" => Self::MyNumberCard,
            b"JPKIAPICCTOKEN" => Self::ResidentRegisterCard,
            b"JPKIAPGPSETOKEN" => Self::Smartphone(Smartphone::Android),
            b"JPKIAPIOSTOKEN" => Self::Smartphone(Smartphone::IPhone),
            _ => Self::Unknown,
        }
    }
}
