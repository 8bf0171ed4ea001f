//! What the card forgets when its power goes: place, verified PINs, progress of a reset.

use reservation::pin::PinKind;
use reservation::statement::CardChallenge;

use super::ef::Ef;

/// The volatile half of the card's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Session {
    pub(crate) place: Place,
    pub(crate) verified: Verified,
    pub(crate) reset: ResetProgress,
}

impl Session {
    /// A warm reset leaves the application, but keeps its verified PINs (card facts §1).
    pub(crate) fn after_warm_reset(self) -> Self {
        Self { place: Place::MasterFile, verified: self.verified, reset: ResetProgress::Idle }
    }

    /// The current elementary file.
    pub(crate) fn current(&self) -> Option<Ef> {
        match self.place {
            Place::MasterFile => None,
            Place::Jpki { current } => current,
        }
    }
}

/// Where SELECT has led.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Place {
    /// The state after power-on, and of the issuer security domain.
    #[default]
    MasterFile,
    /// The JPKI application.
    Jpki {
        /// Its current elementary file.
        current: Option<Ef>,
    },
}

/// Which PINs are verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Verified {
    user: bool,
    signature: bool,
}

impl Verified {
    pub(crate) fn has(self, kind: PinKind) -> bool {
        match kind {
            PinKind::User => self.user,
            PinKind::Signature => self.signature,
        }
    }

    pub(crate) fn set(&mut self, kind: PinKind, verified: bool) {
        match kind {
            PinKind::User => self.user = verified,
            PinKind::Signature => self.signature = verified,
        }
    }
}

/// How far a reset by authorisation has come. Each step uses up the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum ResetProgress {
    /// Nothing is under way.
    #[default]
    Idle,
    /// The card drew this challenge.
    Challenged(CardChallenge),
    /// The authority's signature allows one reset of this PIN.
    Authorised(PinKind),
}
