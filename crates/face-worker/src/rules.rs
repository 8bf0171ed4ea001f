//! Every threshold by which a picture is judged, in one table. Sources: face facts §3, §4 and §6, measured with these
//! models; the two that decide a match are settings ([`Thresholds`]).

/// How large a JPEG or PNG may be to be decoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    /// Longest side, in pixels.
    pub(crate) side: u32,
    /// Pixels.
    pub(crate) pixels: u64,
}

/// A photograph, of which one comes at a time: 16 million pixels, a phone's camera at full size.
pub(crate) const PHOTOGRAPH: Most = Most { side: 4096, pixels: 16 * 1024 * 1024 };
/// A frame, of which up to 32 come at a time: more pixels would be reduced anyway, and cost a worker seconds.
pub(crate) const FRAME_SIZE: Most = Most { side: 2048, pixels: 4 * 1024 * 1024 };
/// Most scans of a JPEG. Each goes over the whole picture: a camera's has one, a progressive one about ten, and a file that
/// is to cost time a hundred.
pub(crate) const MAX_SCANS: usize = 24;
/// Most bytes that decoding a JPEG or PNG may take.
pub(crate) const MAX_DECODE_BYTES: u64 = 96 * 1024 * 1024;
/// Longest side of a portrait in JPEG 2000; the decoder has no memory limit of its own.
pub(crate) const MAX_JP2_SIDE: u32 = 2048;

/// On the frames that must be frontal the nose lies nearer than this to the middle between the eyes, in parts of their
/// distance: people who look straight ahead stay within 0.06, and visible turns begin at 0.09.
pub(crate) const FRONTAL_WITHIN: f64 = 0.07;
/// Against the person's own frontal frames, a head is seen from the front if its nose lies nearer than this,
pub(crate) const FRONT_WITHIN: f64 = 0.06;
/// and turned if it lies further than this: about 22 degrees. Between the two it is on the way. Heads rendered at 35
/// degrees lie from 0.14 to 0.28, frontal ones within 0.03.
pub(crate) const TURNED_BEYOND: f64 = 0.14;
/// A turn is one in itself too, not only against the first frames: twice as far as a frontal face. Otherwise a photograph
/// that is a little turned, and its mirror image, would be a front and a turn.
pub(crate) const TURNED_AT_ALL: f64 = 0.14;
/// What the detector is less sure of than this is no second face: faces score 0.5 to 1.7, and the folds of a sleeve or a
/// flag scored 0.01 to 0.06 (measured on the test pictures).
pub(crate) const FAINTEST_OTHER_FACE: f64 = 0.25;
/// A face whose mean luminance (0 to 255) is below this is too dark,
pub(crate) const DARKEST_FACE: f64 = 45.0;
/// and above this overexposed.
pub(crate) const BRIGHTEST_FACE: f64 = 225.0;
/// Where no face is found, the reason is darkness if the whole picture is darker than this,
pub(crate) const DARKEST_PICTURE: f64 = 30.0;
/// and overexposure if it is brighter than this.
pub(crate) const BRIGHTEST_PICTURE: f64 = 240.0;
/// Two frames whose bytes differ by less than this on average (of 255) are one picture, encoded twice: a camera's
/// noise alone makes more.
pub(crate) const REPEATED_DIFFERENCE: f64 = 1.0;
/// Two frontal frames of one stream that are so far from each other show two people (rendered heads of one person:
/// 0.25 at most; `docs/face.md` has these figures),
pub(crate) const ONE_PERSON_FRONTAL: f32 = 0.5;
/// and so does any frame that is so far from the mean of the frontal ones, or from the one before it (of one person: 0.44
/// at most, of another: 0.63 at least).
pub(crate) const ONE_PERSON_TURNED: f32 = 0.6;

/// How a picture is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// It is reduced to this long side first, in pixels.
    pub(crate) long_side: u32,
    /// Where no face is found, it is doubled for a second look, after a reduction to this long side.
    pub(crate) second_look: u32,
    /// The narrowest face that can be judged, in pixels after the reduction; narrower ones can be found.
    pub(crate) narrowest: i32,
    /// Whether the light on the face matters.
    pub(crate) light: bool,
}

/// The chip's portrait: nobody can take it again.
pub(crate) const PORTRAIT: Look = Look { long_side: 640, second_look: 640, narrowest: 36, light: false };
/// A frame of the phone's camera.
pub(crate) const FRAME: Look = Look { long_side: 800, second_look: 640, narrowest: 80, light: true };
/// A photograph of the card's front, on which the portrait takes about a quarter of the width.
pub(crate) const FRONT: Look = Look { long_side: 1280, second_look: 960, narrowest: 48, light: true };

/// The distances that decide.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// Below this: the same person.
    pub accept: f32,
    /// Above this: another. Between the two, nobody can tell.
    pub refuse: f32,
}
