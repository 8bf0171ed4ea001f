//! The engine behind a worker: answers one request after another, and keeps one sitting's faces between two of them.

use face::limits::FRONT_FRAMES_LEAST;
use face::protocol::{Reply, Request};
use face::{FrontFinding, Picture, Pose, Sitting, Unfit, UnfitReason, Which, poses};
use face_dlib_sys::{AlignedFace, DlibError, Engine, Image};

use crate::finder::{Face, NoFace, find};
use crate::likeness::{self, Descriptor, Seen};
use crate::pixels::{Pixels, Sample};
use crate::rules::{FRAME, FRONT, Look, PORTRAIT, REPEATED_DIFFERENCE, Thresholds};
use crate::{decode, turn};

/// The engine behind a worker.
#[derive(Debug)]
pub struct Examiner {
    engine: Engine,
    thresholds: Thresholds,
    kept: Option<Kept>,
}

/// Faces that wait to be compared. Of the pictures nothing else is kept.
#[derive(Debug)]
struct Kept {
    portrait: AlignedFace,
    poses: Vec<Pose>,
    frames: Vec<Frame>,
}

/// A frame's face, and how far off its nose is.
#[derive(Debug)]
struct Frame {
    face: AlignedFace,
    off: f64,
}

/// Why a request has no plain answer.
enum Trouble {
    Unfit(Unfit),
    Fault,
}

impl From<DlibError> for Trouble {
    fn from(_: DlibError) -> Self {
        Self::Fault
    }
}

fn about(which: Which) -> impl Fn(NoFace) -> Trouble {
    move |trouble| match trouble {
        NoFace::Unfit(reason) => Trouble::Unfit(Unfit { which, reason }),
        NoFace::Fault => Trouble::Fault,
    }
}

impl Examiner {
    /// An examiner that has seen nothing.
    pub fn new(engine: Engine, thresholds: Thresholds) -> Self {
        Self { engine, thresholds, kept: None }
    }

    /// Has its engine detect and describe once, before system calls are filtered.
    ///
    /// # Errors
    /// A fault of dlib.
    pub fn warm_up(&mut self) -> Result<(), DlibError> {
        warm_up(&mut self.engine)
    }

    /// Answers. Whatever was kept for a comparison is forgotten, whatever the request; only a sitting that is fit is
    /// kept anew.
    pub fn answer(&mut self, request: Request) -> Reply {
        let kept = self.kept.take();
        let answer = match request {
            Request::Front { portrait, front } => self.front(&portrait, &front),
            Request::Inspect(sitting) => self.inspect(sitting),
            Request::Compare => match kept {
                Some(kept) => self.compare(&kept),
                // Asked out of order.
                None => Err(Trouble::Fault),
            },
            Request::Forget => Ok(Reply::Forgotten),
        };
        match answer {
            Ok(reply) => reply,
            Err(Trouble::Unfit(unfit)) => Reply::Unfit(unfit),
            Err(Trouble::Fault) => Reply::Fault,
        }
    }

    fn find(
        &mut self,
        which: Which,
        pixels: Result<Pixels, UnfitReason>,
        look: Look,
    ) -> Result<Face, Trouble> {
        let found = pixels.map_err(NoFace::from).and_then(|pixels| find(&mut self.engine, pixels, look));
        found.map_err(about(which))
    }

    fn align(&self, face: &Face) -> Result<AlignedFace, Trouble> {
        let image = face.pixels.as_dlib().ok_or(Trouble::Fault)?;
        Ok(self.engine.align(image, &face.landmarks)?)
    }

    fn portrait(&mut self, picture: &Picture) -> Result<AlignedFace, Trouble> {
        let face = self.find(Which::Portrait, decode::portrait(picture), PORTRAIT)?;
        self.align(&face)
    }

