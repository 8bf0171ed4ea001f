//! From a file's bytes to pixels. Everything is refused that is not needed: by content, never by name; by size before
//! anything is decoded.

mod jp2;
mod raster;

use face::{Picture, UnfitReason};

use crate::pixels::Pixels;

/// The chip's portrait: JPEG 2000.
pub(crate) fn portrait(picture: &Picture) -> Result<Pixels, UnfitReason> {
    jp2::decode(picture.as_bytes())
}

/// A frame: JPEG.
pub(crate) fn frame(picture: &Picture) -> Result<Pixels, UnfitReason> {
    match Kind::of(picture.as_bytes()) {
        Some(Kind::Jpeg) => raster::decode(picture.as_bytes(), image::ImageFormat::Jpeg),
        Some(Kind::Png | Kind::Jpeg2000) | None => Err(UnfitReason::NotAPicture),
    }
}

/// The photograph of a card's front: JPEG or PNG.
pub(crate) fn front(picture: &Picture) -> Result<Pixels, UnfitReason> {
    match Kind::of(picture.as_bytes()) {
        Some(Kind::Jpeg) => raster::decode(picture.as_bytes(), image::ImageFormat::Jpeg),
        Some(Kind::Png) => raster::decode(picture.as_bytes(), image::ImageFormat::Png),
        Some(Kind::Jpeg2000) | None => Err(UnfitReason::NotAPicture),
    }
}

/// Any of the three, for an operator who compares two files.
pub(crate) fn any(picture: &Picture) -> Result<Pixels, UnfitReason> {
    match Kind::of(picture.as_bytes()) {
        Some(Kind::Jpeg2000) => portrait(picture),
        Some(Kind::Jpeg | Kind::Png) => front(picture),
        None => Err(UnfitReason::NotAPicture),
    }
}

/// What a file is, by its first bytes.
enum Kind {
    Jpeg,
    Png,
    Jpeg2000,
}

impl Kind {
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if jp2::is(bytes) {
            Some(Self::Jpeg2000)
        } else {
            None
        }
    }
}
