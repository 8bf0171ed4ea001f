//! [`FakeEngine`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use tokio::sync::watch;

use super::recipe::{Person, Recipe};
use crate::limits::{FRONT_FRAMES_LEAST, frames_fit};
use crate::{
    EngineError, FaceEngine, Finding, FitFaces, FrontFinding, Inspection, Picture, Pose, Sitting, Unfit,
    UnfitReason, Which, poses,
};

/// A face engine whose pictures are short texts ([module](super)). Clones share the counts and switches.
#[derive(Clone, Debug, Default)]
pub struct FakeEngine(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    fronts: AtomicUsize,
    inspections: AtomicUsize,
    compares: AtomicUsize,
    waiting: AtomicUsize,
    busy: AtomicBool,
    held: watch::Sender<bool>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            fronts: AtomicUsize::new(0),
            inspections: AtomicUsize::new(0),
            compares: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            busy: AtomicBool::new(false),
            held: watch::Sender::new(false),
        }
    }
}

/// While this lives, no compare of its engine ends; those that began wait.
#[derive(Debug)]
pub struct HeldCompares(Arc<Shared>);

impl Drop for HeldCompares {
    fn drop(&mut self) {
        self.0.held.send_replace(false);
    }
}

impl FakeEngine {
    /// An engine that has done nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many photographs of a card's front were checked.
    pub fn fronts(&self) -> usize {
        self.0.fronts.load(Ordering::SeqCst)
    }

    /// How many sittings were inspected.
    pub fn inspections(&self) -> usize {
        self.0.inspections.load(Ordering::SeqCst)
    }

    /// How many comparisons began.
    pub fn compares(&self) -> usize {
        self.0.compares.load(Ordering::SeqCst)
    }

    /// How many sittings were found fit and neither compared nor dropped.
    pub fn waiting(&self) -> usize {
        self.0.waiting.load(Ordering::SeqCst)
    }

    /// From now on every call is answered [`EngineError::Busy`], or no longer.
    pub fn set_busy(&self, busy: bool) {
        self.0.busy.store(busy, Ordering::SeqCst);
    }

    /// Stops every comparison between its beginning and its end until the answer is dropped.
    pub fn hold_compares(&self) -> HeldCompares {
        self.0.held.send_replace(true);
        HeldCompares(self.0.clone())
    }

    fn admit(&self) -> Result<(), EngineError> {
        if self.0.busy.load(Ordering::SeqCst) {
            return Err(EngineError::Busy { retry_after_secs: 2 });
        }
        Ok(())
    }
}

/// Why a picture's face cannot be had.
enum NoPerson {
    Unfit(Unfit),
    Crashed,
}

fn person(picture: &Picture, which: Which) -> Result<Person, NoPerson> {
    match Recipe::read(picture) {
        Recipe::Face(person) => Ok(person),
        Recipe::Unfit(reason) => Err(NoPerson::Unfit(Unfit { which, reason })),
        Recipe::Crash => Err(NoPerson::Crashed),
    }
}

fn people(sitting: &Sitting) -> Result<(Person, Vec<Person>), NoPerson> {
    let unfit = |which, reason| NoPerson::Unfit(Unfit { which, reason });
    let frames = &sitting.frames;
    frames_fit(sitting.poses.len(), frames.len()).map_err(|reason| unfit(Which::Frames, reason))?;
    let portrait = person(&sitting.portrait, Which::Portrait)?;
    let mut seen = Vec::with_capacity(frames.len());
    for (index, frame) in frames.iter().enumerate() {
        if frames[..index].iter().any(|earlier| earlier.as_bytes() == frame.as_bytes()) {
            return Err(unfit(Which::Frame(index), UnfitReason::Repeated));
        }
        let person = person(frame, Which::Frame(index))?;
        if index < FRONT_FRAMES_LEAST && person.pose != Some(Pose::Front) {
            return Err(unfit(Which::Frame(index), UnfitReason::NotFrontal));
        }
        seen.push(person);
    }
    Ok((portrait, seen))
}

struct FakeFaces {
    shared: Arc<Shared>,
    portrait: Person,
    poses: Vec<Pose>,
    frames: Vec<Person>,
}

impl Drop for FakeFaces {
    fn drop(&mut self) {
        self.shared.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl FitFaces for FakeFaces {
    async fn compare(self: Box<Self>) -> Result<Finding, EngineError> {
        self.shared.compares.fetch_add(1, Ordering::SeqCst);
        let mut held = self.shared.held.subscribe();
        held.wait_for(|held| !held).await.map_err(|_| EngineError::Failed)?;
        if self.frames.iter().any(|frame| frame.crashes_compare) {
            return Err(EngineError::Failed);
        }
        let seen: Vec<_> = self.frames.iter().map(|frame| frame.pose).collect();
        if let Err(reason) = poses::judge(&self.poses, &seen) {
            return Ok(reason.into());
        }
        let first = &self.frames[0];
        if self.frames.iter().any(|frame| frame.name != first.name) {
            return Ok(Finding::SeveralPeople);
        }
        Ok(match (first.name == self.portrait.name, self.frames.iter().all(|frame| frame.certain)) {
            (true, true) => Finding::Match,
            (true, false) => Finding::Unsure,
            (false, _) => Finding::NoMatch,
        })
    }
}

#[async_trait]
impl FaceEngine for FakeEngine {
    async fn check_front(&self, portrait: Picture, front: Picture) -> Result<FrontFinding, EngineError> {
        self.admit()?;
        self.0.fronts.fetch_add(1, Ordering::SeqCst);
        let found = person(&portrait, Which::Portrait)
            .and_then(|portrait| Ok((portrait, person(&front, Which::Front)?)));
        match found {
            Ok((portrait, front)) if portrait.name == front.name => Ok(FrontFinding::Resembles),
            Ok(_) => Ok(FrontFinding::Differs),
            Err(NoPerson::Unfit(unfit)) => Ok(FrontFinding::Unfit(unfit)),
            Err(NoPerson::Crashed) => Err(EngineError::Failed),
        }
    }

    async fn inspect(&self, sitting: Sitting) -> Result<Inspection, EngineError> {
        self.admit()?;
        self.0.inspections.fetch_add(1, Ordering::SeqCst);
        match people(&sitting) {
            Ok((portrait, frames)) => {
                self.0.waiting.fetch_add(1, Ordering::SeqCst);
                let (shared, poses) = (self.0.clone(), sitting.poses);
                Ok(Inspection::Fit(Box::new(FakeFaces { shared, portrait, poses, frames })))
            }
            Err(NoPerson::Unfit(unfit)) => Ok(Inspection::Unfit(unfit)),
            Err(NoPerson::Crashed) => Err(EngineError::Failed),
        }
    }
}
