//! The server as the kiosk sees it.

use client::Failure;
use reservation::PinKind;
use uuid::Uuid;
use wire::kiosk::{Claim, Completion, Granted, Session, Settled};

use crate::stage::ClaimToken;

/// The kiosk listener's interface. Calls block.
pub trait KioskServer {
    /// Opens a session. Repeated, it is another session, and nothing is lost. Without a target it only shows that
    /// this kiosk may work.
    ///
    /// # Errors
    /// [`Failure`].
    fn open_session(&self, target: Option<PinKind>) -> Result<Session, Failure>;

    /// Claims the reservation. The same body again gets the same answer, so an implementation repeats it while
    /// that is useful.
    ///
    /// # Errors
    /// [`Failure`]; unless refused, the claim was perhaps made.
    fn claim(&self, claim: &Claim) -> Result<Granted, Failure>;

    /// Says how the claim ended, once: what repeats it is [`crate::delivery`].
    ///
    /// # Errors
    /// [`Failure`].
    fn complete(&self, claim: Uuid, token: &ClaimToken, completion: &Completion) -> Result<Settled, Failure>;
}
