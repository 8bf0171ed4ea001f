//! The dialogue with a My Number Card's JPKI and surface applications, over any [`CardTransport`]: a reader, a phone's NFC, or a
//! card in software.
//!
//! A session is a value whose type says what the card is ready for. [`Jpki`] has the application selected; only
//! [`Jpki::verify`] makes a [`PinVerified`], and only that can read its certificate, sign, and reset the other PIN. When
//! either is dropped the card loses power, so that nothing verified stays behind on a reader.
//!
//! Everything the card says is hostile: bounded, parsed, then used. What a step costs is never in doubt: counters are
//! read before a PIN is sent, VERIFY is sent once, and an error says whether a try, or the old PIN, may be gone.
//!
//! | module | idea |
//! |---|---|
//! | [`transport`] | what carries bytes to a card and back |
//! | [`channel`] | one command and its whole answer |
//! | [`session`] | the application selected: token kind, counters |
//! | [`verify`] | one VERIFY, and what became of it |
//! | [`verified`] | a verified PIN: certificate, signature, reset |
//! | [`statement`] | what this crate makes a card sign |
//! | [`certificate`] | reading a certificate of bounded size |
//! | [`reset`] | the driver that resets a PIN |
//! | [`surface`] | the other application: what the front shows, and the proof that the card was there |
//! | [`contract`] | what every transport with a card behind it must do |
//! | `reader` | readers of the PC/SC stack (feature `pcsc`) |

mod binary;
pub mod certificate;
pub mod channel;
pub mod contract;
pub mod error;
mod files;
#[cfg(feature = "pcsc")]
pub mod reader;
pub mod reset;
pub mod session;
pub mod statement;
pub mod surface;
pub mod token;
pub mod transport;
pub mod verified;
pub mod verify;

pub use certificate::CertificateError;
pub use channel::Channel;
pub use error::{CardError, Malformed};
#[cfg(feature = "pcsc")]
pub use reader::{Cancel, PcscCard, PcscReader, ReaderError, WaitError};
pub use reset::{NotDone, PinReset, ResetError, ResetFailed};
pub use session::{CertificatesPresent, Jpki, SelectError, Tries};
pub use statement::CardStatement;
pub use surface::{
    CodeFailed, Surface, SurfaceMalformed, SurfaceObjects, SurfaceOpen, SurfaceReadError, SurfaceSelectError,
};
pub use token::Smartphone;
pub use transport::{CardTransport, ReaderFault, TransportError};
pub use verified::{PinVerified, SIGNATURE_BYTES, SignError};
pub use verify::{VerifyError, VerifyFailed};
