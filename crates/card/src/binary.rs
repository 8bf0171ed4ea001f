//! Reading the current file piece by piece, up to a length that its first bytes announced and the caller bounded.

use iso7816::{Command, Le, StatusWord};
use zeroize::Zeroizing;

use crate::channel::Channel;
use crate::error::{CardError, Malformed};
use crate::files::read_binary;

/// The end of what READ BINARY reaches: its offset has 15 bits.
pub(crate) const REACH: usize = 0x8000;

/// Readers pass at least this much at once, so an honest card needs no more reads than its file has such pieces.
const LEAST_PIECE: usize = 32;

/// Why there are no bytes.
pub(crate) enum ReadError {
    /// The file is closed.
    NotVerified,
    /// The dialogue failed.
    Card(CardError),
}

impl From<CardError> for ReadError {
    fn from(error: CardError) -> Self {
        Self::Card(error)
    }
}

pub(crate) enum Piece {
    /// At least one byte and no more than asked for.
    Bytes(Vec<u8>),
    /// The file has no byte at this offset.
    End,
}

/// Reads up to `wanted` bytes at `offset`, at most 256 at once.
pub(crate) fn read_piece(channel: &mut Channel, offset: usize, wanted: usize) -> Result<Piece, ReadError> {
    let at = u16::try_from(offset).expect("offsets stay below the bound of the file that is read");
    let length = u16::try_from(wanted).ok().and_then(Le::new).unwrap_or(Le::MAX);
    let answer = channel.run(&Command::new(read_binary(at)).expecting(length))?;
    match answer.sw {
        StatusWord::Success | StatusWord::EndOfFile => {}
        StatusWord::OutsideFile => return Ok(Piece::End),
        StatusWord::SecurityStatusNotSatisfied => return Err(ReadError::NotVerified),
        status => return Err(CardError::Refused { command: read_binary(at), status }.into()),
    }
    match answer.data.len() {
        0 => Ok(Piece::End),
        found if found <= length.get() => Ok(Piece::Bytes(answer.data)),
        found => Err(malformed(offset, Malformed::DataLength { expected: length.get(), found })),
    }
}

/// Reads on from the end of `file` until it holds `total` bytes; no file of this kind is larger than `bound`, which is
/// within [`REACH`].
pub(crate) fn read_on(
    channel: &mut Channel,
    file: &mut Vec<u8>,
    total: usize,
    bound: usize,
) -> Result<(), ReadError> {
    debug_assert!(total <= bound && bound <= REACH);
    // The whole length at once: a growing buffer would leave copies of what may be a face behind.
    file.reserve_exact(total.saturating_sub(file.len()));
    for _ in 0..bound / LEAST_PIECE {
        if file.len() >= total {
            return Ok(());
        }
        match read_piece(channel, file.len(), total - file.len())? {
            Piece::Bytes(piece) => file.extend_from_slice(&Zeroizing::new(piece)),
            Piece::End => return Err(malformed(file.len(), Malformed::Truncated)),
        }
    }
    if file.len() >= total { Ok(()) } else { Err(malformed(file.len(), Malformed::Endless)) }
}

pub(crate) fn malformed(offset: usize, what: Malformed) -> ReadError {
    let command =
        read_binary(u16::try_from(offset).expect("offsets stay below the bound of the file that is read"));
    CardError::Malformed { command, what }.into()
}
