//! The engine behind a worker: answers one request after another, and keeps one sitting's faces between two of them.

use face::protocol::{Reply, Request};
use face::{FrontFinding, Picture, Sitting, Unfit, UnfitReason, Which};
use face_dlib_sys::{DlibError, Engine, Image};

use crate::decode;
use crate::finder::{Face, NoFace, find};
use crate::likeness::{self, Descriptor};
use crate::pixels::Pixels;
use crate::rules::{FRAME, FRONT, PORTRAIT, REPEATED_DIFFERENCE, Thresholds};

/// The engine behind a worker.
#[derive(Debug)]
pub struct Examiner {
    engine: Engine,
    thresholds: Thresholds,
    kept: Option<Kept>,
}

/// Faces that wait to be compared.
#[derive(Debug)]
struct Kept {
    portrait: Face,
    frames: Vec<Face>,
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
            Request::Inspect(sitting) => self.inspect(&sitting),
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

    fn portrait(&mut self, picture: &Picture) -> Result<Face, Trouble> {
        let trouble = about(Which::Portrait);
        let pixels = decode::portrait(picture).map_err(|reason| trouble(reason.into()))?;
        find(&mut self.engine, pixels, PORTRAIT).map_err(trouble)
    }

    fn front(&mut self, portrait: &Picture, front: &Picture) -> Result<Reply, Trouble> {
        let found = self.portrait(portrait).and_then(|portrait| {
            let trouble = about(Which::Front);
            let pixels = decode::front(front).map_err(|reason| trouble(reason.into()))?;
            let front = find(&mut self.engine, pixels, FRONT).map_err(trouble)?;
            let (portrait, front) = (self.describe(&portrait)?, self.describe(&front)?);
            Ok(likeness::front(&portrait, &front, self.thresholds))
        });
        match found {
            Ok(finding) => Ok(Reply::Front(finding)),
            Err(Trouble::Unfit(unfit)) => Ok(Reply::Front(FrontFinding::Unfit(unfit))),
            Err(Trouble::Fault) => Err(Trouble::Fault),
        }
    }

    fn inspect(&mut self, sitting: &Sitting) -> Result<Reply, Trouble> {
        let portrait = self.portrait(&sitting.portrait)?;
        let mut frames: Vec<Face> = Vec::with_capacity(sitting.frames.len());
        for (number, frame) in sitting.frames.iter().enumerate() {
            let trouble = about(Which::Frame(number));
            let repeated = || trouble(UnfitReason::Repeated.into());
            if sitting.frames[..number].iter().any(|earlier| earlier.as_bytes() == frame.as_bytes()) {
                return Err(repeated());
            }
            let pixels = decode::frame(frame).map_err(|reason| trouble(reason.into()))?;
            let face = find(&mut self.engine, pixels, FRAME).map_err(&trouble)?;
            if frames.iter().any(|earlier| is_repeated(&earlier.pixels, &face.pixels)) {
                return Err(repeated());
            }
            frames.push(face);
        }
        self.kept = Some(Kept { portrait, frames });
        Ok(Reply::Fit)
    }

    fn compare(&mut self, kept: &Kept) -> Result<Reply, Trouble> {
        let portrait = self.describe(&kept.portrait)?;
        let frames = kept.frames.iter().map(|frame| self.describe(frame)).collect::<Result<Vec<_>, _>>()?;
        Ok(Reply::Found(likeness::finding(&portrait, &frames, self.thresholds)))
    }

    fn describe(&mut self, face: &Face) -> Result<Descriptor, Trouble> {
        let image = face.pixels.as_dlib().ok_or(Trouble::Fault)?;
        Ok(Descriptor(self.engine.describe(image, &face.landmarks)?))
    }
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

fn is_repeated(earlier: &Pixels, later: &Pixels) -> bool {
    earlier.difference(later).is_some_and(|difference| difference < REPEATED_DIFFERENCE)
}
