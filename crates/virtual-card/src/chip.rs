//! The card itself, as a pure state machine: bytes in, bytes and the next state out.
//!
//! [`Content`] was put on the card at issue and never changes. [`State`] is what changes: PINs and
//! counters, which survive everything, and the session, which ends with the power. [`step`] decides; whoever calls it
//! makes changed counters durable before the answer leaves ([`crate::VirtualCard`] does).
//!
//! What is modelled: the JPKI application, the surface application (券面事項確認AP, card facts §3) and the master file's quirks (card facts §1, §2, §9), and the *simulated*
//! reset of a PIN by authorisation ([`crate::reset`]). Secure messaging, the other applications and the `80 A2`
//! command of terminals are not on this card.

mod authority;
mod content;
mod credential;
mod credential_commands;
mod ef;
mod jpki_files;
mod read;
mod select;
mod session;
mod sign;
mod step;
mod surface_files;

pub use authority::{AuthorityKey, BadAuthorityKey};
pub use content::TokenKind;
pub(crate) use content::{Content, KeyObject, SigningKey, Surface};
pub(crate) use credential::{Code, Credential, CredentialState, Credentials, Reference};
pub(crate) use credential_commands::new_reference;
pub(crate) use ef::Ef;
pub(crate) use jpki_files::JpkiEf;
pub(crate) use session::{ResetProgress, Session};
pub(crate) use step::{Random, State, step};

/// ATR of a contactless My Number Card behind a PC/SC reader (card facts §1).
pub(crate) const ATR: [u8; 9] = [0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14];

/// Status words that `iso7816` does not name, since no terminal of ours acts on them.
pub(crate) mod sw {
    use iso7816::StatusWord;

    /// `6981`: the command does not suit this kind of file.
    pub(crate) const FILE_STRUCTURE: StatusWord = StatusWord::Other(0x6981);
    /// `6A88`: the key that is referred to is not there.
    pub(crate) const REFERENCE_NOT_FOUND: StatusWord = StatusWord::Other(0x6A88);
    /// `6581`: the memory failed.
    pub(crate) const MEMORY_FAILURE: StatusWord = StatusWord::Other(0x6581);
}
