//! A software My Number Card: its issuer, the card itself, and the ways to plug it into a reader.
//!
//! Issuer, certificates, the municipality that signs portraits, and the PIN reset are *simulated*: the real ones are not
//! public (docs/card-reset.md). So are the person on the card and the My Number, which nobody is told.
//!
//! By hand, as an ordinary user, without touching the machine's own readers (`issue` needs the Debian packages
//! fonts-ipafont-gothic, and libopenjp2-tools for a portrait that is not JPEG 2000 yet):
//!
//! ```text
//! virtual-card issue --dir cards --portrait person.jpg
//! virtual-card face --dir cards --out front.png
//! virtual-card frames --picture person.jpg --out frames
//! virtual-card frames --picture person.jpg --eyes 222,195,307,189 --poses front,left,right,front --out stream
//! virtual-card reader --port 35970 --socket /tmp/pcscd.comm &
//! virtual-card run --dir cards --vpcd 127.0.0.1:35970 &
//! PCSCLITE_CSOCK_NAME=/tmp/pcscd.comm pkcs15-tool --dump
//! ```
//!
//! | module | idea |
//! |---|---|
//! | [`issuer`] | makes cards, certificates, revocation lists and the card register in a folder |
//! | [`VirtualCard`] | one card: bytes in, bytes out, counters durable before the answer leaves |
//! | [`InProcess`] | a card without a reader, with faults on demand |
//! | [`driver`] | the reset driver for the simulated command |
//! | [`vpcd`] | plugs a card into a reader of the PC/SC stack |
//! | [`reader`] | private readers: a pcscd of one's own, as an ordinary user |
//! | [`testing`] | a card in a folder of its own, for tests of any crate |
//! | [`picture`] | portraits, the front as a phone photographs it, frames of a camera, heads that turn before it |
//! | [`reset`] | the simulated reset of a PIN by authorisation: commands and status words |
//!
//! All but [`driver`] is behind the feature `simulator`, so that a kiosk has the driver and nothing of the card.

pub mod driver;

#[cfg(feature = "simulator")]
mod card_file;
#[cfg(feature = "simulator")]
mod chip;
#[cfg(feature = "simulator")]
mod files;
#[cfg(feature = "simulator")]
mod in_process;
#[cfg(feature = "simulator")]
pub mod issuer;
#[cfg(feature = "simulator")]
pub mod picture;
#[cfg(feature = "simulator")]
pub mod reader;
#[cfg(feature = "simulator")]
pub mod reset;
#[cfg(feature = "simulator")]
pub mod testing;
#[cfg(feature = "simulator")]
mod virtual_card;
#[cfg(feature = "simulator")]
pub mod vpcd;

#[cfg(feature = "simulator")]
pub use {
    card_file::{FRESH_SIGNATURE_PIN, FRESH_USER_PIN},
    chip::{AuthorityKey, BadAuthorityKey, TokenKind},
    files::FileError,
    in_process::{CardInHand, Fault, InProcess},
    virtual_card::VirtualCard,
};
