//! JPEG and PNG.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use face::UnfitReason;

use crate::pixels::Pixels;
use crate::rules::{MAX_DECODE_BYTES, MAX_SCANS, Most};

/// Decodes a file of the format it was seen to be, and turns it upright as its EXIF data say.
pub(super) fn decode(bytes: &[u8], format: ImageFormat, most: Most) -> Result<Pixels, UnfitReason> {
    let damaged = |error| match error {
        ImageError::Limits(_) => UnfitReason::TooLarge,
        _ => UnfitReason::Damaged,
    };
    if format == ImageFormat::Jpeg {
        let coded = coded(bytes).ok_or(UnfitReason::Damaged)?;
        if scans(coded) > MAX_SCANS {
            return Err(UnfitReason::TooLarge);
        }
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // The sides are compared below, where a picture that is too large can be told from a damaged one.
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODE_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > most.side || u64::from(width) * u64::from(height) > most.pixels {
        return Err(UnfitReason::TooLarge);
    }
    // The limit above bounds what the decoder needs besides the picture.
    if decoder.total_bytes() > MAX_DECODE_BYTES {
        return Err(UnfitReason::TooLarge);
    }
    if width == 0 || height == 0 {
        return Err(UnfitReason::Damaged);
    }
    let orientation = decoder.orientation().map_err(damaged)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    image.apply_orientation(orientation);
    Ok(Pixels::new(image.into_rgb8()))
}

/// What follows the header of a JPEG's first scan, up to the end marker; `None` where there is none. The decoder fills up
/// with grey what a cut file lacks.
fn coded(bytes: &[u8]) -> Option<&[u8]> {
    // Segments up to the start of scan, each with its length; thumbnails with markers of their own lie inside one.
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let [0xFF, marker, high, low, ..] = *rest {
        // Fill bytes may stand before a marker (ITU-T T.81 §B.1.1.2).
        if marker == 0xFF {
            rest = &rest[1..];
            continue;
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        let after = rest.get(2 + length..)?;
        if marker == START_OF_SCAN {
            // In what follows, 0xFF stands before 0 or a marker only.
            let end = after.windows(2).position(|pair| pair == [0xFF, 0xD9])?;
            return Some(&after[..end]);
        }
        rest = after;
    }
    None
}

/// How many scans there are, given all from the first one's coded data on. A table between them may look like one more.
fn scans(coded: &[u8]) -> usize {
    1 + coded.windows(2).filter(|pair| *pair == [0xFF, START_OF_SCAN]).count()
}

const START_OF_SCAN: u8 = 0xDA;

#[cfg(test)]
mod tests {
    use super::*;

    /// Start, one segment, start of scan, coded data, end.
    const WHOLE: &[u8] =
        &[0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xDA, 0, 3, 9, 0x12, 0xFF, 0, 0x34, 0xFF, 0xD9];

    #[test]
    fn a_file_that_was_cut_has_no_end() {
        assert_eq!(coded(WHOLE), Some(&WHOLE[13..17]));
        for length in 0..WHOLE.len() {
            assert_eq!(coded(&WHOLE[..length]), None, "{length}");
        }
    }

    #[test]
    fn fill_bytes_before_a_marker_are_passed_over() {
        let filled = [&WHOLE[..2], &[0xFF, 0xFF], &WHOLE[2..8], &[0xFF], &WHOLE[8..]].concat();
        assert_eq!(coded(&filled), Some(&WHOLE[13..17]));
    }

    #[test]
    fn scans_are_counted() {
        assert_eq!(scans(&WHOLE[13..17]), 1);
        assert_eq!(scans(&[0x12, 0xFF, 0xDA, 0, 3, 9, 0x34, 0xFF, 0, 0xFF, 0xDA, 0, 3, 9]), 3);
    }
}
