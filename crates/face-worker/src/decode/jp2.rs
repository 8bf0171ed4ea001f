//! JPEG 2000, grey or colour, as the chip has it.

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
use image::{DynamicImage, GrayImage, RgbImage};

use face::UnfitReason;

use crate::pixels::Pixels;
use crate::rules::MAX_JP2_SIDE;

/// A JP2 file or a bare codestream.
pub(super) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x00\x00\x00\x0CjP  ") || bytes.starts_with(&[0xFF, 0x4F, 0xFF, 0x51])
}

/// Decodes a portrait. The decoder bounds no memory, so sizes and colours are compared first.
pub(super) fn decode(bytes: &[u8]) -> Result<Pixels, UnfitReason> {
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = Image::new(bytes, &settings).map_err(|_| UnfitReason::Damaged)?;
    let (width, height) = (image.width(), image.height());
    if width > MAX_JP2_SIDE || height > MAX_JP2_SIDE {
        return Err(UnfitReason::TooLarge);
    }
    if width == 0 || height == 0 {
        return Err(UnfitReason::Damaged);
    }
    // Grey or colour: no portrait of a chip has anything else.
    if image.has_alpha() {
        return Err(UnfitReason::OtherType);
    }
    let channels = match image.color_space() {
        ColorSpace::Gray => 1,
        ColorSpace::RGB => 3,
        ColorSpace::Icc { num_channels, .. } => *num_channels,
        ColorSpace::CMYK | ColorSpace::Unknown { .. } => return Err(UnfitReason::OtherType),
    };
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|_| UnfitReason::Damaged)?;
    // Components of unlike lengths would be interleaved past one of them.
    let pixels = width as usize * height as usize;
    let components = decoded.components();
    if components.len() != usize::from(channels)
        || components.iter().any(|component| component.samples().len() != pixels)
    {
        return Err(UnfitReason::Damaged);
    }
    let bytes = decoded.data_u8();
    let image = match channels {
        1 => GrayImage::from_raw(width, height, bytes).map(DynamicImage::ImageLuma8),
        3 => RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8),
        _ => None,
    };
    image.map(|image| Pixels::new(image.into_rgb8())).ok_or(UnfitReason::Damaged)
}
