//! Pictures of a simulated card and its holder: portrait and lines of text in the chip, a photograph of the front, and
//! frames of a camera.

mod bilevel;
mod camera;
mod canvas;
mod eyes;
mod font;
mod front;
mod head;
mod jp2;
mod person;
mod photograph;
mod portrait;
mod stream;
mod table;

pub(crate) use bilevel::line_of_text;
pub use camera::{Camera, FRAMES_MOST};
pub use eyes::{BadEyes, Eyes};
pub(crate) use font::Font;
pub use front::{PhotographFormat, photograph_of_front};
pub use person::Person;
pub use portrait::{BadCrop, Crop, portrait};
pub use stream::{BadPose, Frame, POSE_FRAMES_MOST, POSES_MOST, Pose, Stream, TURN_MOST};

use crate::files::FileError;

/// A head without a face, drawn for this project: the portrait of a card that was issued without one. JPEG 2000, grey,
/// 240 by 300.
pub const SILHOUETTE: &[u8] = include_bytes!("picture/silhouette.jp2");

/// A picture could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// No font on this machine has Japanese letters.
    #[error("no Japanese font is installed; install the Debian package fonts-ipafont-gothic")]
    NoFont,
    /// The font has no such letter, or it is no letter.
    #[error("the font has no letter {0:?}")]
    NoLetter(char),
    /// The program that encodes JPEG 2000 is missing.
    #[error("opj_compress is not installed; install the Debian package libopenjp2-tools")]
    NoEncoder,
    /// That program failed.
    #[error("opj_compress failed: {0}")]
    Encoder(String),
    /// What was given is no picture of a type that is taken there, or it is damaged or too large.
    #[error("not a usable picture: {0}")]
    NotAPicture(String),
    /// A head is to be turned, and nobody said where its eyes are.
    #[error(
        "where are the eyes? Say --eyes X1,Y1,X2,Y2 in the photograph's pixels, first the eye on its left"
    )]
    NoEyes,
    /// The part to cut out lies outside the picture.
    #[error("the part to cut out lies outside the picture of {0} by {1} pixels")]
    OutsidePicture(u32, u32),
    /// The eyes lie outside the picture.
    #[error("the eyes lie outside the picture of {0} by {1} pixels")]
    EyesOutside(u32, u32),
    /// The birth date cannot be printed: before 1873.
    #[error("such a birth date is not printed on cards")]
    BirthDate,
    /// The card's file could not be used.
    #[error(transparent)]
    Card(#[from] FileError),
    /// A file could not be used on the way.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The picture could not be encoded; a fault of this program.
    #[error("a picture could not be encoded")]
    Encoding,
}
