//! Lines of text as the chip holds them: PNG of one bit per pixel, twelve rows high.

use super::{Font, PictureError};

/// Rows of such a picture, and columns of a kanji (measured on a test card: 18 letters in 216 by 12).
const ROWS: u16 = 12;
/// From where on a pixel is black.
const COVERED: f32 = 0.4;

/// A line of text, black on white. The font must have its letters.
pub(crate) fn line_of_text(font: &Font, text: &str) -> Result<Vec<u8>, PictureError> {
    let size = f32::from(ROWS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred letters")]
    let columns = (font.width(text, size)?.ceil() as u32).max(1);
    let stride = columns.div_ceil(8) as usize;
    // White is 1; the bits beyond the last column stay white.
    let mut bits = vec![0xFF_u8; stride * usize::from(ROWS)];
    font.draw(text, size, (0.0, 0.0), |column, row, covered| {
        let inside = (0..i32::from(ROWS)).contains(&row) && (0..columns.cast_signed()).contains(&column);
        if inside && covered >= COVERED {
            let (column, row) = (column.unsigned_abs() as usize, row.unsigned_abs() as usize);
            bits[row * stride + column / 8] &= !(0x80 >> (column % 8));
        }
    })?;
    encode(columns, &bits).map_err(|_| PictureError::Encoding)
}

fn encode(columns: u32, bits: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, columns, u32::from(ROWS));
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.write_header()?.write_image_data(bits)?;
    Ok(file)
}
