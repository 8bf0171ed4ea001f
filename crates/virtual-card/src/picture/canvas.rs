//! Something to draw on.

use image::{GrayImage, Rgb, RgbImage};

use super::{Font, PictureError};

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

/// Between two colours: `amount` 0 is the first.
pub(super) fn mix(first: Colour, second: Colour, amount: f32) -> Colour {
    let amount = amount.clamp(0.0, 1.0);
    let mut mixed = first;
    for (value, other) in mixed.iter_mut().zip(second) {
        *value = to_byte(f32::from(*value) * (1.0 - amount) + f32::from(other) * amount);
    }
    mixed
}

/// The nearest value of a pixel.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
pub(super) fn to_byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// A picture that is being drawn.
pub(super) struct Canvas(RgbImage);

impl Canvas {
    /// A ground that is painted pixel by pixel.
    pub(super) fn painted((width, height): (u32, u32), ground: impl Fn(f32, f32) -> Colour) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "some thousand pixels")]
        let at = |x: u32, y: u32| Rgb(ground(x as f32, y as f32));
        Self(RgbImage::from_fn(width, height, at))
    }

    /// Covers a pixel, if there is such a pixel, with a colour.
    pub(super) fn blend(&mut self, x: i32, y: i32, colour: Colour, amount: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if let Some(pixel) = self.0.get_pixel_mut_checked(x, y) {
            pixel.0 = mix(pixel.0, colour, amount);
        }
    }

    /// A filled rectangle: left, top, width, height.
    pub(super) fn rectangle(&mut self, [left, top, width, height]: [i32; 4], colour: Colour, amount: f32) {
        for y in top..top + height {
            for x in left..left + width {
                self.blend(x, y, colour, amount);
            }
        }
    }

    /// A line of text with its top left corner there.
    pub(super) fn text(
        &mut self,
        font: &Font,
        text: &str,
        size: f32,
        at: (f32, f32),
        (colour, amount): (Colour, f32),
    ) -> Result<(), PictureError> {
        font.draw(text, size, at, |x, y, covered| self.blend(x, y, colour, covered.min(1.0) * amount))
    }

    /// A grey picture with its top left corner there.
    pub(super) fn picture(&mut self, picture: &GrayImage, (left, top): (u32, u32)) {
        for (x, y, pixel) in picture.enumerate_pixels() {
            if let Some(below) = self.0.get_pixel_mut_checked(left + x, top + y) {
                below.0 = [pixel.0[0]; 3];
            }
        }
    }

    pub(super) fn into_picture(self) -> RgbImage {
        self.0
    }
}
