//! The language of smart cards, as codecs without I/O: command and response APDUs, status words, BER-TLV
//! (ISO/IEC 7816-4). Short APDUs only, which is all a My Number Card needs.
//!
//! Nothing here panics on any bytes. What may carry a PIN never prints its data.
//!
//! | module | idea |
//! |---|---|
//! | [`header`] | the four bytes that say what is asked |
//! | [`command`] | commands as the terminal builds them: [`Command`], and [`SecretCommand`] that carries a PIN |
//! | [`response`] | the card's answer |
//! | [`status`] | status words, told apart by what the caller can do |
//! | [`apdu`] | commands as the card reads them |
//! | [`tlv`] | BER-TLV without allocation |

pub mod apdu;
pub mod command;
pub mod header;
pub mod response;
pub mod status;
pub mod tlv;

pub use apdu::{CommandApdu, MalformedCommand};
pub use command::{Command, DataTooLong, Le, SecretCommand, SecretLength};
pub use header::{Header, ins};
pub use response::{MalformedResponse, Response};
pub use status::{Blocked, StatusWord};
