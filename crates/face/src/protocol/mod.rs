//! What the server and a worker process say to each other, over the worker's standard input and output.
//!
//! Each side treats the other as hostile: the worker may have been taken over by a picture, so every reply is parsed
//! with bounds; a length is compared with its limit before anything is allocated for it. Pictures go in only; what
//! comes out is a few bytes.

mod reply;
mod request;
mod values;

pub use reply::{Protections, Reply, Said};
pub use request::Request;

use std::io::{self, Read, Write};

/// Why nothing can be read any more.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    /// The other side is gone, or too slow.
    #[error("the other side does not answer: {0}")]
    Io(#[from] io::Error),
    /// Bytes that are no message.
    #[error("not a message: {0}")]
    Malformed(&'static str),
}

/// Writes a part whose length goes before it.
fn write_part(out: &mut impl Write, part: &[u8]) -> io::Result<()> {
    let length = u32::try_from(part.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(part)
}

fn read_u8(from: &mut impl Read) -> Result<u8, ProtocolError> {
    let mut byte = [0];
    from.read_exact(&mut byte)?;
    Ok(byte[0])
}

/// Reads a part of at most `limit` bytes.
fn read_part(from: &mut impl Read, limit: usize) -> Result<Vec<u8>, ProtocolError> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > limit {
        return Err(ProtocolError::Malformed("part longer than its limit"));
    }
    let mut part = vec![0; length];
    from.read_exact(&mut part)?;
    Ok(part)
}
