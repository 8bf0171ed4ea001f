//! dlib's face detector, landmarks and descriptor behind a thin C++ shim.
//!
//! An [`Engine`] is not for several threads: one per process. Nothing here decodes a file; pictures come as RGB bytes.
//! The shim wipes what it copied of a picture when it gives the memory back.

#[expect(
    unsafe_code,
    unreachable_pub,
    reason = "the boundary to C++: what the bridge generates from safe signatures"
)]
mod bridge;

use bridge::ffi;
use cxx::UniquePtr;

/// The longest side of a picture, in pixels.
pub const MAX_SIDE: u32 = 4096;
/// The side of an aligned face, in pixels.
const ALIGNED_SIDE: usize = 150;
/// Numbers in a face's descriptor.
pub const DESCRIPTOR_LEN: usize = 128;

/// What dlib, or the shim's own checks, refused. The text names no part of a picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("dlib: {0}")]
pub struct DlibError(String);

impl From<cxx::Exception> for DlibError {
    fn from(exception: cxx::Exception) -> Self {
        Self(exception.what().to_owned())
    }
}

/// A picture: rows from the top, pixels from the left, three bytes each.
#[derive(Clone, Copy)]
pub struct Image<'a> {
    rgb: &'a [u8],
    width: u32,
    height: u32,
}

impl<'a> Image<'a> {
    /// A picture of `width` by `height` pixels, both 1 to [`MAX_SIDE`]; `None` where the bytes are not as many.
    pub fn new(rgb: &'a [u8], width: u32, height: u32) -> Option<Self> {
        let sides = 1..=MAX_SIDE;
        let fits = sides.contains(&width)
            && sides.contains(&height)
            && rgb.len() as u64 == u64::from(width) * u64::from(height) * 3;
        fits.then_some(Self { rgb, width, height })
    }
}

impl core::fmt::Debug for Image<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Image({}x{})", self.width, self.height)
    }
}

/// Where a face is, in pixels; the sides lie inside it, and may lie outside the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// The leftmost column.
    pub left: i32,
    /// The topmost row.
    pub top: i32,
    /// The rightmost column.
    pub right: i32,
    /// The lowest row.
    pub bottom: i32,
}

impl Rect {
    /// Columns.
    pub fn width(&self) -> i32 {
        self.right - self.left + 1
    }

    /// Rows.
    pub fn height(&self) -> i32 {
        self.bottom - self.top + 1
    }
}

/// A face that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// Where.
    pub rect: Rect,
    /// How far above the detector's threshold, which is 0; a clear frontal face has about 1.5.
    pub score: f64,
    /// Which of the five detectors saw it: 0 frontal, 1 turned towards the picture's left, 2 towards its right, 3 and 4
    /// frontal and tilted.
    pub sub_detector: u32,
}

/// A point, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
}

/// A face's points: 0 and 1 the outer and inner corner of the eye on the picture's right, 2 and 3 of the eye on its
/// left, 4 the base of the nose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landmarks(pub [Point; 5]);

/// A face cut out of its picture, upright and always as large: all that a descriptor is made of.
pub struct AlignedFace(Box<[u8]>);

impl AlignedFace {
    /// Its pixels: rows from the top, three bytes each.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl core::fmt::Debug for AlignedFace {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("AlignedFace")
    }
}

/// dlib with its models.
pub struct Engine(UniquePtr<ffi::Engine>);

impl core::fmt::Debug for Engine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Engine")
    }
}

impl Engine {
    /// Reads both models, which takes about half a second.
    ///
    /// # Errors
    /// Bytes that are no such model, or a shape model that has other than 5 points.
    pub fn load(shape: &[u8], network: &[u8]) -> Result<Self, DlibError> {
        Ok(Self(ffi::load(shape, network)?))
    }

    /// The faces in a picture, from about 80 pixels wide; from about 40 with `upsample`, which doubles the picture and
    /// takes four times as long.
    ///
    /// # Errors
    /// Out of memory, or a fault of dlib.
    pub fn detect(&mut self, image: Image<'_>, upsample: bool) -> Result<Vec<Detection>, DlibError> {
        let found = self.0.pin_mut().detect(image.rgb, image.width, image.height, upsample)?;
        Ok(found.into_iter().map(Detection::from).collect())
    }

    /// The points of a face.
    ///
    /// # Errors
    /// A rectangle that is empty or larger than any picture; a fault of dlib.
    pub fn landmarks(&self, image: Image<'_>, face: Rect) -> Result<Landmarks, DlibError> {
        let Rect { left, top, right, bottom } = face;
        let face = ffi::Rect { left, top, right, bottom };
        let mut points = [ffi::Point::default(); 5];
        self.0.landmarks(image.rgb, image.width, image.height, face, &mut points)?;
        Ok(Landmarks(points.map(|ffi::Point { x, y }| Point { x, y })))
    }

    /// Cuts the face out that has these points.
    ///
    /// # Errors
    /// A fault of dlib.
    pub fn align(&self, image: Image<'_>, landmarks: &Landmarks) -> Result<AlignedFace, DlibError> {
        let points = landmarks.0.map(|Point { x, y }| ffi::Point { x, y });
        let mut aligned = vec![0; ALIGNED_SIDE * ALIGNED_SIDE * 3].into_boxed_slice();
        self.0.align(image.rgb, image.width, image.height, &points, &mut aligned)?;
        Ok(AlignedFace(aligned))
    }

    /// The face's descriptor: 128 numbers, whose Euclidean distance tells people apart.
    ///
    /// # Errors
    /// A fault of dlib.
    pub fn describe_aligned(&mut self, face: &AlignedFace) -> Result<[f32; DESCRIPTOR_LEN], DlibError> {
        let mut descriptor = [0.0; DESCRIPTOR_LEN];
        self.0.pin_mut().describe(&face.0, &mut descriptor)?;
        Ok(descriptor)
    }

    /// The descriptor of the face that has these points.
    ///
    /// # Errors
    /// A fault of dlib.
    pub fn describe(
        &mut self,
        image: Image<'_>,
        landmarks: &Landmarks,
    ) -> Result<[f32; DESCRIPTOR_LEN], DlibError> {
        let aligned = self.align(image, landmarks)?;
        self.describe_aligned(&aligned)
    }
}

impl From<ffi::Detection> for Detection {
    fn from(found: ffi::Detection) -> Self {
        let ffi::Rect { left, top, right, bottom } = found.rect;
        Self { rect: Rect { left, top, right, bottom }, score: found.score, sub_detector: found.sub_detector }
    }
}
