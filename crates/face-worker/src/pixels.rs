//! A decoded picture.

use core::fmt;

use image::imageops::FilterType;
use image::{DynamicImage, RgbImage};

use face_dlib_sys::{Image, Rect};

/// A decoded picture, upright, in RGB.
#[derive(Clone)]
pub(crate) struct Pixels(RgbImage);

impl fmt::Debug for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pixels({}x{})", self.0.width(), self.0.height())
    }
}

impl Pixels {
    pub(crate) fn new(image: RgbImage) -> Self {
        Self(image)
    }

    pub(crate) fn width(&self) -> u32 {
        self.0.width()
    }

    pub(crate) fn height(&self) -> u32 {
        self.0.height()
    }

    pub(crate) fn image(&self) -> &RgbImage {
        &self.0
    }

    fn long_side(&self) -> u32 {
        self.width().max(self.height())
    }

    /// The picture with a long side of at most so many pixels, at least one in each direction.
    pub(crate) fn reduced(self, long_side: u32) -> Self {
        if self.long_side() <= long_side { self } else { Self(reduce(self.0, long_side)) }
    }

    /// A copy with a long side of at most so many pixels.
    pub(crate) fn reduced_copy(&self, long_side: u32) -> Self {
        self.clone().reduced(long_side)
    }

    /// As dlib takes it; `None` where a side is 0 or over its limit.
    pub(crate) fn as_dlib(&self) -> Option<Image<'_>> {
        Image::new(self.0.as_raw(), self.width(), self.height())
    }

    /// Mean luminance, 0 to 255, of the part of a rectangle that lies inside the picture; of the whole picture without.
    pub(crate) fn luminance(&self, part: Option<Rect>) -> f64 {
        let clamp = |value: i32, most: u32| u32::try_from(value).unwrap_or(0).min(most);
        let (left, top, right, bottom) = match part {
            Some(part) => (
                clamp(part.left, self.width()),
                clamp(part.top, self.height()),
                clamp(part.right.saturating_add(1), self.width()),
                clamp(part.bottom.saturating_add(1), self.height()),
            ),
            None => (0, 0, self.width(), self.height()),
        };
        let mut sum = 0_u64;
        let mut count = 0_u64;
        let stride = self.width() as usize * 3;
        for row in self.0.as_raw().chunks_exact(stride.max(1)).take(bottom as usize).skip(top as usize) {
            for pixel in row[left as usize * 3..(right.max(left)) as usize * 3].chunks_exact(3) {
                // ITU-R BT.601, in parts of 1000.
                sum += 299 * u64::from(pixel[0]) + 587 * u64::from(pixel[1]) + 114 * u64::from(pixel[2]);
                count += 1;
            }
        }
        if count == 0 { 0.0 } else { sum as f64 / (1000.0 * count as f64) }
    }

    /// Every so manyth pixel in both directions.
    pub(crate) fn sample(&self) -> Sample {
        let (width, height) = self.0.dimensions();
        let places = |end: u32| (0..end).step_by(SAMPLE_STEP);
        let bytes = places(height).flat_map(|y| places(width).flat_map(move |x| self.0.get_pixel(x, y).0));
        Sample { width, height, bytes: bytes.collect() }
    }
}

/// A sixteenth of a picture's pixels, to tell whether another one is the same: as good as all of them, and each frame is
/// held against every earlier one.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

const SAMPLE_STEP: usize = 4;

impl Sample {
    /// How much two pictures of the same size differ, per byte of 255; `None` for different sizes.
    pub(crate) fn difference(&self, other: &Self) -> Option<f64> {
        if (self.width, self.height) != (other.width, other.height) {
            return None;
        }
        let pairs = self.bytes.iter().zip(&other.bytes);
        let sum: u64 = pairs.map(|(one, two)| u64::from(one.abs_diff(*two))).sum();
        Some(sum as f64 / self.bytes.len().max(1) as f64)
    }
}

/// Keeps the proportions; no side becomes 0.
fn reduce(image: RgbImage, long_side: u32) -> RgbImage {
    let mut image = DynamicImage::ImageRgb8(image);
    // The filter takes half a second over 16 million pixels, so means of whole pixels bring the picture near first.
    let near = 2 * long_side;
    if image.width().max(image.height()) > near {
        image = image.thumbnail(near, near);
    }
    image.resize(long_side, long_side, FilterType::Triangle).into_rgb8()
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn grey(width: u32, height: u32, value: u8) -> Pixels {
        Pixels::new(RgbImage::from_pixel(width, height, Rgb([value; 3])))
    }

    #[test]
    fn a_reduction_keeps_proportions_and_never_makes_nothing() {
        let wide = grey(4000, 1, 9).reduced(800);
        assert_eq!((wide.width(), wide.height()), (800, 1));
        let tall = grey(300, 400, 9).reduced(200);
        assert_eq!((tall.width(), tall.height()), (150, 200));
        let small = grey(30, 40, 9).reduced(200);
        assert_eq!((small.width(), small.height()), (30, 40));
    }

    #[test]
    fn luminance_is_that_of_the_part_inside_the_picture() {
        let mut image = RgbImage::from_pixel(10, 10, Rgb([0; 3]));
        for y in 0..5 {
            for x in 0..5 {
                image.put_pixel(x, y, Rgb([200; 3]));
            }
        }
        let pixels = Pixels::new(image);
        let part = |left, top, right, bottom| pixels.luminance(Some(Rect { left, top, right, bottom }));
        assert!((part(0, 0, 4, 4) - 200.0).abs() < 1e-9);
        assert!((part(-40, -40, 4, 4) - 200.0).abs() < 1e-9);
        assert!(part(5, 5, 900, 900).abs() < 1e-9);
        assert!(part(50, 50, 60, 60).abs() < 1e-9, "nothing inside is dark");
        assert!((pixels.luminance(None) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn the_difference_is_per_byte_and_only_between_equal_sizes() {
        let sample = |width, height, value| grey(width, height, value).sample();
        assert_eq!(sample(40, 40, 10).difference(&sample(40, 40, 13)), Some(3.0));
        assert_eq!(sample(1, 1, 10).difference(&sample(1, 1, 13)), Some(3.0));
        assert_eq!(sample(40, 40, 10).difference(&sample(40, 41, 10)), None);
    }
}
