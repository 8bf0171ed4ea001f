//! Where the eyes are on a photograph. This crate finds no faces (it must not link the engine that judges them), so it is
//! told, or it knows the photograph.

use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};

/// The photographs that set-up brings for tests and the demonstration, by their SHA-256, with the middles of the eyes as
/// the face engine's landmarks have them. Not a search for eyes: any other photograph needs them given.
const KNOWN: [(&str, Eyes); 2] = [
    // grace_hopper.jpg, 512 by 600.
    (
        "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
        Eyes { left: Point { x: 222.5, y: 195.0 }, right: Point { x: 307.5, y: 189.0 } },
    ),
    // astronaut.png, 512 by 512.
    (
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        Eyes { left: Point { x: 203.5, y: 102.0 }, right: Point { x: 246.5, y: 104.5 } },
    ),
];
/// Eyes that are closer together, in pixels, belong to a face too small to be turned.
const CLOSEST: f32 = 20.0;

/// A place on a photograph, in pixels from its top left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

/// The middles of both eyes on a photograph that is upright, in its pixels: `X1,Y1,X2,Y2`, the eye on the picture's left
/// first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eyes {
    pub(super) left: Point,
    pub(super) right: Point,
}

/// Not two eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "eyes are written X1,Y1,X2,Y2 in pixels: first the one on the picture's left, the other 20 or more to its right"
)]
pub struct BadEyes;

impl Eyes {
    /// The eyes on a photograph that this project's tests use; `None` for any other file.
    pub(super) fn known(photograph: &[u8]) -> Option<Self> {
        let found = hex::encode(digest(&SHA256, photograph));
        KNOWN.iter().find(|(sha256, _)| *sha256 == found).map(|(_, eyes)| *eyes)
    }

    /// Whether both lie on a picture of that size.
    #[expect(clippy::cast_precision_loss, reason = "some thousand pixels")]
    pub(super) fn are_on(self, (width, height): (u32, u32)) -> bool {
        let inside =
            |Point { x, y }: Point| (0.0..width as f32).contains(&x) && (0.0..height as f32).contains(&y);
        inside(self.left) && inside(self.right)
    }

    /// The same on a picture that is so many times smaller.
    pub(super) fn reduced(self, times: f32) -> Self {
        let reduced = |Point { x, y }: Point| Point { x: x / times, y: y / times };
        Self { left: reduced(self.left), right: reduced(self.right) }
    }
}

impl FromStr for Eyes {
    type Err = BadEyes;

    fn from_str(text: &str) -> Result<Self, BadEyes> {
        let number = |part: &str| part.parse().ok().filter(|number: &f32| number.is_finite());
        let numbers = text.split(',').map(number).collect::<Option<Vec<f32>>>();
        match numbers.as_deref() {
            Some(&[x1, y1, x2, y2]) if x2 - x1 >= CLOSEST && (y2 - y1).abs() < x2 - x1 => {
                Ok(Self { left: Point { x: x1, y: y1 }, right: Point { x: x2, y: y2 } })
            }
            _ => Err(BadEyes),
        }
    }
}
