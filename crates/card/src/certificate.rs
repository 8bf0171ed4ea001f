//! Reading a certificate whose size the card announces and we bound.

use iso7816::{Command, Le, StatusWord};
use reservation::PinKind;
use reservation::limits::CERTIFICATE_MAX_BYTES;

use crate::channel::Channel;
use crate::error::{CardError, Malformed};
use crate::files::{self, Ef, read_binary};

/// Why there is no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The card carries none of this kind: the holder asks for one at the municipal office.
    #[error("the card carries no {0} certificate: it is issued at the municipal office")]
    Absent(PinKind),
    /// The card forgot the PIN, say after losing power: begin a new session.
    #[error("the card no longer counts the PIN as verified: begin again")]
    NotVerified,
    /// The dialogue failed.
    #[error(transparent)]
    Card(#[from] CardError),
}

/// The first bytes of a certificate tell its length: a SEQUENCE with a length of two bytes, `30 82 hh ll`.
const START: usize = 4;

/// Most reads behind the first. Readers pass at least 32 bytes at once, so an honest card needs no more.
const MOST_READS: usize = CERTIFICATE_MAX_BYTES / 32;

/// Reads this PIN's certificate, DER exactly.
pub(crate) fn read(channel: &mut Channel, kind: PinKind) -> Result<Vec<u8>, CertificateError> {
    match files::select(channel, Ef::certificate(kind)) {
        Ok(()) => {}
        Err(CardError::Refused { status: StatusWord::NotFound, .. }) => {
            return Err(CertificateError::Absent(kind));
        }
        Err(error) => return Err(error.into()),
    }
    let start = match read_piece(channel, 0, START)? {
        Piece::Bytes(start) => start,
        Piece::End => return Err(CertificateError::Absent(kind)),
    };
    let total = match *start.as_slice() {
        [0x30, 0x82, high, low] => START + usize::from(u16::from_be_bytes([high, low])),
        // A file made ready and never filled.
        [0x00, 0x00, 0x00, 0x00] | [0xFF, 0xFF, 0xFF, 0xFF] => return Err(CertificateError::Absent(kind)),
        _ => return Err(malformed(0, Malformed::NotACertificate)),
    };
    if total > CERTIFICATE_MAX_BYTES {
        return Err(malformed(0, Malformed::CertificateTooLarge { found: total }));
    }
    let mut certificate = start;
    certificate.reserve_exact(total - START);
    for _ in 0..MOST_READS {
        if certificate.len() == total {
            return Ok(certificate);
        }
        match read_piece(channel, certificate.len(), total - certificate.len())? {
            Piece::Bytes(piece) => certificate.extend_from_slice(&piece),
            Piece::End => return Err(malformed(certificate.len(), Malformed::CertificateTruncated)),
        }
    }
    if certificate.len() == total {
        Ok(certificate)
    } else {
        Err(malformed(certificate.len(), Malformed::Endless))
    }
}

enum Piece {
    /// At least one byte and no more than asked for.
    Bytes(Vec<u8>),
    /// The file has no byte at this offset.
    End,
}

/// Reads up to `wanted` bytes at `offset`, at most 256 at once.
fn read_piece(channel: &mut Channel, offset: usize, wanted: usize) -> Result<Piece, CertificateError> {
    let at = u16::try_from(offset).expect("offsets stay below the largest certificate accepted");
    let length = u16::try_from(wanted).ok().and_then(Le::new).unwrap_or(Le::MAX);
    let answer = channel.run(&Command::new(read_binary(at)).expecting(length))?;
    match answer.sw {
        StatusWord::Success | StatusWord::EndOfFile => {}
        StatusWord::OutsideFile => return Ok(Piece::End),
        StatusWord::SecurityStatusNotSatisfied => return Err(CertificateError::NotVerified),
        status => return Err(CardError::Refused { command: read_binary(at), status }.into()),
    }
    match answer.data.len() {
        0 => Ok(Piece::End),
        found if found <= length.get() => Ok(Piece::Bytes(answer.data)),
        found => Err(malformed(offset, Malformed::DataLength { expected: length.get(), found })),
    }
}

fn malformed(offset: usize, what: Malformed) -> CertificateError {
    // An offset beyond 15 bits cannot occur: certificates are bounded far below.
    let command = read_binary(u16::try_from(offset).unwrap_or(0));
    CardError::Malformed { command, what }.into()
}
