//! The front of a simulated card.
//!
//! It tells what a real front tells, where a reader looks for it, and looks like no real card: it says what it is.

use std::io::Cursor;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ImageFormat, RgbImage};

use super::canvas::{Canvas, Colour, mix};
use super::{Font, PictureError, jp2, table};
use crate::card_file::CardFile;
use crate::issuer::{Printed, Sex};

/// Pixels per millimetre.
const SCALE: f32 = 15.0;
/// A card of ISO/IEC 7810, 85.6 by 54 mm.
const CARD: (u32, u32) = (1284, 810);
const INK: Colour = [38, 40, 48];
const LABEL: Colour = [96, 104, 120];
const RED: Colour = [196, 52, 60];
/// Left, top, width and height of the portrait.
const PORTRAIT: [u32; 4] = [60, 288, 360, 450];
/// How an address is set: millimetres per letter, letters per line, lines. What is longer than the last is cut.
const ADDRESS: [(f32, u8, u8); 3] = [(3.0, 22, 2), (2.1, 31, 3), (1.3, 50, 4)];

/// How a photograph is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotographFormat {
    /// Without loss.
    Png,
    /// As a phone's camera does.
    Jpeg,
}

/// Quality of a JPEG photograph.
const QUALITY: u8 = 90;

/// The front of the card of that file as it lies on a table, taken with a phone from above: not quite straight and not
/// evenly lit. 1440 by 1080 pixels. It is there to be read, by people too; a real camera blurs more.
///
/// # Errors
/// [`PictureError`]: no font, no such card, or a portrait or a birth date that cannot be printed.
pub fn photograph_of_front(card: &Path, format: PhotographFormat) -> Result<Vec<u8>, PictureError> {
    let (printed, portrait) = CardFile::front(card)?;
    let photograph = table::photograph(&front(&printed, &portrait)?);
    let mut file = Cursor::new(Vec::new());
    match format {
        PhotographFormat::Png => photograph.write_to(&mut file, ImageFormat::Png),
        PhotographFormat::Jpeg => {
            photograph.write_with_encoder(JpegEncoder::new_with_quality(&mut file, QUALITY))
        }
    }
    .map_err(|_| PictureError::Encoding)?;
    Ok(file.into_inner())
}

/// The front, flat.
fn front(printed: &Printed, portrait: &[u8]) -> Result<RgbImage, PictureError> {
    let font = Font::find()?;
    let mut card = Canvas::painted(CARD, ground);
    let label = |card: &mut Canvas, text: &str, left: f32, top: f32| {
        card.text(&font, text, mm(2.1), (mm(left), mm(top)), (LABEL, 1.0))
    };
    let ink = |card: &mut Canvas, text: &str, size: f32, left: f32, top: f32| {
        card.text(&font, text, mm(size), (mm(left), mm(top)), (INK, 1.0))
    };

    label(&mut card, "氏名", 4.0, 4.6)?;
    ink(&mut card, &printed.name, 3.9, 10.5, 3.7)?;
    label(&mut card, "住所", 4.0, 10.2)?;
    let address: Vec<char> = printed.address.chars().collect();
    let room =
        |(_, letters, lines): &&(f32, u8, u8)| usize::from(*letters) * usize::from(*lines) >= address.len();
    let &(size, letters, lines) = ADDRESS.iter().find(room).unwrap_or(&ADDRESS[2]);
    for (line, letters) in (0..lines).zip(address.chunks(usize::from(letters))) {
        let text: String = letters.iter().collect();
        ink(&mut card, &text, size, 10.5, 9.7 + size * 1.15 * f32::from(line))?;
    }
    card.rectangle([60, 258, 1164, 2], LABEL, 0.5);

    let birth_date = printed.era_birth_date().map_err(|_| PictureError::BirthDate)?.printed();
    ink(&mut card, &format!("{birth_date}生"), 3.9, 32.0, 20.2)?;
    label(&mut card, "性別", 66.5, 20.9)?;
    ink(&mut card, sex(printed.sex), 3.9, 72.5, 20.2)?;
    let expires = printed.expires;
    let until = format!("{}年{}月{}日まで有効", expires.year(), u8::from(expires.month()), expires.day());
    ink(&mut card, &until, 3.9, 32.0, 27.0)?;
    label(&mut card, "電子証明書の有効期限　　　　年　　月　　日", 32.0, 34.2)?;
    label(&mut card, "セキュリティコード", 32.0, 39.6)?;
    ink(&mut card, &printed.security_code.to_string(), 3.9, 53.0, 38.7)?;
    card.text(&font, "模擬カード", mm(5.0), (mm(32.0), mm(44.0)), (RED, 0.9))?;
    card.text(&font, "SIMULATED  見本", mm(3.0), (mm(59.5), mm(45.5)), (RED, 0.9))?;

    let [left, top, width, height] = PORTRAIT;
    let person = imageops::resize(&jp2::decode(portrait)?, width, height, FilterType::CatmullRom);
    card.picture(&person, (left, top));
    Ok(card.into_picture())
}

/// Millimetres in pixels.
fn mm(length: f32) -> f32 {
    length * SCALE
}

fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "女",
        Sex::Male => "男",
        Sex::Unknown | Sex::NotApplicable => "－",
    }
}

/// Pale blue to pale rose, with fine waves as on papers of value.
fn ground(x: f32, y: f32) -> Colour {
    let (width, height) = (CARD.0.max(1), CARD.1.max(1));
    #[expect(clippy::cast_precision_loss, reason = "some thousand pixels")]
    let (across, down) = (x / width as f32, y / height as f32);
    let base = mix([224, 236, 244], [248, 230, 232], across * 0.7 + down * 0.3);
    let wave = |length: f32, height: f32, shift: f32| ((x / length + shift).sin() * height + y) / 17.0;
    let near = |line: f32| (line - line.round()).abs() < 0.05;
    let on_a_line = near(wave(90.0, 26.0, 0.0)) || near(wave(71.0, 34.0, 2.0));
    mix(base, [150, 176, 204], if on_a_line { 0.30 } else { 0.0 })
}
