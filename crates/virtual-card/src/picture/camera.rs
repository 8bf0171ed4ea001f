//! The phone's camera, as far as a photograph can stand for the person in front of it: frames that are all a little
//! different, as those of a hand-held phone are.
//!
//! In [`Camera::frames`] only the photograph moves, not the head; in [`Camera::stream`] the head turns. Both are good for
//! tests of what follows a camera, and no proof of liveness.

use std::io::Cursor;

use fastrand::Rng;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{Rgb, RgbImage};

use super::canvas::to_byte;
use super::table::smooth;
use super::{PictureError, photograph};

/// A frame's longer side, in pixels.
const LONGER_SIDE: u32 = 640;
const QUALITY: u8 = 88;
/// Most frames that are made at once.
pub const FRAMES_MOST: u8 = 99;

/// A camera, and the person before it.
#[derive(Clone, Copy, Debug)]
pub struct Camera {
    /// The same number gives the same frames.
    pub seed: u64,
    /// 1 is the photograph's own light; below 0.2 nobody is recognised.
    pub light: f32,
    /// 1 fills the frame with the photograph; at 4 the person is a quarter as large.
    pub distance: f32,
}

impl Default for Camera {
    fn default() -> Self {
        Self { seed: 1, light: 1.0, distance: 1.0 }
    }
}

impl Camera {
    /// Frames of the person on a photograph (JPEG or PNG): JPEG without EXIF, about 640 pixels high or wide.
    ///
    /// # Errors
    /// [`PictureError`]: no picture.
    pub fn frames(&self, photograph: &[u8], count: u8) -> Result<Vec<Vec<u8>>, PictureError> {
        let person = photograph::read(photograph)?;
        // Larger pictures would only be sampled badly below.
        let person = person.resize(LONGER_SIDE, LONGER_SIDE, FilterType::CatmullRom).to_rgb8();
        let mut noise = Rng::with_seed(self.seed);
        (0..count.min(FRAMES_MOST)).map(|_| encode(&self.frame(&person, &mut noise))).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "some hundred pixels")]
    pub(super) fn frame(&self, person: &RgbImage, noise: &mut Rng) -> RgbImage {
        let mut about = |most: f32| (noise.f32() * 2.0 - 1.0) * most;
        let scale = self.distance * (1.0 + about(0.03));
        let (sin, cos) = about(0.022).sin_cos();
        let (width, height) = (person.width() as f32, person.height() as f32);
        let (right, down) = (about(0.02) * width, about(0.02) * height);
        let light = self.light * (1.0 + about(0.06));
        let warmth = [1.0 + about(0.015), 1.0, 1.0 + about(0.015)];
        RgbImage::from_fn(person.width(), person.height(), |x, y| {
            let (x, y) = (x as f32 + 0.5 - width / 2.0, y as f32 + 0.5 - height / 2.0);
            let u = (cos * x + sin * y) * scale + right + width / 2.0;
            let v = (cos * y - sin * x) * scale + down + height / 2.0;
            let seen = smooth(person, u, v);
            let grain = grain(noise);
            let value = |channel: usize| to_byte(f32::from(seen[channel]) * light * warmth[channel] + grain);
            Rgb([value(0), value(1), value(2)])
        })
    }
}

/// The sensor's noise: about normal, with a deviation of three.
fn grain(noise: &mut Rng) -> f32 {
    (noise.f32() + noise.f32() + noise.f32() - 1.5) * 6.0
}

pub(super) fn encode(frame: &RgbImage) -> Result<Vec<u8>, PictureError> {
    let mut file = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut file, QUALITY);
    frame.write_with_encoder(encoder).map_err(|_| PictureError::Encoding)?;
    Ok(file.into_inner())
}
