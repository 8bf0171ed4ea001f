//! Reading the surface application's files, each one data object whose length the card announces and we bound.

use iso7816::tlv;
use zeroize::Zeroizing;

use crate::binary::{Piece, ReadError, malformed, read_on, read_piece};
use crate::channel::Channel;
use crate::error::{CardError, Malformed};
use crate::files;
use crate::surface::files::{CERTIFICATE, FRONT, ObjectFile};
use crate::surface::objects::{SurfaceMalformed, SurfaceObjects};

/// Why the card does not tell what its front shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SurfaceReadError {
    /// The card forgot the code, say after losing power: begin a new session.
    #[error("the card no longer counts the code as verified: begin again")]
    NotVerified,
    /// The files hold something else than a genuine card's: the municipal office.
    #[error("the card's surface file makes no sense: {0}")]
    Malformed(#[from] SurfaceMalformed),
    /// The dialogue failed.
    #[error(transparent)]
    Card(#[from] CardError),
}

impl From<ReadError> for SurfaceReadError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NotVerified => Self::NotVerified,
            ReadError::Card(error) => Self::Card(error),
        }
    }
}

/// Tag and length of an object: at most two and four bytes.
const START: usize = 6;

pub(crate) fn read(channel: &mut Channel) -> Result<SurfaceObjects, SurfaceReadError> {
    let front = read_object(channel, &FRONT)?;
    let certificate = read_object(channel, &CERTIFICATE)?;
    Ok(SurfaceObjects::parse(&front, &certificate)?)
}

/// Reads a file up to the end of its object; what follows is filler.
fn read_object(channel: &mut Channel, of: &ObjectFile) -> Result<Zeroizing<Vec<u8>>, SurfaceReadError> {
    files::select(channel, of.file)?;
    let Piece::Bytes(start) = read_piece(channel, 0, START)? else {
        return Err(malformed(0, Malformed::NotASurfaceFile).into());
    };
    let total = match tlv::announced(&start) {
        Ok((tag, total)) if tag == of.tag => total,
        _ => return Err(malformed(0, Malformed::NotASurfaceFile).into()),
    };
    if total > of.bound {
        return Err(malformed(0, Malformed::TooLarge { found: total }).into());
    }
    let mut object = Zeroizing::new(start);
    object.truncate(total);
    read_on(channel, &mut object, total, of.bound)?;
    Ok(object)
}
