//! The JPKI application's files, and the commands it shares with the surface application (card facts §2.1, §2.2).

use iso7816::{Command, DataTooLong, Header, Le, ins};
use reservation::PinKind;

use crate::channel::Channel;
use crate::error::CardError;

/// The application. All ten bytes, because a prefix may match another application (card facts §1).
pub(crate) const AID: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];

/// An elementary file's identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ef(pub(crate) u16);

impl Ef {
    /// Which token this is.
    pub(crate) const TOKEN: Self = Self(0x0006);
    /// Which certificates there are.
    pub(crate) const PRESENCE: Self = Self(0x0008);

    /// The certificate of this PIN's key.
    pub(crate) const fn certificate(kind: PinKind) -> Self {
        match kind {
            PinKind::Signature => Self(0x0001),
            PinKind::User => Self(0x000A),
        }
    }

    /// This PIN's key.
    pub(crate) const fn key(kind: PinKind) -> Self {
        match kind {
            PinKind::Signature => Self(0x001A),
            PinKind::User => Self(0x0017),
        }
    }

    /// This PIN itself.
    pub(crate) const fn pin(kind: PinKind) -> Self {
        match kind {
            PinKind::Signature => Self(0x001B),
            PinKind::User => Self(0x0018),
        }
    }
}

fn with_few_bytes(command: Result<Command, DataTooLong>) -> Command {
    command.expect("identifiers have 2 or 10 bytes and a DigestInfo has 51, all below 255")
}

/// SELECT of an application by its name, without file control information.
pub(crate) fn select_application(aid: [u8; 10]) -> Command {
    with_few_bytes(Command::new(Header::new(0x00, ins::SELECT, 0x04, 0x0C)).with_data(&aid))
}

/// SELECT of a file below the application, without file control information.
pub(crate) fn select_file(file: Ef) -> Command {
    with_few_bytes(Command::new(Header::new(0x00, ins::SELECT, 0x02, 0x0C)).with_data(&file.0.to_be_bytes()))
}

/// READ BINARY of the current file; `offset` keeps to 15 bits.
pub(crate) const fn read_binary(offset: u16) -> Header {
    let [high, low] = (offset & 0x7FFF).to_be_bytes();
    Header::new(0x00, ins::READ_BINARY, high, low)
}

/// VERIFY against the current PIN file; without data it asks for the counter.
pub(crate) const VERIFY: Header = Header::new(0x00, ins::VERIFY, 0x00, 0x80);

/// Which key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SigningKey {
    /// That of the current key file.
    CurrentFile,
    /// The application's own, without a key file (card facts §3).
    OfApplication,
}

/// COMPUTE DIGITAL SIGNATURE over a DigestInfo built by the host.
pub(crate) fn sign(key: SigningKey, digest_info: &[u8]) -> Command {
    let key = match key {
        SigningKey::CurrentFile => 0x80,
        SigningKey::OfApplication => 0x00,
    };
    let header = Header::new(0x80, ins::PERFORM_SECURITY_OPERATION, 0x00, key);
    with_few_bytes(Command::new(header).with_data(digest_info)).expecting(Le::MAX)
}

/// Makes a file current.
pub(crate) fn select(channel: &mut Channel, file: Ef) -> Result<(), CardError> {
    channel.run_to_success(&select_file(file)).map(drop)
}
