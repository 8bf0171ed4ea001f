//! Makes the portrait for a card of whatever picture the office has.

use std::str::FromStr;

use image::DynamicImage;
use image::imageops::FilterType;

use super::{PictureError, jp2, photograph};

/// Columns and rows of a portrait that is made here.
const SIZE: (u32, u32) = (240, 300);
/// As real portraits have (card facts §3, face facts §4).
const BYTES: u32 = 6000;

/// A part of a picture, in its pixels: `LEFT,TOP,WIDTH,HEIGHT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    /// Columns to the left of it.
    pub left: u32,
    /// Rows above it.
    pub top: u32,
    /// Its columns.
    pub width: u32,
    /// Its rows.
    pub height: u32,
}

/// Not four numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a part of a picture is written LEFT,TOP,WIDTH,HEIGHT in pixels")]
pub struct BadCrop;

impl Crop {
    fn is_inside(self, picture: &DynamicImage) -> bool {
        let fits = |start: u32, length: u32, all| start.checked_add(length).is_some_and(|end| end <= all);
        fits(self.left, self.width, picture.width()) && fits(self.top, self.height, picture.height())
    }

    fn of(self, picture: &DynamicImage) -> DynamicImage {
        picture.crop_imm(self.left, self.top, self.width, self.height)
    }
}

impl FromStr for Crop {
    type Err = BadCrop;

    fn from_str(text: &str) -> Result<Self, BadCrop> {
        let numbers = text.split(',').map(str::parse).collect::<Result<Vec<u32>, _>>();
        match numbers.as_deref() {
            Ok(&[left, top, width, height]) if width > 0 && height > 0 => {
                Ok(Self { left, top, width, height })
            }
            _ => Err(BadCrop),
        }
    }
}

/// The portrait for a card. JPEG 2000 is taken as it is, if it can be decoded. A JPEG or PNG photograph is made upright,
/// cut to the shape of a portrait (out of the part that `crop` names), and made small, grey and JPEG 2000.
///
/// # Errors
/// [`PictureError`]: no picture, or no encoder.
pub fn portrait(bytes: &[u8], crop: Option<Crop>) -> Result<Vec<u8>, PictureError> {
    if jp2::is_jp2(bytes) {
        jp2::decode(bytes)?;
        return Ok(bytes.to_vec());
    }
    let picture = photograph::read(bytes)?;
    let picture = match crop {
        Some(part) if part.is_inside(&picture) => part.of(&picture),
        Some(_) => return Err(PictureError::OutsidePicture(picture.width(), picture.height())),
        None => picture,
    };
    let head = shape_of_a_portrait(picture.width(), picture.height()).of(&picture);
    let small = head.grayscale().resize_exact(SIZE.0, SIZE.1, FilterType::CatmullRom);
    jp2::encode(&small.to_luma8(), BYTES)
}

/// The largest part of that shape: in the middle, but rather at the top, where heads are.
fn shape_of_a_portrait(width: u32, height: u32) -> Crop {
    let (columns, rows) = SIZE;
    let (w, h) = (u64::from(width), u64::from(height));
    let fitting =
        |full: u64, by: u32, of: u32| u32::try_from(full * u64::from(by) / u64::from(of)).unwrap_or(u32::MAX);
    if w * u64::from(rows) > h * u64::from(columns) {
        let part = fitting(h, columns, rows).max(1);
        Crop { left: (width - part) / 2, top: 0, width: part, height }
    } else {
        let part = fitting(w, rows, columns).max(1);
        Crop { left: 0, top: (height - part) / 4, width, height: part }
    }
}
