//! BER-TLV without allocation (ISO/IEC 7816-4 §6.3): a bounded reader for what cards send, and a small writer.
//!
//! The reader borrows; it accepts tags of up to three bytes and definite lengths of up to three bytes, never looks
//! outside the slice it was given, and nests at most [`MOST_DEPTH`] deep.

use core::fmt;

/// How deep data objects may nest. The card's own files need three levels.
pub const MOST_DEPTH: u8 = 8;

/// Why bytes are not the data objects they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedTlv {
    /// The bytes end within a tag, a length or a value.
    #[error("a data object is cut short")]
    Truncated,
    /// A tag of `00` or of more than three bytes.
    #[error("a tag is not one this reader knows")]
    Tag,
    /// An indefinite length, or one of more than three bytes.
    #[error("a length is indefinite or too large")]
    Length,
    /// Nested deeper than [`MOST_DEPTH`].
    #[error("data objects nest too deep")]
    TooDeep,
    /// The data object asked for is not there.
    #[error("a data object is missing")]
    Missing,
}

/// A tag as its bytes read as one big-endian number: `0x30`, `0xDF21`, `0x5F4E`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag(pub u32);

impl Tag {
    /// Whether the value is made of data objects itself (bit 6 of the first byte).
    pub const fn is_constructed(self) -> bool {
        let first = match self.0 {
            0..=0xFF => self.0,
            0x100..=0xFFFF => self.0 >> 8,
            _ => self.0 >> 16,
        };
        first & 0x20 != 0
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({:02X})", self.0)
    }
}

/// One data object. `Debug` shows tag and length only: values may be personal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// What it is.
    pub tag: Tag,
    /// Its content.
    pub value: &'a [u8],
    whole: &'a [u8],
    depth: u8,
}

impl<'a> Tlv<'a> {
    /// Reads the first data object of `bytes` and returns it with the bytes behind it, say a file's padding.
    ///
    /// # Errors
    /// [`MalformedTlv`] if there is none.
    pub fn first(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), MalformedTlv> {
        read(bytes, 0)
    }

    /// The whole object as it was written, tag and length included: what a signature covers.
    pub const fn as_written(&self) -> &'a [u8] {
        self.whole
    }

    /// The data objects inside this one.
    ///
    /// # Errors
    /// [`MalformedTlv::TooDeep`] below [`MOST_DEPTH`].
    pub fn children(&self) -> Result<Tlvs<'a>, MalformedTlv> {
        let depth = self.depth + 1;
        if depth >= MOST_DEPTH { Err(MalformedTlv::TooDeep) } else { Ok(Tlvs { rest: self.value, depth }) }
    }

    /// The first data object inside this one with this tag.
    ///
    /// # Errors
    /// [`MalformedTlv::Missing`], or what is wrong with the objects before it.
    pub fn child(&self, tag: Tag) -> Result<Self, MalformedTlv> {
        self.children()?.find_tag(tag)
    }
}

impl fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tlv({:02X}, {} bytes)", self.tag.0, self.value.len())
    }
}

/// Data objects one after the other. After an error nothing more is read.
#[derive(Clone, Debug)]
pub struct Tlvs<'a> {
    rest: &'a [u8],
    depth: u8,
}

impl<'a> Tlvs<'a> {
    /// The data objects that fill `bytes` exactly.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, depth: 0 }
    }

    /// The next data object with this tag.
    ///
    /// # Errors
    /// [`MalformedTlv::Missing`], or what is wrong with the objects before it.
    pub fn find_tag(self, tag: Tag) -> Result<Tlv<'a>, MalformedTlv> {
        for object in self {
            let object = object?;
            if object.tag == tag {
                return Ok(object);
            }
        }
        Err(MalformedTlv::Missing)
    }
}

impl<'a> Iterator for Tlvs<'a> {
    type Item = Result<Tlv<'a>, MalformedTlv>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        match read(self.rest, self.depth) {
            Ok((object, rest)) => {
                self.rest = rest;
                Some(Ok(object))
            }
            Err(error) => {
                self.rest = &[];
                Some(Err(error))
            }
        }
    }
}

