//! What a file is, by what it holds; nobody is asked what it is called.

use super::jp2;

/// A type of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Jpeg,
    Png,
    Jpeg2000,
    /// Known, and taken nowhere: GIF, WebP, TIFF, BMP, HEIC and its relatives.
    Other,
}

impl Kind {
    /// `None` for what is no known picture.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(PNG) {
            Some(Self::Png)
        } else if jp2::is(bytes) {
            Some(Self::Jpeg2000)
        } else if is_gif(bytes) || is_webp(bytes) || is_tiff(bytes) || is_bmp(bytes) || is_heif(bytes) {
            Some(Self::Other)
        } else {
            None
        }
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn is_gif(bytes: &[u8]) -> bool {
    bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a")
}

fn is_webp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")
}

fn is_tiff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*")
}

/// The header's length tells more than two letters do.
fn is_bmp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"BM")
        && matches!(bytes.get(14..18), Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
}

/// HEIC and AVIF: the brand stands in the first box.
fn is_heif(bytes: &[u8]) -> bool {
    let brand = bytes.get(8..12).unwrap_or_default();
    bytes.get(4..8) == Some(b"ftyp")
        && [&b"heic"[..], b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"]
            .contains(&brand)
}

/// Whether a file holds several pictures that follow one another: animated PNG, GIF and WebP.
pub(super) fn is_animated(bytes: &[u8]) -> bool {
    if bytes.starts_with(PNG) {
        png_pictures(bytes) > 1
    } else if is_gif(bytes) {
        gif_pictures(bytes) > 1
    } else {
        // The extended header's flag (RFC 9649 §2.7.1).
        is_webp(bytes)
            && bytes.get(12..16) == Some(b"VP8X")
            && bytes.get(20).is_some_and(|flags| flags & 2 != 0)
    }
}

/// What the animation's chunk says, which stands before the data (PNG, third edition, §11.3.6.1); 1 without it.
fn png_pictures(bytes: &[u8]) -> u32 {
    let mut rest = bytes.get(PNG.len()..).unwrap_or_default();
    while let [a, b, c, d, kind @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        match (kind.get(..4), kind.get(4..8)) {
            (Some(b"acTL"), Some(&[a, b, c, d])) => return u32::from_be_bytes([a, b, c, d]),
            (Some(b"IDAT") | None, _) => return 1,
            _ => {}
        }
        // The kind, the content, the checksum.
        rest = length.checked_add(8).and_then(|length| kind.get(length..)).unwrap_or_default();
    }
    1
}

/// How many pictures a GIF has, up to 2 (GIF89a §Appendix A); a damaged one has those before the damage.
fn gif_pictures(bytes: &[u8]) -> u32 {
    // A table of colours, where the flags say that there is one.
    let colours = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut pictures = 0;
    let mut rest = bytes.get(13 + colours(bytes.get(10).copied().unwrap_or(0))..).unwrap_or_default();
    while pictures < 2 {
        rest = match rest {
            // An extension: its label, then blocks of data.
            [0x21, _, after @ ..] => after,
            // A picture: its place, flags, colours, the size of a code, then blocks of data.
            [0x2C, after @ ..] => {
                pictures += 1;
                let flags = after.get(8).copied().unwrap_or(0);
                after.get(10 + colours(flags)..).unwrap_or_default()
            }
            _ => break,
        };
        while let Some((length, after)) = rest.split_first() {
            rest = after.get(usize::from(*length)..).unwrap_or_default();
            if *length == 0 {
                break;
            }
        }
    }
    pictures
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GIF_HEAD: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xFF\xFF\xFF\0\0\0";
    const GIF_PICTURE: &[u8] = b"\x21\xF9\x04\0\x0A\0\0\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";

    #[test]
    fn a_file_is_what_it_holds() {
        for (bytes, kind) in [
            (&b"\xFF\xD8\xFF\xE0"[..], Some(Kind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", Some(Kind::Png)),
            (b"\x00\x00\x00\x0CjP  \r\n\x87\n", Some(Kind::Jpeg2000)),
            (b"\xFF\x4F\xFF\x51", Some(Kind::Jpeg2000)),
            (b"GIF87a", Some(Kind::Other)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(Kind::Other)),
            (b"II*\0\x08\0\0\0", Some(Kind::Other)),
            (b"MM\0*\0\0\0\x08", Some(Kind::Other)),
            (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", Some(Kind::Other)),
            (b"\0\0\0\x18ftypheic\0\0\0\0", Some(Kind::Other)),
            (b"\0\0\0\x18ftypavif\0\0\0\0", Some(Kind::Other)),
            (b"\0\0\0\x18ftypisom\0\0\0\0", None),
            (b"BMW is a make of cars", None),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", None),
            (b"%PDF-1.7", None),
            (b"\xFF\xD8", None),
            (b"", None),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn one_picture_is_no_animation_and_two_are() {
        let gif = |pictures| [GIF_HEAD, &GIF_PICTURE.repeat(pictures), b"\x3B"].concat();
        assert!(!is_animated(&gif(1)) && is_animated(&gif(2)) && is_animated(&gif(9)));
        let webp = |flags| [&b"RIFF\x20\0\0\0WEBPVP8X\x0A\0\0\0"[..], &[flags], &[0; 9]].concat();
        assert!(!is_animated(&webp(0x10)) && is_animated(&webp(0x12)));
        let png = |pictures| {
            let header = b"\0\0\0\x0DIHDR0123456789abcCRC.";
            [PNG, header, b"\0\0\0\x08acTL\0\0\0", &[pictures], b"\0\0\0\0CRC.", b"\0\0\0\0IDATCRC."].concat()
        };
        assert!(!is_animated(&png(1)) && is_animated(&png(2)));
        assert!(!is_animated(b"\xFF\xD8\xFF\xE0"));
    }

    #[test]
    fn a_file_that_was_cut_is_looked_at_as_far_as_it_goes() {
        let whole = [GIF_HEAD, GIF_PICTURE, GIF_PICTURE, b"\x3B"].concat();
        for length in 0..whole.len() {
            assert_eq!(is_animated(&whole[..length]), length > GIF_HEAD.len() + GIF_PICTURE.len() + 8);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_at_all_make_it_panic(
            head in proptest::sample::select(vec![&b"GIF89a"[..], PNG, b"RIFF....WEBPVP8X"]),
            tail in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            is_animated(&[head, &tail].concat());
        }
    }
}
