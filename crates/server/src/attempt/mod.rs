//! A face attempt over its two records: debit both, match, settle both (design §6, §7).
//!
//! | module | idea |
//! |---|---|
//! | [`in_flight`] | the attempts that are being judged in this process |
//! | `foresee` | what the rules would say, asked before anything costs |
//! | `settle` | debit, match, verdict |
//! | `verdict` | what the phone is told |
//!
//! The pictures are inspected before the debit, so that poor ones cost nothing, and compared after it, so that nobody
//! has a match for free. From the debit on the work goes on by itself: a phone that hangs up neither gains nor loses
//! by it, and its repeat finds the verdict.

mod foresee;
pub mod in_flight;
mod settle;
mod verdict;

use face::{FitFaces, Inspection, Picture, Sitting};
use reservation::installation::DebitAttempt;
use reservation::{BookingId, InstallationId, PoseSequence, Timestamp};
use wire::app::FaceVerdict;
use wire::problem::ProblemType;

use crate::engine;
use crate::listener::app::AppContext;
use crate::parts::{FaceParts, Parts};
use crate::problem::Refusal;
use crate::request::frames::SentFrames;
use foresee::{Foreseen, foresee};
pub use settle::mend;

/// What was sent, by whom, and when all of it had arrived: by that time it is judged, however long the engine takes.
#[derive(Debug)]
pub struct Attempt {
    /// Who.
    pub installation: InstallationId,
    /// In which booking.
    pub booking: BookingId,
    /// What.
    pub sent: SentFrames,
    /// When.
    pub received: Timestamp,
}

impl Attempt {
    fn debit(&self) -> DebitAttempt {
        DebitAttempt {
            booking: self.booking,
            attempt: self.sent.attempt,
            nonce: self.sent.nonce,
            request: self.sent.request,
            surface: self.sent.surface.hash(),
            frames: self.sent.marks.clone(),
        }
    }
}

/// Judges an attempt, or repeats its verdict.
///
/// # Errors
/// Why there is no verdict. Nothing is counted then, unless the attempt's time runs out before it is sent again.
pub async fn judge(context: &AppContext, attempt: Attempt) -> Result<FaceVerdict, Refusal> {
    let parts = &context.parts;
    let face = parts.face()?;
    let judging = face.in_flight.enter(attempt.sent.attempt)?;
    let debit = attempt.debit();
    let (installation, received) = (attempt.installation, attempt.received);
    let (card, faces) = match foresee(parts, &attempt).await? {
        Foreseen::Decided { card } => (card, None),
        // It has been counted here and in the rate; what may be missing is the verdict.
        Foreseen::NeedsMatch { card, poses, debited: true } => {
            (card, Some(inspect(parts, face, attempt.sent, &poses).await.map_err(settle::after_debit)?))
        }
        Foreseen::NeedsMatch { card, poses, debited: false } => {
            context.face_rate.admit(&card)?;
            (card, Some(inspect(parts, face, attempt.sent, &poses).await?))
        }
    };
    let parts = parts.clone();
    let work = tokio::spawn(async move {
        let _judging = judging;
        settle::settle(&parts, installation, card, debit, received, faces).await
    });
    work.await
        .map_err(|_| Refusal::new(ProblemType::OutcomeUnknown).because("an attempt's work broke off"))?
}

/// Decodes, finds the faces, judges the quality. Nothing is counted yet.
async fn inspect(
    parts: &Parts,
    face: &FaceParts,
    sent: SentFrames,
    poses: &PoseSequence,
) -> Result<Box<dyn FitFaces>, Refusal> {
    // Its hash is that of the file that was believed with the card. Checking again costs two signatures, and then the
    // portrait comes out of what was checked, not out of what was sent.
    let portrait = Picture::new(sent.surface.genuine(&face.anchors)?.portrait().to_vec());
    let sitting = Sitting { portrait, poses: engine::poses(poses), frames: sent.frames };
    match engine::inspect(parts, face, sitting).await? {
        Inspection::Fit(faces) => Ok(faces),
        Inspection::Unfit(unfit) => Err(engine::unfit(unfit, ProblemType::FramesUnfit)),
    }
}
