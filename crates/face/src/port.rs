//! The port: what the server asks a face engine, in the order of design §7: decode, find the face, judge the quality;
//! then the server debits an attempt; then compare.

use core::fmt;

use async_trait::async_trait;
use zeroize::Zeroizing;

/// A picture as it was received, wiped when dropped. Nothing has looked inside.
#[derive(Clone)]
pub struct Picture(Zeroizing<Vec<u8>>);

impl Picture {
    /// Takes the bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes of the file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} bytes)", self.0.len())
    }
}

/// One step of a challenge. The camera's picture is not mirrored: the person's left is the picture's right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pose {
    /// Looking straight into the camera.
    Front,
    /// The head turned to the person's own left.
    Left,
    /// The head turned to the person's own right.
    Right,
}

impl Pose {
    /// Every pose, in the order in which processes number them.
    pub const ALL: [Self; 3] = [Self::Front, Self::Left, Self::Right];
}

/// One attempt: the chip's portrait, which the caller has proved genuine, and the frames that answer a challenge.
#[derive(Clone, Debug)]
pub struct Sitting {
    /// JPEG 2000, as it stands in the chip.
    pub portrait: Picture,
    /// What was asked for, in order: the front first, no two alike in a row.
    pub poses: Vec<Pose>,
    /// JPEG, in the order they were taken; which of them shows which pose is for the engine to find out
    /// ([`crate::poses`]).
    pub frames: Vec<Picture>,
}

/// Which picture cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The chip's portrait. The holder can do nothing about it: office.
    Portrait,
    /// A frame, counted from 0.
    Frame(usize),
    /// The frames as a whole.
    Frames,
    /// The photograph of the card's front.
    Front,
}

/// Why a picture cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnfitReason {
    /// No picture of any known type.
    NotAPicture,
    /// More bytes or pixels than are taken.
    TooLarge,
    /// No face was found.
    NoFace,
    /// More than one face.
    SeveralFaces,
    /// The face is too small.
    TooSmall,
    /// Too dark to judge.
    TooDark,
    /// Overexposed.
    TooBright,
    /// Not seen from the front, where the front is asked for: on the first frames.
    NotFrontal,
    /// The same picture as an earlier one.
    Repeated,
    /// Too few frames.
    Count,
    /// No bytes at all.
    Empty,
    /// A picture, of a type that is not taken there. A file is what it holds, never what it is called.
    OtherType,
    /// A picture of the right type that cannot be decoded, or is cut short.
    Damaged,
    /// Several pictures in one file.
    Animated,
    /// Too many frames.
    TooMany,
}

impl UnfitReason {
    /// Every reason, in the order in which processes number them.
    pub const ALL: [Self; 15] = [
        Self::NotAPicture,
        Self::TooLarge,
        Self::NoFace,
        Self::SeveralFaces,
        Self::TooSmall,
        Self::TooDark,
        Self::TooBright,
        Self::NotFrontal,
        Self::Repeated,
        Self::Count,
        Self::Empty,
        Self::OtherType,
        Self::Damaged,
        Self::Animated,
        Self::TooMany,
    ];
}

/// A picture that cannot be judged. No attempt is counted for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Which.
    pub which: Which,
    /// Why.
    pub reason: UnfitReason,
}

/// What became of the inspection.
pub enum Inspection {
    /// Everything can be judged. The engine holds the decoded faces until this is compared or dropped; only it does.
    Fit(Box<dyn FitFaces>),
    /// Something cannot be used.
    Unfit(Unfit),
}

impl fmt::Debug for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fit(_) => f.write_str("Fit"),
            Self::Unfit(unfit) => unfit.fmt(f),
        }
    }
}

/// Faces that were found fit, waiting to be compared. Dropped, they are forgotten.
#[async_trait]
pub trait FitFaces: Send {
    /// Judges the poses, then whether the frames show one person, then whether it is the portrait's; once. Call it when
    /// the attempt's debit is durable.
    ///
    /// # Errors
    /// [`EngineError`]: no verdict, and no fault of the holder.
    async fn compare(self: Box<Self>) -> Result<Finding, EngineError>;
}

/// What the comparison found, in the order in which it is judged: poses, one person, match. Every finding but a match
/// counts as a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finding {
    /// One person, the portrait's.
    Match,
    /// Too close to tell: counts as no match.
    Unsure,
    /// Another person.
    NoMatch,
    /// The frames show more than one person.
    SeveralPeople,
    /// Every pose that was held was right, but not all were reached and held.
    NotTurned,
    /// Poses were held that were not asked for, or in another order.
    OtherPoses,
}

impl Finding {
    /// Every finding, in the order in which processes number them.
    pub const ALL: [Self; 6] =
        [Self::Match, Self::Unsure, Self::NoMatch, Self::SeveralPeople, Self::NotTurned, Self::OtherPoses];
}

/// What a photograph of the card's front shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontFinding {
    /// One face, resembling the portrait.
    Resembles,
    /// A face that does not resemble the portrait.
    Differs,
    /// It, or the portrait, cannot be used.
    Unfit(Unfit),
}

/// Why there is no answer. Nothing was counted, and nothing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// All workers are at work and the queue is full: come back in so many seconds.
    #[error("the face engine is busy")]
    Busy {
        /// Seconds.
        retry_after_secs: u32,
    },
    /// The worker crashed, hung or was killed.
    #[error("the face engine failed")]
    Failed,
}

/// A face engine. dlib's stands behind it today; a certified one can take its place.
#[async_trait]
pub trait FaceEngine: Send + Sync {
    /// Whether the photograph of a card's front shows the portrait's face.
    ///
    /// # Errors
    /// [`EngineError`].
    async fn check_front(&self, portrait: Picture, front: Picture) -> Result<FrontFinding, EngineError>;

    /// Decodes every picture, finds the faces and judges their quality. Compares nothing.
    ///
    /// # Errors
    /// [`EngineError`].
    async fn inspect(&self, sitting: Sitting) -> Result<Inspection, EngineError>;
}
