//! A head as it stands on a card: 240x300 grey, upright, the eyes a quarter of the width apart (face facts §3).

use core::fmt;

use face_dlib_sys::Landmarks;
use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbImage};

use crate::pixels::Pixels;

/// Columns of a card's portrait.
pub(super) const HEAD_WIDTH: u32 = 240;
/// Rows of it.
pub(super) const HEAD_HEIGHT: u32 = 300;

/// The width of the part that is cut out, in distances between the eyes; the height follows from the shape.
const WIDTH_IN_EYE_DISTANCES: f64 = 4.0;
/// How far down the eyes are, in parts of the height.
const EYES_DOWN: f64 = 0.45;
/// A picture with eyes further apart, in pixels, is reduced before it is cut: the part is then at most four times as
/// wide as needed.
const EYE_DISTANCE_MOST: f64 = 240.0;

/// A head in grey, row by row.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Head(Vec<u8>);

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Head")
    }
}

impl Head {
    /// `None` unless there are as many bytes as pixels.
    pub(super) fn new(grey: Vec<u8>) -> Option<Self> {
        (grey.len() == (HEAD_WIDTH * HEAD_HEIGHT) as usize).then_some(Self(grey))
    }

    /// A byte per pixel, rows from the top.
    pub(super) fn grey(&self) -> &[u8] {
        &self.0
    }

    /// Cuts the head out of `whole`. The landmarks are those of a picture that is `scale` times as large. Where the part
    /// reaches beyond the picture, its edge is drawn out. `None` where the eyes coincide.
    pub(super) fn cut_out(whole: Pixels, landmarks: &Landmarks, scale: f64) -> Option<Self> {
        let (centre, distance) = eyes(landmarks);
        let (mut centre, mut distance) = ((centre.0 / scale, centre.1 / scale), distance / scale);
        if distance < 1.0 {
            return None;
        }
        let mut picture = whole;
        if distance > EYE_DISTANCE_MOST {
            let (before, side) = (f64::from(picture.width()), picture.width().max(picture.height()));
            picture = picture.reduced((f64::from(side) * EYE_DISTANCE_MOST / distance).max(1.0) as u32);
            let reduced = f64::from(picture.width()) / before;
            centre = (centre.0 * reduced, centre.1 * reduced);
            distance *= reduced;
        }
        let width = distance * WIDTH_IN_EYE_DISTANCES;
        let height = width * f64::from(HEAD_HEIGHT) / f64::from(HEAD_WIDTH);
        let (left, top) = (centre.0 - width / 2.0, centre.1 - height * EYES_DOWN);
        let image = picture.image();
        let inside = |start: f64, step: u32, length: u32| {
            // Rounded and clamped: a pixel of the picture.
            (start + f64::from(step)).round().clamp(0.0, f64::from(length.saturating_sub(1))) as u32
        };
        let part =
            RgbImage::from_fn(width.round().max(1.0) as u32, height.round().max(1.0) as u32, |x, y| {
                *image.get_pixel(inside(left, x, image.width()), inside(top, y, image.height()))
            });
        let small = imageops::resize(&part, HEAD_WIDTH, HEAD_HEIGHT, FilterType::Triangle);
        Self::new(DynamicImage::ImageRgb8(small).into_luma8().into_raw())
    }
}

/// The middle between the eyes, and their distance, in pixels.
fn eyes(landmarks: &Landmarks) -> ((f64, f64), f64) {
    let [right_outer, right_inner, left_outer, left_inner, _] =
        landmarks.0.map(|point| (f64::from(point.x), f64::from(point.y)));
    let middle = |a: (f64, f64), b: (f64, f64)| ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
    let (right, left) = (middle(right_outer, right_inner), middle(left_outer, left_inner));
    (middle(right, left), (right.0 - left.0).hypot(right.1 - left.1))
}

#[cfg(test)]
mod tests {
    use face_dlib_sys::Point;
    use image::Rgb;

    use super::*;

    /// A white square around each eye on black, the eyes `distance` apart around `centre`.
    fn picture(size: (u32, u32), centre: (i32, i32), distance: i32) -> (Pixels, Landmarks) {
        let eyes = [centre.0 + distance / 2, centre.0 - distance / 2];
        let image = RgbImage::from_fn(size.0, size.1, |x, y| {
            let (x, y) = (x as i32, y as i32);
            let near = |eye: &i32| (x - eye).abs() <= distance / 8 && (y - centre.1).abs() <= distance / 8;
            Rgb([if eyes.iter().any(near) { 255 } else { 0 }; 3])
        });
        let at = |x| Point { x, y: centre.1 };
        let landmarks =
            [at(eyes[0]), at(eyes[0]), at(eyes[1]), at(eyes[1]), Point { x: centre.0, y: centre.1 + 20 }];
        (Pixels::new(image), Landmarks(landmarks))
    }

    /// The middle of what is bright in one half of the head.
    fn bright(head: &Head, columns: core::ops::Range<u32>) -> (f64, f64) {
        let (mut sum, mut count) = ((0.0, 0.0), 0.0);
        for y in 0..HEAD_HEIGHT {
            for x in columns.clone() {
                if head.grey()[(y * HEAD_WIDTH + x) as usize] > 127 {
                    sum = (sum.0 + f64::from(x), sum.1 + f64::from(y));
                    count += 1.0;
                }
            }
        }
        (sum.0 / count, sum.1 / count)
    }

    fn assert_eyes_stand_as_on_a_card(head: &Head) {
        for (columns, place) in [(0..120, (90.0, 135.0)), (120..240, (150.0, 135.0))] {
            let found = bright(head, columns);
            assert!(
                (found.0 - place.0).abs() < 2.0 && (found.1 - place.1).abs() < 2.0,
                "{found:?}, not {place:?}"
            );
        }
    }

    #[test]
    fn the_eyes_stand_a_quarter_of_the_width_apart_whatever_the_size() {
        for (size, centre, distance) in
            [((640, 640), (320, 300), 60), ((200, 260), (100, 120), 40), ((3000, 4000), (1500, 1800), 600)]
        {
            let (whole, landmarks) = picture(size, centre, distance);
            assert_eyes_stand_as_on_a_card(&Head::cut_out(whole, &landmarks, 1.0).unwrap());
        }
    }

    #[test]
    fn landmarks_of_a_smaller_copy_are_scaled() {
        let (whole, _) = picture((1280, 1280), (640, 600), 120);
        let (_, landmarks) = picture((640, 640), (320, 300), 60);
        assert_eyes_stand_as_on_a_card(&Head::cut_out(whole, &landmarks, 0.5).unwrap());
    }

    #[test]
    fn a_head_at_the_edge_is_drawn_out_beyond_it() {
        let (whole, landmarks) = picture((130, 110), (64, 20), 60);
        assert_eyes_stand_as_on_a_card(&Head::cut_out(whole, &landmarks, 1.0).unwrap());
    }

    #[test]
    fn eyes_in_one_point_give_no_head() {
        let (whole, _) = picture((100, 100), (50, 50), 20);
        assert!(Head::cut_out(whole, &Landmarks([Point { x: 5, y: 5 }; 5]), 1.0).is_none());
    }
}
