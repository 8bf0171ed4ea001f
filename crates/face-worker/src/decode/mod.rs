//! From a file's bytes to pixels. Everything is refused that is not needed: by content, never by name; by size before
//! anything is decoded. Each kind of refusal has a reason of its own.

mod jp2;
mod kind;
mod raster;

use face::{Picture, UnfitReason};

use crate::pixels::Pixels;
use crate::rules::{FRAME_SIZE, Most, PHOTOGRAPH};
use kind::Kind;

/// The chip's portrait: JPEG 2000.
pub(crate) fn portrait(picture: &Picture) -> Result<Pixels, UnfitReason> {
    decode(picture, &[Kind::Jpeg2000], PHOTOGRAPH)
}

/// A frame: JPEG.
pub(crate) fn frame(picture: &Picture) -> Result<Pixels, UnfitReason> {
    decode(picture, &[Kind::Jpeg], FRAME_SIZE)
}

/// The photograph of a card's front: JPEG or PNG.
pub(crate) fn front(picture: &Picture) -> Result<Pixels, UnfitReason> {
    decode(picture, &[Kind::Jpeg, Kind::Png], PHOTOGRAPH)
}

/// Any of the three, for an operator who compares two files.
pub(crate) fn any(picture: &Picture) -> Result<Pixels, UnfitReason> {
    decode(picture, &[Kind::Jpeg, Kind::Png, Kind::Jpeg2000], PHOTOGRAPH)
}

/// `most` is for JPEG and PNG; JPEG 2000 has its own bound.
fn decode(picture: &Picture, taken: &[Kind], most: Most) -> Result<Pixels, UnfitReason> {
    let bytes = picture.as_bytes();
    if bytes.is_empty() {
        return Err(UnfitReason::Empty);
    }
    let kind = Kind::of(bytes).ok_or(UnfitReason::NotAPicture)?;
    // Said of types that are not taken as well: *several pictures* is the clearer word for an animated GIF.
    if kind::is_animated(bytes) {
        return Err(UnfitReason::Animated);
    }
    match kind {
        kind if !taken.contains(&kind) => Err(UnfitReason::OtherType),
        Kind::Jpeg => raster::decode(bytes, image::ImageFormat::Jpeg, most),
        Kind::Png => raster::decode(bytes, image::ImageFormat::Png, most),
        Kind::Jpeg2000 => jp2::decode(bytes),
        Kind::Other => Err(UnfitReason::OtherType),
    }
}
