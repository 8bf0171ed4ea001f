//! What the card forgets when its power goes: place, what was verified, progress of a reset.

use iso7816::StatusWord;
use reservation::pin::PinKind;
use reservation::statement::CardChallenge;

use super::content::Content;
use super::credential::{Code, Credential};
use super::ef::Ef;
use super::jpki_files::JpkiEf;
use super::surface_files::SurfaceEf;

/// The volatile half of the card's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Session {
    pub(crate) place: Place,
    pub(crate) verified: Verified,
    pub(crate) reset: ResetProgress,
}

impl Session {
    /// A warm reset leaves the application, but keeps what was verified there (card facts §1).
    pub(crate) fn after_warm_reset(self) -> Self {
        Self { place: Place::MasterFile, verified: self.verified, reset: ResetProgress::Idle }
    }

    /// After SELECT of an application. What was verified there outlives its being selected anew; what was verified in
    /// another one ends.
    pub(crate) fn entered(self, place: Place) -> Self {
        Self { place, verified: self.verified.only_in(place), reset: ResetProgress::Idle }
    }

    /// The current elementary file.
    pub(crate) fn current(&self) -> Option<Ef> {
        match self.place {
            Place::MasterFile => None,
            Place::Jpki { current } => current.map(Ef::Jpki),
            Place::Surface { current } => current.map(Ef::Surface),
        }
    }

    /// Makes a file of the current application the current file.
    pub(crate) fn enter_file(&mut self, content: &Content, id: u16) -> Result<Ef, StatusWord> {
        let found = match &mut self.place {
            Place::MasterFile => None,
            Place::Jpki { current } => JpkiEf::by_id(id, content).map(|ef| Ef::Jpki(*current.insert(ef))),
            Place::Surface { current } => SurfaceEf::by_id(id).map(|ef| Ef::Surface(*current.insert(ef))),
        };
        found.ok_or(StatusWord::NotFound)
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
        current: Option<JpkiEf>,
    },
    /// The surface application.
    Surface {
        /// Its current elementary file.
        current: Option<SurfaceEf>,
    },
}

/// What is verified: one bit per credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Verified(u8);

impl Verified {
    const JPKI: u8 = 0b0000_0011;
    const SURFACE: u8 = 0b0001_1100;

    const fn bit(credential: Credential) -> u8 {
        match credential {
            Credential::Pin(PinKind::User) => 0b0000_0001,
            Credential::Pin(PinKind::Signature) => 0b0000_0010,
            Credential::Code(Code::BirthDate) => 0b0000_0100,
            Credential::Code(Code::B) => 0b0000_1000,
            Credential::Code(Code::A) => 0b0001_0000,
        }
    }

    pub(crate) fn has(self, credential: impl Into<Credential>) -> bool {
        self.0 & Self::bit(credential.into()) != 0
    }

    pub(crate) fn set(&mut self, credential: impl Into<Credential>, verified: bool) {
        let bit = Self::bit(credential.into());
        self.0 = if verified { self.0 | bit } else { self.0 & !bit };
    }

    const fn only_in(self, place: Place) -> Self {
        Self(match place {
            Place::MasterFile => 0,
            Place::Jpki { .. } => self.0 & Self::JPKI,
            Place::Surface { .. } => self.0 & Self::SURFACE,
        })
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
