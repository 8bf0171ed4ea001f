//! Photographs of people that someone gives to this program: JPEG or PNG, made upright.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use super::PictureError;

/// More pixels per side than any phone's camera has.
const MOST_PIXELS: u32 = 16_384;
const MOST_MEMORY: u64 = 512 * 1024 * 1024;

/// Decodes a photograph and turns it as its EXIF data say.
pub(super) fn read(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let unusable = |error: image::ImageError| PictureError::NotAPicture(error.to_string());
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(PictureError::NotAPicture("neither JPEG nor PNG".to_owned()));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_PIXELS);
    limits.max_image_height = Some(MOST_PIXELS);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unusable)?;
    let orientation = decoder.orientation().map_err(unusable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unusable)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}
