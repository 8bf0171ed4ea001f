//! Pictures that no engine can judge, and files that are none.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};

/// A wall and nobody.
///
/// # Panics
/// If it cannot be encoded.
pub fn nobody() -> Vec<u8> {
    let wall = GrayImage::from_fn(320, 320, |x, _| [120 + u8::from(x % 64 < 32) * 20].into());
    jpeg(&DynamicImage::from(wall).to_rgb8())
}

/// These two beside each other.
///
/// # Panics
/// If they are no pictures.
pub fn side_by_side(one: &[u8], other: &[u8]) -> Vec<u8> {
    let [one, other] = [one, other].map(|bytes| reduced(bytes, 3, 4));
    let mut together = RgbImage::new(one.width() + other.width(), one.height());
    imageops::replace(&mut together, &one, 0, 0);
    imageops::replace(&mut together, &other, i64::from(one.width()), 0);
    jpeg(&together)
}

/// The same from far away.
///
/// # Panics
/// If it is no picture.
pub fn tiny(frame: &[u8]) -> Vec<u8> {
    let far = reduced(frame, 1, 4);
    let mut room = RgbImage::from_pixel(4 * far.width(), 4 * far.height(), [128; 3].into());
    imageops::replace(&mut room, &far, i64::from(far.width()), i64::from(far.height()));
    jpeg(&room)
}

/// The same at night.
///
/// # Panics
/// If it is no picture.
pub fn dark(frame: &[u8]) -> Vec<u8> {
    lit(frame, |value| value / 10)
}

/// The same against the sun.
///
/// # Panics
/// If it is no picture.
pub fn overexposed(frame: &[u8]) -> Vec<u8> {
    lit(frame, |value| 255 - (255 - value) / 10)
}

/// The same as PNG.
///
/// # Panics
/// If it is no picture.
pub fn png(frame: &[u8]) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    decoded(frame).write_to(&mut bytes, ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}

/// The first half of it.
pub fn cut(frame: &[u8]) -> Vec<u8> {
    frame[..frame.len() / 2].to_vec()
}

/// A GIF of two pictures that follow one another (GIF89a §§18-24).
pub fn animated() -> Vec<u8> {
    let head = b"GIF89a\x01\0\x01\0\x80\0\0\xFF\xFF\xFF\0\0\0".as_slice();
    let picture = b"\x21\xF9\x04\0\x0A\0\0\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0".as_slice();
    [head, picture, picture, b"\x3B"].concat()
}

/// The same, and its header says that it has 20,000 by 20,000 pixels.
///
/// # Panics
/// If it is no baseline JPEG.
pub fn huge(frame: &[u8]) -> Vec<u8> {
    // Start of frame: marker, length, precision, lines, samples per line (ITU-T T.81 §B.2.2).
    let start = frame.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a start of frame");
    let mut bytes = frame.to_vec();
    let side = 20_000_u16.to_be_bytes();
    bytes[start + 5..start + 9].copy_from_slice(&[side, side].concat());
    bytes
}

fn decoded(frame: &[u8]) -> DynamicImage {
    image::load_from_memory(frame).expect("a picture")
}

fn reduced(frame: &[u8], part: u32, of: u32) -> RgbImage {
    let frame = decoded(frame).to_rgb8();
    imageops::resize(&frame, frame.width() * part / of, frame.height() * part / of, FilterType::Triangle)
}

fn lit(frame: &[u8], light: impl Fn(u8) -> u8) -> Vec<u8> {
    let mut frame = decoded(frame).to_rgb8();
    frame.iter_mut().for_each(|value| *value = light(*value));
    jpeg(&frame)
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 88).encode_image(picture).expect("a picture");
    bytes
}
