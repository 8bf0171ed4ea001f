//! JPEG 2000: written by OpenJPEG's own program, read by a library without C.

use std::fs;
use std::io::ErrorKind;
use std::process::{Command, Stdio};

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use image::GrayImage;

use super::PictureError;

/// The twelve bytes a JP2 file begins with.
const MAGIC: &[u8] = b"\0\0\0\x0CjP  \r\n\x87\n";
const MOST_PIXELS: u32 = 2048;

/// Whether this claims to be a JP2 file.
pub(super) fn is_jp2(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Decodes a portrait; one in colour becomes grey.
pub(super) fn decode(bytes: &[u8]) -> Result<GrayImage, PictureError> {
    let unusable = |what: &dyn std::fmt::Display| PictureError::NotAPicture(format!("JPEG 2000: {what}"));
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let picture = Image::new(bytes, &settings).map_err(|error| unusable(&error))?;
    let (width, height) = (picture.width(), picture.height());
    if !(1..=MOST_PIXELS).contains(&width) || !(1..=MOST_PIXELS).contains(&height) {
        return Err(unusable(&"no portrait has so many pixels"));
    }
    let channels = usize::from(picture.color_space().num_channels());
    if picture.has_alpha() || !matches!(channels, 1 | 3) {
        return Err(unusable(&"neither grey nor red, green and blue"));
    }
    let mut context = DecoderContext::default();
    let samples = picture.decode(&mut context).map_err(|error| unusable(&error))?.data_u8();
    let grey = match channels {
        1 => samples,
        _ => samples.chunks_exact(3).map(luma).collect(),
    };
    GrayImage::from_raw(width, height, grey).ok_or_else(|| unusable(&"pixels are missing"))
}

/// ITU-R BT.601, in thousandths.
fn luma(rgb: &[u8]) -> u8 {
    let sum: u32 = rgb.iter().zip([299, 587, 114]).map(|(value, weight)| u32::from(*value) * weight).sum();
    u8::try_from(sum / 1000).unwrap_or(u8::MAX)
}

/// Encodes a grey picture in about `bytes` bytes.
pub(super) fn encode(picture: &GrayImage, bytes: u32) -> Result<Vec<u8>, PictureError> {
    let folder = tempfile::tempdir()?;
    let (input, output) = (folder.path().join("portrait.pgm"), folder.path().join("portrait.jp2"));
    let header = format!("P5\n{} {}\n255\n", picture.width(), picture.height());
    fs::write(&input, [header.as_bytes(), picture.as_raw()].concat())?;
    let ratio = (picture.width() * picture.height()).div_ceil(bytes.max(1));
    let done = Command::new("opj_compress")
        .arg("-i")
        .arg(&input)
        .arg("-o")
        .arg(&output)
        .args(["-r", &ratio.to_string()])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => PictureError::NoEncoder,
            _ => PictureError::Io(error),
        })?;
    if !done.status.success() {
        return Err(PictureError::Encoder(String::from_utf8_lossy(&done.stderr).trim().to_owned()));
    }
    Ok(fs::read(&output)?)
}