/// The tag of the data object that `start` begins, and its whole length with tag and length bytes. The value need not be
/// there: so a file is known by its first bytes before it is read.
///
/// # Errors
/// [`MalformedTlv`] if `start` is too short, or begins no data object.
pub fn announced(start: &[u8]) -> Result<(Tag, usize), MalformedTlv> {
    let (tag, rest) = read_tag(start)?;
    let (length, rest) = read_length(rest)?;
    Ok((tag, start.len() - rest.len() + length))
}

fn read(bytes: &[u8], depth: u8) -> Result<(Tlv<'_>, &[u8]), MalformedTlv> {
    let (tag, behind_tag) = read_tag(bytes)?;
    let (length, behind_length) = read_length(behind_tag)?;
    let (value, rest) = behind_length.split_at_checked(length).ok_or(MalformedTlv::Truncated)?;
    let whole = &bytes[..bytes.len() - rest.len()];
    Ok((Tlv { tag, value, whole, depth }, rest))
}

fn read_tag(bytes: &[u8]) -> Result<(Tag, &[u8]), MalformedTlv> {
    let [first, rest @ ..] = bytes else { return Err(MalformedTlv::Truncated) };
    if *first == 0 {
        return Err(MalformedTlv::Tag);
    }
    if first & 0x1F != 0x1F {
        return Ok((Tag(u32::from(*first)), rest));
    }
    let [second, rest @ ..] = rest else { return Err(MalformedTlv::Truncated) };
    let tag = u32::from(*first) << 8 | u32::from(*second);
    if second & 0x80 == 0 {
        return Ok((Tag(tag), rest));
    }
    let [third, rest @ ..] = rest else { return Err(MalformedTlv::Truncated) };
    if third & 0x80 != 0 {
        return Err(MalformedTlv::Tag);
    }
    Ok((Tag(tag << 8 | u32::from(*third)), rest))
}

fn read_length(bytes: &[u8]) -> Result<(usize, &[u8]), MalformedTlv> {
    let (length, rest) = match bytes {
        [] => return Err(MalformedTlv::Truncated),
        [short @ 0..=0x7F, rest @ ..] => (u32::from(*short), rest),
        [0x81, a, rest @ ..] => (u32::from(*a), rest),
        [0x82, a, b, rest @ ..] => (u32::from_be_bytes([0, 0, *a, *b]), rest),
        [0x83, a, b, c, rest @ ..] => (u32::from_be_bytes([0, *a, *b, *c]), rest),
        [0x81..=0x83, ..] => return Err(MalformedTlv::Truncated),
        _ => return Err(MalformedTlv::Length),
    };
    let length = usize::try_from(length).map_err(|_| MalformedTlv::Length)?;
    Ok((length, rest))
}

/// Appends one data object with the shortest form of its length.
///
/// # Errors
/// [`MalformedTlv::Tag`] for a tag the reader would not read back, [`MalformedTlv::Length`] above 16 MiB.
pub fn write(out: &mut Vec<u8>, tag: Tag, value: &[u8]) -> Result<(), MalformedTlv> {
    let tag_bytes = tag.0.to_be_bytes();
    let tag_bytes = &tag_bytes[tag_bytes.iter().take_while(|byte| **byte == 0).count()..];
    if !matches!(read_tag(tag_bytes), Ok((read, [])) if read == tag) {
        return Err(MalformedTlv::Tag);
    }
    let length = u32::try_from(value.len()).map_err(|_| MalformedTlv::Length)?;
    let [top, a, b, c] = length.to_be_bytes();
    if top != 0 {
        return Err(MalformedTlv::Length);
    }
    out.extend_from_slice(tag_bytes);
    match (a, b, c) {
        (0, 0, 0..=0x7F) => out.push(c),
        (0, 0, _) => out.extend_from_slice(&[0x81, c]),
        (0, _, _) => out.extend_from_slice(&[0x82, b, c]),
        _ => out.extend_from_slice(&[0x83, a, b, c]),
    }
    out.extend_from_slice(value);
    Ok(())
}
