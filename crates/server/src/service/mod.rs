//! The service data: operators and what their kiosks reset, hours, exceptions, terms. Data, not code.
//!
//! | module | idea |
//! |---|---|
//! | [`mod@file`] | `service.toml` as it is written |
//! | [`closure`] | exceptions: when some kiosks do not work |
//!
//! Read once at the start and checked whole, so that a claim never meets half a service.

pub mod closure;
pub mod file;

use std::path::Path;

use reservation::offer::{Day, Kinds, Offers};
use reservation::{Hours, KioskId, OperatorId, PinKind, Timestamp};
use wire::app::{Place, Terms};

pub use closure::{Closure, Closures};
pub use file::ServiceDataError;

/// What the operator of the service has decided, checked.
#[derive(Clone, Debug)]
pub struct ServiceData {
    /// The terms in force.
    pub terms: Terms,
    /// When kiosks may begin a reset.
    pub hours: Hours,
    /// Who resets what, and since when.
    pub offers: Offers,
    /// When some kiosks do not work.
    pub closures: Closures,
    operators: Vec<Operator>,
}

/// One company that runs kiosks.
#[derive(Clone, Debug)]
pub struct Operator {
    /// What kiosks are admitted under.
    pub id: OperatorId,
    /// Name and note as the app shows them.
    pub place: Place,
}

/// Why a kiosk may not begin a reset just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// Outside the hours, or in a closure; open again then, if an end is known.
    Closed {
        /// When work may begin again.
        opens_at: Option<Timestamp>,
    },
    /// This kiosk or its operator does not reset this PIN kind.
    KindNotOffered,
}

impl ServiceData {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`ServiceDataError`] names the entry that does not hold.
    pub fn load(file: &Path) -> Result<Self, ServiceDataError> {
        file::load(file)
    }

    /// Whether the data name this operator.
    pub fn has_operator(&self, operator: &OperatorId) -> bool {
        self.operators.iter().any(|known| known.id == *operator)
    }

    /// The operators, in the order of the data.
    pub fn operators(&self) -> &[Operator] {
        &self.operators
    }

    /// The operators whose kiosks reset this PIN kind today, for the app.
    pub fn places(&self, kind: PinKind, now: Timestamp) -> Vec<Place> {
        let standing: Vec<_> = self.offers.operators(kind, Day::of(now)).collect();
        self.operators
            .iter()
            .filter(|operator| standing.contains(&&operator.id))
            .map(|operator| operator.place.clone())
            .collect()
    }

    /// The PIN kinds that a kiosk resets today: what its operator offers and its machine can do.
    pub fn kinds(&self, operator: &OperatorId, machine: Kinds, now: Timestamp) -> Kinds {
        self.offers.kinds(operator, Day::of(now)).and(machine)
    }

    /// Whether a kiosk may begin a reset of `kind` now; without a kind, of any.
    ///
    /// # Errors
    /// [`NotNow`] says why not, and until when.
    pub fn may_begin(
        &self,
        kiosk: &KioskId,
        operator: &OperatorId,
        machine: Kinds,
        kind: Option<PinKind>,
        now: Timestamp,
    ) -> Result<(), NotNow> {
        let offered = self.kinds(operator, machine, now);
        let wanted = |kind: &PinKind| offered.contains(*kind);
        if !kind.map_or_else(|| PinKind::ALL.iter().any(wanted), |kind| wanted(&kind)) {
            return Err(NotNow::KindNotOffered);
        }
        if !self.hours.is_open(now) {
            return Err(NotNow::Closed { opens_at: Some(self.hours.next_opening(now)) });
        }
        match self.closures.at(kiosk, operator, kind, now) {
            None => Ok(()),
            Some(closure) => {
                Err(NotNow::Closed { opens_at: closure.until.map(|until| self.hours.next_opening(until)) })
            }
        }
    }
}
