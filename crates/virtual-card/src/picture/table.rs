//! A card on a table, seen by a phone.

use image::{Rgb, RgbImage};

use super::canvas::{Colour, mix, to_byte};

/// The photograph.
const PHOTOGRAPH: (u32, u32) = (1440, 1080);
/// The card's width of the photograph's.
const SHARE: f32 = 0.80;
/// How far the card is turned, in radians, and how far the phone is tilted.
const TURNED: f32 = 0.032;
const TILTED: (f32, f32) = (0.000_020, -0.000_045);
/// Radius of the card's corners, in its pixels.
const CORNER: f32 = 48.0;
/// The shadow: how far down and right it lies, how soft and how dark it is.
const SHADOW: (f32, f32, f32) = (16.0, 44.0, 0.45);

/// The card as the phone sees it.
#[expect(clippy::cast_precision_loss, reason = "some thousand pixels")]
pub(super) fn photograph(card: &RgbImage) -> RgbImage {
    let view = View::of(card);
    RgbImage::from_fn(PHOTOGRAPH.0, PHOTOGRAPH.1, |x, y| {
        let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
        let (u, v) = view.on_card(x, y);
        let covered = (0.5 - view.outside(u, v)).clamp(0.0, 1.0);
        let table = || wood(x, y).map(|value| to_byte(f32::from(value) * view.shade(u, v)));
        let seen = if covered >= 1.0 {
            smooth(card, u, v)
        } else if covered > 0.0 {
            mix(table(), smooth(card, u, v), covered)
        } else {
            table()
        };
        Rgb(seen.map(|value| to_byte(f32::from(value) * light(x, y))))
    })
}

/// Where the card lies in the photograph.
struct View {
    width: f32,
    height: f32,
    scale: f32,
}

impl View {
    #[expect(clippy::cast_precision_loss, reason = "some thousand pixels")]
    fn of(card: &RgbImage) -> Self {
        let (width, height) = (card.width() as f32, card.height() as f32);
        Self { width, height, scale: width / (PHOTOGRAPH.0 as f32 * SHARE) }
    }

    /// From a point of the photograph to the card's pixels.
    #[expect(clippy::cast_precision_loss, reason = "some thousand pixels")]
    fn on_card(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x - PHOTOGRAPH.0 as f32 / 2.0, y - PHOTOGRAPH.1 as f32 / 2.0);
        let (sin, cos) = TURNED.sin_cos();
        let depth = 1.0 + TILTED.0 * x + TILTED.1 * y;
        let along = |sum: f32| sum * self.scale / depth;
        (along(cos * x + sin * y) + self.width / 2.0, along(cos * y - sin * x) + self.height / 2.0)
    }

    /// How much light the card's shadow leaves at a point.
    fn shade(&self, u: f32, v: f32) -> f32 {
        let (offset, softness, darkness) = SHADOW;
        1.0 - darkness * (0.5 - self.outside(u - offset, v - offset) / softness).clamp(0.0, 1.0)
    }

    /// How many pixels of the card a point lies outside it; negative inside.
    fn outside(&self, u: f32, v: f32) -> f32 {
        let across = (u - self.width / 2.0).abs() - self.width / 2.0 + CORNER;
        let down = (v - self.height / 2.0).abs() - self.height / 2.0 + CORNER;
        across.max(0.0).hypot(down.max(0.0)) + across.max(down).min(0.0) - CORNER
    }
}

/// A lamp at the upper left, and the lens's darker corners.
#[expect(clippy::cast_precision_loss, reason = "some thousand pixels")]
fn light(x: f32, y: f32) -> f32 {
    let (x, y) = (x / PHOTOGRAPH.0 as f32, y / PHOTOGRAPH.1 as f32);
    let from_lamp = (x - 0.25).hypot(y - 0.1);
    let from_middle = (x - 0.5).hypot(y - 0.5);
    1.04 - 0.13 * from_lamp - 0.18 * from_middle * from_middle
}

/// A wooden table: long grain in planks. Few tones, so that the file stays small.
fn wood(x: f32, y: f32) -> Colour {
    let plank = (y / 214.0).floor();
    let x = x + plank * 331.0;
    let bend = (x * 0.0021 + plank).sin() * 24.0 + (x * 0.0057).sin() * 9.0;
    let rings = ((y + bend) * 0.085 + plank * 2.3).sin() * 0.5 + ((y + bend * 1.7) * 0.31).sin() * 0.25;
    let fibre = ((y * 1.9 + bend * 3.0) + (x * 0.013).sin() * 4.0).sin() * 0.25;
    let seam = if y - plank * 214.0 < 3.0 { 0.55 } else { 1.0 };
    let tone = 0.5 + 0.5 * (rings + fibre);
    mix([122, 84, 54], [172, 128, 88], tone).map(|value| to_byte(f32::from(value) * seam))
}

/// Between the four pixels round a point.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to the picture"
)]
pub(super) fn smooth(picture: &RgbImage, x: f32, y: f32) -> Colour {
    let (last_x, last_y) = (picture.width() - 1, picture.height() - 1);
    let (x, y) = ((x - 0.5).clamp(0.0, last_x as f32), (y - 0.5).clamp(0.0, last_y as f32));
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = ((left + 1).min(last_x), (top + 1).min(last_y));
    let row = |y| mix(picture.get_pixel(left, y).0, picture.get_pixel(right, y).0, x.fract());
    mix(row(top), row(bottom), y.fract())
}
