//! Reading a certificate whose size the card announces and we bound.

use iso7816::StatusWord;
use reservation::PinKind;
use reservation::limits::CERTIFICATE_MAX_BYTES;

use crate::binary::{Piece, ReadError, malformed, read_on, read_piece};
use crate::channel::Channel;
use crate::error::{CardError, Malformed};
use crate::files::{self, Ef};

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

impl From<ReadError> for CertificateError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NotVerified => Self::NotVerified,
            ReadError::Card(error) => Self::Card(error),
        }
    }
}

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
        _ => return Err(malformed(0, Malformed::NotACertificate).into()),
    };
    if total > CERTIFICATE_MAX_BYTES {
        return Err(malformed(0, Malformed::TooLarge { found: total }).into());
    }
    let mut certificate = start;
    read_on(channel, &mut certificate, total, CERTIFICATE_MAX_BYTES)?;
    Ok(certificate)
}
