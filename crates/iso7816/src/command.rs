//! Commands as the terminal builds them, in short form (ISO/IEC 7816-4 §5.1).

use core::fmt;

use zeroize::Zeroizing;

use crate::header::Header;

/// Most data bytes a short command carries.
pub const MOST_DATA: usize = 255;

/// The data do not fit a short command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a short command carries at most {MOST_DATA} bytes of data, not {found}")]
pub struct DataTooLong {
    /// How many bytes there were.
    pub found: usize,
}

/// A secret is empty or does not fit a short command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret in a command has 1 to {MOST_DATA} bytes, not {found}")]
pub struct SecretLength {
    /// How many bytes there were.
    pub found: usize,
}

/// How many bytes of answer a short command asks for: 1 to 256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Le(u16);

impl Le {
    /// 256, written as `00`: "all there is".
    pub const MAX: Self = Self(256);

    /// A length of 1 to 256 bytes.
    pub const fn new(length: u16) -> Option<Self> {
        if length >= 1 && length <= 256 { Some(Self(length)) } else { None }
    }

    /// The length that the byte on the wire stands for: `00` is 256.
    pub const fn from_byte(byte: u8) -> Self {
        if byte == 0 { Self::MAX } else { Self(byte as u16) }
    }

    /// The byte on the wire.
    pub const fn to_byte(self) -> u8 {
        // 256 wraps to the 00 that stands for it.
        (self.0 & 0xFF) as u8
    }

    /// The length in bytes.
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

/// A command without secrets. `Debug` shows header, Lc and Le all the same: what is printed goes by allow-list.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    header: Header,
    data: Vec<u8>,
    le: Option<Le>,
}

impl Command {
    /// A command of the header alone (case 1).
    pub const fn new(header: Header) -> Self {
        Self { header, data: Vec::new(), le: None }
    }

    /// The same command with these data; none leaves out Lc.
    ///
    /// # Errors
    /// [`DataTooLong`] above 255 bytes.
    pub fn with_data(self, data: &[u8]) -> Result<Self, DataTooLong> {
        if data.len() > MOST_DATA {
            return Err(DataTooLong { found: data.len() });
        }
        Ok(Self { data: data.to_vec(), ..self })
    }

    /// The same command asking for this many bytes of answer.
    #[must_use]
    pub fn expecting(self, le: Le) -> Self {
        Self { le: Some(le), ..self }
    }

    /// What is asked.
    pub const fn header(&self) -> Header {
        self.header
    }

    /// The data.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// How many bytes of answer are asked for.
    pub const fn le(&self) -> Option<Le> {
        self.le
    }

    /// The bytes for the card.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 + 1 + self.data.len() + 1);
        push(&mut bytes, self.header, &self.data);
        bytes.extend(self.le.map(Le::to_byte));
        bytes
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { header, data, le } = self;
        write!(f, "Command({header} Lc {:02X} Le {:?})", data.len(), le.map(Le::get))
    }
}

/// A command whose data are a PIN: wiped when dropped, never cloned, its data never printed.
pub struct SecretCommand {
    bytes: Zeroizing<Vec<u8>>,
}

impl SecretCommand {
    /// A command with these secret data and no answer expected (case 3). Empty data are refused, because VERIFY
    /// without data asks for the counter: an empty PIN must not turn into another question.
    ///
    /// # Errors
    /// [`SecretLength`] for no bytes or more than 255.
    pub fn new(header: Header, secret: &[u8]) -> Result<Self, SecretLength> {
        if secret.is_empty() || secret.len() > MOST_DATA {
            return Err(SecretLength { found: secret.len() });
        }
        // The whole length at once: a growing buffer would leave copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(4 + 1 + secret.len()));
        push(&mut bytes, header, secret);
        Ok(Self { bytes })
    }

    /// What is asked.
    pub fn header(&self) -> Header {
        Header::new(self.bytes[0], self.bytes[1], self.bytes[2], self.bytes[3])
    }

    /// How many data bytes there are (Lc).
    pub fn lc(&self) -> u8 {
        self.bytes[4]
    }

    /// The bytes for the card, secret included.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }
}

// The one field wipes itself.
impl zeroize::ZeroizeOnDrop for SecretCommand {}

impl fmt::Debug for SecretCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretCommand({} Lc {:02X})", self.header(), self.lc())
    }
}

fn push(bytes: &mut Vec<u8>, header: Header, data: &[u8]) {
    bytes.extend_from_slice(&header.to_bytes());
    if let Some(lc) = u8::try_from(data.len()).ok().filter(|lc| *lc > 0) {
        bytes.push(lc);
        bytes.extend_from_slice(data);
    }
}
