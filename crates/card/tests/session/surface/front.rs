//! The files of a surface application, object by object, so that a test can change one.

use iso7816::tlv::{self, Tag};

/// What no output may ever show.
pub(crate) const CANARIES: [&str; 4] =
    ["19470412", "NAME-OF-THE-HOLDER", "ADDRESS-OF-THE-HOLDER", "FACE-OF-THE-HOLDER"];

/// EF 0002 as objects.
#[derive(Clone)]
pub(crate) struct Front(pub(crate) Vec<(u32, Vec<u8>)>);

impl Front {
    /// All objects that a card has.
    pub(crate) fn whole() -> Self {
        let [birth, name, address, face] = CANARIES.map(|canary| canary.as_bytes().to_vec());
        let key = [object(0x90, &[1, 0, 1]), object(0x91, &[0xC9; 256])].concat();
        Self(vec![
            (0xDF21, vec![0; 18]),
            (0xDF22, birth),
            (0xDF23, b"2".to_vec()),
            (0xDF24, key),
            (0xDF25, name),
            (0xDF26, address),
            (0xDF27, face.repeat(40)),
            (0xDF28, vec![0x5A; 256]),
            (0xDF29, b"20350217".to_vec()),
            (0xDF2A, b"PNG".to_vec()),
        ])
    }

    /// The same without this object.
    pub(crate) fn without(mut self, tag: u32) -> Self {
        self.0.retain(|(other, _)| *other != tag);
        self
    }

    /// The same with this object once more, at the end.
    pub(crate) fn and(mut self, tag: u32, value: &[u8]) -> Self {
        self.0.push((tag, value.to_vec()));
        self
    }

    /// The same with another value.
    pub(crate) fn with(mut self, tag: u32, value: &[u8]) -> Self {
        self.0.iter_mut().find(|(other, _)| *other == tag).unwrap().1 = value.to_vec();
        self
    }

    /// An object as it is written.
    pub(crate) fn object(&self, tag: u32) -> Vec<u8> {
        let (_, value) = self.0.iter().find(|(other, _)| *other == tag).unwrap();
        object(tag, value)
    }

    /// The file.
    pub(crate) fn file(&self) -> Vec<u8> {
        object(0xFF20, &self.0.iter().flat_map(|(tag, value)| object(*tag, value)).collect::<Vec<_>>())
    }
}

/// EF 0004.
pub(crate) fn certificate() -> Vec<u8> {
    object(0x7F21, &[object(0x5F4E, &[0x36; 297]), object(0x5F37, &[0x11; 256])].concat())
}

/// One data object.
pub(crate) fn object(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    tlv::write(&mut bytes, Tag(tag), value).unwrap();
    bytes
}
