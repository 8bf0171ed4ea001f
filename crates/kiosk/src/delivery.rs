//! Gets the end of a claim to the server: repeated until the answer is final, and again after every restart.
//!
//! Final is every 2xx and every 4xx, except the three that ask for a repetition by their definition (408, 425, 429).
//! Everything else — no network, a broken connection, 5xx — leaves the claim open in the journal.

use client::{Failure, Retry};
use uuid::Uuid;
use wire::kiosk::{Completion, Settled};

use crate::journal::{ClaimJournal, JournalError};
use crate::server::KioskServer;
use crate::stage::{ClaimToken, Event, Stage, Verdict};
use crate::timer::Timer;

/// What became of a message that must arrive.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// The server's final answer.
    Final(Verdict),
    /// None yet; the journal keeps the message for later.
    NotYet(Failure),
}

/// What a recovery found and did.
#[derive(Clone, Debug, Default)]
pub struct Recovered {
    /// Claims that were settled now, with their final answers.
    pub settled: Vec<(Uuid, Verdict)>,
    /// Claims that must wait on.
    pub waiting: Vec<(Uuid, Failure)>,
}

/// Sends a completion until its answer is final or patience ends.
pub fn deliver(
    server: &dyn KioskServer,
    timer: &dyn Timer,
    retry: Retry,
    (claim, token, completion): (Uuid, &ClaimToken, &Completion),
) -> Delivery {
    let mut attempts = retry.begin();
    loop {
        let failure = match server.complete(claim, token, completion) {
            Ok(settled) => return Delivery::Final(verdict(&settled)),
            Err(failure) => failure,
        };
        match &failure {
            Failure::Refused(refusal) => {
                let kind = refusal.kind.map(|kind| kind.slug().to_owned());
                return Delivery::Final(Verdict::Refused { status: refusal.status, kind });
            }
            Failure::NotUnderstood { status: 200..=299 } => return Delivery::Final(Verdict::Taken),
            Failure::NotUnderstood { .. }
            | Failure::Busy { .. }
            | Failure::Unreachable(_)
            | Failure::Interrupted => {}
        }
        match attempts.wait_after(&failure) {
            Some(wait) => timer.sleep(wait),
            None => return Delivery::NotYet(failure),
        }
    }
}

/// Settles every claim that a stopped kiosk left open.
///
/// # Errors
/// [`JournalError`]; claims settled before it are settled.
pub fn recover(
    server: &dyn KioskServer,
    journal: &mut dyn ClaimJournal,
    timer: &dyn Timer,
    retry: Retry,
) -> Result<Recovered, JournalError> {
    let mut recovered = Recovered::default();
    for (claim, stage) in journal.open_claims() {
        let resumed = stage.clone().on(Event::Restarted).expect("every stage can be restarted");
        if resumed != stage {
            journal.record(claim, &resumed)?;
        }
        let Some((token, completion)) = resumed.owed() else { continue };
        match deliver(server, timer, retry, (claim, token, completion)) {
            Delivery::Final(verdict) => {
                journal.record(claim, &Stage::Settled { verdict: verdict.clone() })?;
                tracing::info!(claim = %claim, ?verdict, "claim settled after a restart");
                recovered.settled.push((claim, verdict));
            }
            Delivery::NotYet(failure) => {
                tracing::warn!(claim = %claim, %failure, "claim still open");
                recovered.waiting.push((claim, failure));
            }
        }
    }
    Ok(recovered)
}

fn verdict(settled: &Settled) -> Verdict {
    match settled {
        Settled::Completed => Verdict::Completed,
        Settled::Noted => Verdict::Noted,
        Settled::Released { claims_left } => Verdict::Released { claims_left: *claims_left },
        Settled::Waiting { lease_ends } => Verdict::Waiting { lease_ends: *lease_ends },
    }
}
