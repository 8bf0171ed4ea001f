//! The life of a describing process: load, warm up, lock down as a worker of the server does, then describe.

use std::io::{self, Read, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use face::{Picture, UnfitReason};
use face_dlib_sys::Engine;

use super::head::Head;
use super::protocol::{Reply, Request, Said};
use crate::examiner::warm_up;
use crate::finder::{NoFace, find};
use crate::likeness::Descriptor;
use crate::rules::PORTRAIT;
use crate::serve::{CannotStart, SPENT, cpu_time, wipe_stack};
use crate::{decode, lockdown, models};

/// The engine of a describing process.
struct Describer {
    engine: Engine,
}

/// Answers a report's requests until the other side closes.
///
/// # Errors
/// The other side is gone, or sent what is no request.
pub fn describe(models: &Path, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    // A panic's text may hold parts of a picture.
    panic::set_hook(Box::new(|_| {}));
    let mut describer = match Describer::start(models) {
        Ok(describer) => describer,
        Err(reason) => {
            return Said { reply: Reply::CannotStart(reason.to_string()), spent: true }.write(to);
        }
    };
    Said { reply: Reply::Ready, spent: false }.write(to)?;
    while let Some(request) = Request::read(from)? {
        let answered = panic::catch_unwind(AssertUnwindSafe(|| describer.answer(&request)));
        wipe_stack();
        let said = match answered {
            Ok(Reply::Fault) | Err(_) => Said { reply: Reply::Fault, spent: true },
            Ok(reply) => Said { reply, spent: cpu_time() > SPENT },
        };
        said.write(to)?;
    }
    Ok(())
}

impl Describer {
    fn start(models: &Path) -> Result<Self, CannotStart> {
        let mut engine = models::load(models)?;
        warm_up(&mut engine)?;
        // Finding out how this kernel tells the time takes a system call that is not allowed later.
        cpu_time();
        lockdown::lock_down()?;
        Ok(Self { engine })
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let answer = match request {
            Request::Describe(picture) => self.descriptor(picture).map(|it| Reply::Descriptor(Box::new(it))),
            Request::CutOut(picture) => self.head(picture).map(Reply::Head),
        };
        answer.unwrap_or_else(|trouble| match trouble {
            NoFace::Unfit(reason) => Reply::Unfit(reason),
            NoFace::Fault => Reply::Fault,
        })
    }

    /// Every picture is looked at as a chip's portrait is: light and turned heads are not judged, so that whole sets of
    /// photographs can be measured.
    fn descriptor(&mut self, picture: &Picture) -> Result<Descriptor, NoFace> {
        let face = find(&mut self.engine, decode::any(picture)?, PORTRAIT)?;
        let image = face.pixels.as_dlib().ok_or(NoFace::Fault)?;
        Ok(Descriptor(self.engine.describe(image, &face.landmarks)?))
    }

    fn head(&mut self, picture: &Picture) -> Result<Head, NoFace> {
        let whole = decode::any(picture)?;
        let face = find(&mut self.engine, whole.clone(), PORTRAIT)?;
        let scale = f64::from(face.pixels.width()) / f64::from(whole.width().max(1));
        Head::cut_out(whole, &face.landmarks, scale).ok_or(UnfitReason::NoFace.into())
    }
}
