//! Data objects that must be these, in this order, and nothing else.

use iso7816::tlv::{Tag, Tlv};

/// The values of exactly the objects with these tags, in this order, each with the shortest form of its length.
///
/// One value has one encoding: what a signature covers, or what stands around it, cannot be written differently.
pub(crate) fn exactly<const N: usize>(bytes: &[u8], tags: [u32; N]) -> Option<[&[u8]; N]> {
    let mut values = [&bytes[..0]; N];
    let mut rest = bytes;
    for (tag, value) in tags.into_iter().zip(&mut values) {
        let (object, behind) = Tlv::first(rest).ok()?;
        let header = rest.len() - behind.len() - object.value.len();
        if object.tag != Tag(tag) || header != tag_bytes(tag) + length_bytes(object.value.len()) {
            return None;
        }
        *value = object.value;
        rest = behind;
    }
    rest.is_empty().then_some(values)
}

const fn tag_bytes(tag: u32) -> usize {
    match tag {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        _ => 3,
    }
}

/// ISO/IEC 7816-4 §6.3, the shortest form.
const fn length_bytes(length: usize) -> usize {
    match length {
        0..=0x7f => 1,
        0x80..=0xff => 2,
        0x100..=0xffff => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_these_objects_in_this_order_are_read() {
        let bytes = [0xdf, 0x22, 1, 7, 0x90, 2, 8, 9];
        assert_eq!(exactly(&bytes, [0xdf22, 0x90]), Some([&[7][..], &[8, 9]]));
        assert_eq!(exactly(&bytes, [0x90, 0xdf22]), None, "another order");
        assert_eq!(exactly(&bytes, [0xdf22]), None, "something behind them");
        assert_eq!(exactly(&bytes, [0xdf22, 0x90, 0x91]), None, "one is missing");
        assert_eq!(exactly(&bytes[..7], [0xdf22, 0x90]), None, "cut short");
        assert_eq!(exactly(&[], []), Some([]));
    }

    #[test]
    fn a_length_has_one_form() {
        assert_eq!(exactly(&[0x90, 0x81, 1, 7], [0x90]), None);
        assert_eq!(exactly(&[0x90, 0x82, 0, 1, 7], [0x90]), None);
        assert_eq!(exactly(&[0x90, 0x80, 7, 0, 0], [0x90]), None, "indefinite");
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000] {
            let value = vec![7; length];
            let mut bytes = Vec::new();
            iso7816::tlv::write(&mut bytes, Tag(0xdf27), &value).unwrap();
            assert_eq!(exactly(&bytes, [0xdf27]), Some([&value[..]]), "{length}");
        }
    }
}