    fn front(&mut self, portrait: &Picture, front: &Picture) -> Result<Reply, Trouble> {
        let found = self.portrait(portrait).and_then(|portrait| {
            let front = self.find(Which::Front, decode::front(front), FRONT)?;
            let front = self.align(&front)?;
            let (portrait, front) = (self.describe(&portrait)?, self.describe(&front)?);
            Ok(likeness::front(&portrait, &front, self.thresholds))
        });
        match found {
            Ok(finding) => Ok(Reply::Front(finding)),
            Err(Trouble::Unfit(unfit)) => Ok(Reply::Front(FrontFinding::Unfit(unfit))),
            Err(Trouble::Fault) => Err(Trouble::Fault),
        }
    }

    fn inspect(&mut self, sitting: Sitting) -> Result<Reply, Trouble> {
        let portrait = self.portrait(&sitting.portrait)?;
        let mut frames = Vec::with_capacity(sitting.frames.len());
        let mut samples: Vec<Sample> = Vec::with_capacity(sitting.frames.len());
        for (number, frame) in sitting.frames.iter().enumerate() {
            let which = Which::Frame(number);
            let unfit = |reason| Trouble::Unfit(Unfit { which, reason });
            let is_this = |earlier: &Picture| earlier.as_bytes() == frame.as_bytes();
            if sitting.frames[..number].iter().any(is_this) {
                return Err(unfit(UnfitReason::Repeated));
            }
            let face = self.find(which, decode::frame(frame), FRAME)?;
            let off = turn::off(&face.landmarks).ok_or(unfit(UnfitReason::NoFace))?;
            let sample = face.pixels.sample();
            if samples.iter().any(|earlier| is_repeated(earlier, &sample)) {
                return Err(unfit(UnfitReason::Repeated));
            }
            samples.push(sample);
            frames.push(Frame { face: self.align(&face)?, off });
            if frames.len() == FRONT_FRAMES_LEAST {
                all_frontal(&frames)?;
            }
        }
        self.kept = Some(Kept { portrait, poses: sitting.poses, frames });
        Ok(Reply::Fit)
    }

    /// Judges the poses first, since that takes no descriptors; then whether the frames show one person; then who it is.
    fn compare(&mut self, kept: &Kept) -> Result<Reply, Trouble> {
        let offs: Vec<f64> = kept.frames.iter().map(|frame| frame.off).collect();
        let seen = turn::poses(&offs);
        if let Err(reason) = poses::judge(&kept.poses, &seen) {
            return Ok(Reply::Found(reason.into()));
        }
        let portrait = self.describe(&kept.portrait)?;
        let mut frames = Vec::with_capacity(kept.frames.len());
        for (frame, pose) in kept.frames.iter().zip(seen) {
            let descriptor = self.describe(&frame.face)?;
            frames.push(Seen { descriptor, frontal: pose == Some(Pose::Front) });
        }
        Ok(Reply::Found(likeness::finding(&portrait, &frames, self.thresholds)))
    }

    fn describe(&mut self, face: &AlignedFace) -> Result<Descriptor, Trouble> {
        Ok(Descriptor(self.engine.describe_aligned(face)?))
    }
}

/// Refuses first frames that do not show the front.
fn all_frontal(first: &[Frame]) -> Result<(), Trouble> {
    let offs: Vec<f64> = first.iter().map(|frame| frame.off).collect();
    let refused =
        |number| Trouble::Unfit(Unfit { which: Which::Frame(number), reason: UnfitReason::NotFrontal });
    turn::first_not_frontal(&offs).map_or(Ok(()), |number| Err(refused(number)))
}

/// Detects and describes once on a grey picture: the numeric library sets itself up at its first use, with system calls
/// that are not allowed later.
pub(crate) fn warm_up(engine: &mut Engine) -> Result<(), DlibError> {
    let grey = vec![128; 160 * 160 * 3];
    if let Some(image) = Image::new(&grey, 160, 160) {
        engine.detect(image, true)?;
        let face = face_dlib_sys::Rect { left: 20, top: 20, right: 139, bottom: 139 };
        let landmarks = engine.landmarks(image, face)?;
        engine.describe(image, &landmarks)?;
    }
    Ok(())
}

fn is_repeated(earlier: &Sample, later: &Sample) -> bool {
    earlier.difference(later).is_some_and(|difference| difference < REPEATED_DIFFERENCE)
}
