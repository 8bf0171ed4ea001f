//! A Japanese font of the machine.

use std::fs;

use ab_glyph::{Font as _, FontVec, GlyphId, PxScale, ScaleFont as _, point};

use super::PictureError;

/// Where Debian puts them: fonts-ipafont-gothic, whatever gothic font the system prefers, fonts-noto-cjk (its first font
/// is the Japanese one).
const PLACES: [&str; 3] = [
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
];

/// A font.
pub(crate) struct Font(FontVec);

impl Font {
    /// The first that is there.
    pub(crate) fn find() -> Result<Self, PictureError> {
        let fonts = PLACES.iter().filter_map(|place| fs::read(place).ok());
        fonts
            .filter_map(|bytes| FontVec::try_from_vec(bytes).ok())
            .find(|font| font.glyph_id('番').0 != 0)
            .map(Self)
            .ok_or(PictureError::NoFont)
    }

    /// The width of a line of text, in pixels, in letters of `size` pixels (a kanji is that wide).
    pub(crate) fn width(&self, text: &str, size: f32) -> Result<f32, PictureError> {
        let scaled = self.0.as_scaled(self.scale(size));
        self.glyphs(text)?.into_iter().try_fold(0.0, |width, id| Ok(width + scaled.h_advance(id)))
    }

    /// Draws a line of text: calls `dot` with a pixel's column and row and how much of it is covered, 0 to 1. The line's
    /// left end is at `left`; its letters stand in the `size` pixels below `top`.
    pub(crate) fn draw(
        &self,
        text: &str,
        size: f32,
        (left, top): (f32, f32),
        mut dot: impl FnMut(i32, i32, f32),
    ) -> Result<(), PictureError> {
        let scale = self.scale(size);
        let scaled = self.0.as_scaled(scale);
        // The em square of a Japanese font reaches as far below the baseline as letters do.
        let baseline = top + size * 0.88;
        let mut x = left;
        for id in self.glyphs(text)? {
            let glyph = id.with_scale_and_position(scale, point(x, baseline));
            x += scaled.h_advance(id);
            // Spaces have no outline.
            if let Some(outline) = self.0.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|column, row, covered| {
                    #[expect(clippy::cast_possible_truncation, reason = "pixels of a picture")]
                    let at = |corner: f32, step: u32| corner as i32 + step.cast_signed();
                    dot(at(corner.x, column), at(corner.y, row), covered);
                });
            }
        }
        Ok(())
    }

    /// Letters of `size` pixels per em; the library's own measure is from the lowest to the highest point of any letter.
    fn scale(&self, size: f32) -> PxScale {
        let per_em = self.0.units_per_em().unwrap_or(1000.0);
        PxScale::from(size * self.0.height_unscaled() / per_em)
    }

    fn glyphs(&self, text: &str) -> Result<Vec<GlyphId>, PictureError> {
        let glyph = |letter| match self.0.glyph_id(letter) {
            GlyphId(0) => Err(PictureError::NoLetter(letter)),
            id => Ok(id),
        };
        text.chars().map(glyph).collect()
    }
}
