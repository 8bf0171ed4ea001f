//! A person before the camera, made of one photograph: the face is laid over a head's shape, and the head turns.

use image::imageops::FilterType;
use image::{GenericImageView as _, Rgb, RgbImage};

use super::head::{self, EYE_LINE, EYES_APART};
use super::table::smooth;
use super::{Eyes, PictureError, photograph};

/// A frame of a phone that is held upright.
const FRAME: (u32, u32) = (480, 640);
/// How much is seen across it, in millimetres at the head, if the photograph has so much.
const ACROSS: f32 = 330.0;
/// How far down the head's middle is, of the frame's height.
const HEAD_AT: f32 = 0.46;
/// What comes from outside the frame comes from no further, in millimetres.
const BEYOND: f32 = 60.0;

/// A person of whom there is one frontal photograph.
#[derive(Clone)]
pub struct Person {
    photograph: RgbImage,
    /// Where the head's origin is on the photograph, and one millimetre to its right.
    origin: (f32, f32),
    right: (f32, f32),
    /// The frame's corner, and a pixel of it, in millimetres at the head.
    corner: (f32, f32),
    pixel: f32,
}

impl core::fmt::Debug for Person {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Person")
    }
}

impl Person {
    /// The person on a photograph (JPEG or PNG, seen from the front). Where the eyes are must be told for all but the
    /// two photographs that set-up brings.
    ///
    /// # Errors
    /// [`PictureError`]: no picture, eyes that are not told, or not on it.
    pub fn on(photograph: &[u8], eyes: Option<Eyes>) -> Result<Self, PictureError> {
        let eyes = eyes.or_else(|| Eyes::known(photograph)).ok_or(PictureError::NoEyes)?;
        let photograph = photograph::read(photograph)?;
        if !eyes.are_on(photograph.dimensions()) {
            return Err(PictureError::EyesOutside(photograph.width(), photograph.height()));
        }
        let person = Self::on_pixels(photograph.to_rgb8(), eyes);
        // Finer than the frame's pixels it would only be sampled badly below.
        let finer = person.pixel * person.right.0.hypot(person.right.1);
        if finer <= 1.5 {
            return Ok(person);
        }
        let (width, height) = photograph.dimensions();
        let reduced = |side: u32| ((f64::from(side) / f64::from(finer)).round() as u32).max(1);
        let reduced = photograph.resize_exact(reduced(width), reduced(height), FilterType::CatmullRom);
        Ok(Self::on_pixels(reduced.to_rgb8(), eyes.reduced(finer)))
    }

    #[expect(clippy::cast_precision_loss, reason = "some thousand pixels")]
    fn on_pixels(photograph: RgbImage, Eyes { left, right: other }: Eyes) -> Self {
        let (width, height) = (photograph.width() as f32, photograph.height() as f32);
        let right = ((other.x - left.x) / EYES_APART, (other.y - left.y) / EYES_APART);
        let between = ((left.x + other.x) / 2.0, (left.y + other.y) / 2.0);
        // Down is right, turned by a quarter.
        let origin = (between.0 - right.1 * EYE_LINE, between.1 + right.0 * EYE_LINE);
        let scale = right.0.hypot(right.1);
        // The largest part of the photograph, up to a phone's usual distance, with the head where heads are.
        let share = FRAME.1 as f32 / FRAME.0 as f32;
        let across = (ACROSS * scale).min(width).min(height / share);
        let down = across * share;
        let corner = (
            (origin.0 - across / 2.0).clamp(0.0, (width - across).max(0.0)) - origin.0,
            (origin.1 - down * HEAD_AT).clamp(0.0, (height - down).max(0.0)) - origin.1,
        );
        Self {
            photograph,
            origin,
            right,
            corner: (corner.0 / scale, corner.1 / scale),
            pixel: across / scale / FRAME.0 as f32,
        }
    }

    /// The person with the head turned by an angle in degrees, positive towards the picture's right, which is the
    /// person's own left.
    pub(super) fn turned(&self, degrees: f32) -> RgbImage {
        let angle = degrees.to_radians().sin_cos();
        let mut picture = RgbImage::new(FRAME.0, FRAME.1);
        for (row, y) in (0..FRAME.1).zip(self.middles(self.corner.1)) {
            for (column, x) in (0..FRAME.0).zip(self.row(y, angle)) {
                picture.put_pixel(column, row, Rgb(self.colour(x, y)));
            }
        }
        picture
    }

    /// The middles of pixels from a side on.
    fn middles(&self, side: f32) -> impl Iterator<Item = f32> {
        (0_u16..).map(move |number| side + (f32::from(number) + 0.5) * self.pixel)
    }

    /// For each pixel of a row, which point of the frontal view is seen there: of all that come there, the nearest.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousand steps")]
    fn row(&self, y: f32, angle: (f32, f32)) -> Vec<f32> {
        let start = |x: f32| Seen { x, depth: f32::NEG_INFINITY };
        let mut row: Vec<Seen> = self.middles(self.corner.0).take(FRAME.0 as usize).map(start).collect();
        let place = |x: f32| {
            let moved = head::turned(x, y, angle);
            ((moved.x - self.corner.0) / self.pixel - 0.5, Seen { x, depth: moved.depth })
        };
        let (start, step) = (self.corner.0 - BEYOND, self.pixel / 2.0);
        let steps = ((FRAME.0 as f32 * self.pixel + 2.0 * BEYOND) / step) as u16;
        let mut last = place(start);
        for number in 1..=steps {
            let next = place(start + f32::from(number) * step);
            draw(&mut row, last, next);
            last = next;
        }
        row.into_iter().map(|seen| seen.x).collect()
    }

    fn colour(&self, x: f32, y: f32) -> [u8; 3] {
        let (right, down) = (self.right, (-self.right.1, self.right.0));
        smooth(
            &self.photograph,
            self.origin.0 + x * right.0 + y * down.0,
            self.origin.1 + x * right.1 + y * down.1,
        )
    }
}

/// What a pixel shows: a point of the frontal view, and how near to the camera that point is now.
#[derive(Clone, Copy)]
struct Seen {
    x: f32,
    depth: f32,
}

/// Draws the piece between two neighbouring points into the pixels that it covers, unless something nearer is there.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the row before")]
fn draw(row: &mut [Seen], (from, first): (f32, Seen), (to, second): (f32, Seen)) {
    let start = from.min(to).ceil().clamp(0.0, FRAME.0 as f32) as usize;
    let end = from.max(to).ceil().clamp(0.0, FRAME.0 as f32) as usize;
    for (column, pixel) in row.iter_mut().enumerate().take(end).skip(start) {
        let part = (column as f32 - from) / (to - from);
        let between = |a: f32, b: f32| a + (b - a) * part;
        let seen = Seen { x: between(first.x, second.x), depth: between(first.depth, second.depth) };
        if pixel.depth < seen.depth {
            *pixel = seen;
        }
    }
}
