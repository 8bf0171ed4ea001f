//! The card's answer: data and a status word.

use core::fmt;

use crate::status::StatusWord;

/// Most bytes of a short answer: 256 of data and the status word.
pub const MOST_BYTES: usize = 258;

/// The bytes are no short answer: fewer than the status word's two, or more than 258.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a card's answer has 2 to {MOST_BYTES} bytes, not {found}")]
pub struct MalformedResponse {
    /// How many bytes there were.
    pub found: usize,
}

/// The card's answer. `Debug` shows the length of the data only: they may be a certificate with a name in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// At most 256 bytes from the card itself; more where several answers were joined.
    pub data: Vec<u8>,
    /// How it went.
    pub sw: StatusWord,
}

impl Response {
    /// Reads one answer as it came from the card.
    ///
    /// # Errors
    /// [`MalformedResponse`] for fewer than 2 or more than 258 bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedResponse> {
        let malformed = MalformedResponse { found: bytes.len() };
        if bytes.len() > MOST_BYTES {
            return Err(malformed);
        }
        let (data, sw) = bytes.split_last_chunk::<2>().ok_or(malformed)?;
        Ok(Self { data: data.to_vec(), sw: StatusWord::from_u16(u16::from_be_bytes(*sw)) })
    }

    /// An answer without data.
    pub const fn status(sw: StatusWord) -> Self {
        Self { data: Vec::new(), sw }
    }

    /// An answer with data and success.
    pub const fn success(data: Vec<u8>) -> Self {
        Self { data, sw: StatusWord::Success }
    }

    /// The bytes as a card sends them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.data.len() + 2);
        bytes.extend_from_slice(&self.data);
        bytes.extend_from_slice(&self.sw.to_u16().to_be_bytes());
        bytes
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({} bytes, {})", self.data.len(), self.sw)
    }
}
