//! What can be presented to the card, in its lasting memory: the counters and, salted and hashed, the values.
//!
//! A value of four digits cannot be hidden by hashing: whoever has the card's file can try all of them. The hash only
//! keeps it from standing in plain in a file.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use reservation::pin::PinKind;
use serde::{Deserialize, Serialize};

const ROUNDS: NonZeroU32 = NonZeroU32::new(1000).expect("1000 is not zero");
/// Tries of each number that is printed on the card (card facts §2.4).
const CODE_TRIES: u8 = 10;

/// What a VERIFY presents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// A PIN of the JPKI application.
    Pin(PinKind),
    /// A number of the surface application.
    Code(Code),
}

/// A number that is printed on the card, or made of what is printed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// 生年月日, six digits with the year of the era.
    BirthDate,
    /// 照合番号B, fourteen digits.
    B,
    /// 照合番号A, twelve digits: the My Number.
    A,
}

impl Credential {
    pub(crate) const ALL: [Self; 5] = [
        Self::Pin(PinKind::User),
        Self::Pin(PinKind::Signature),
        Self::Code(Code::BirthDate),
        Self::Code(Code::B),
        Self::Code(Code::A),
    ];

    pub(crate) const fn tries(self) -> u8 {
        match self {
            Self::Pin(kind) => kind.tries(),
            Self::Code(_) => CODE_TRIES,
        }
    }
}

impl From<PinKind> for Credential {
    fn from(kind: PinKind) -> Self {
        Self::Pin(kind)
    }
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    pub(crate) user: CredentialState,
    pub(crate) signature: CredentialState,
    pub(crate) birth_date: CredentialState,
    pub(crate) code_b: CredentialState,
    pub(crate) code_a: CredentialState,
}

impl Credentials {
    pub(crate) fn of(&self, credential: impl Into<Credential>) -> &CredentialState {
        match credential.into() {
            Credential::Pin(PinKind::User) => &self.user,
            Credential::Pin(PinKind::Signature) => &self.signature,
            Credential::Code(Code::BirthDate) => &self.birth_date,
            Credential::Code(Code::B) => &self.code_b,
            Credential::Code(Code::A) => &self.code_a,
        }
    }

    pub(crate) fn set(&mut self, credential: impl Into<Credential>, state: CredentialState) {
        *match credential.into() {
            Credential::Pin(PinKind::User) => &mut self.user,
            Credential::Pin(PinKind::Signature) => &mut self.signature,
            Credential::Code(Code::BirthDate) => &mut self.birth_date,
            Credential::Code(Code::B) => &mut self.code_b,
            Credential::Code(Code::A) => &mut self.code_a,
        } = state;
    }

    /// Whether no counter is above its limit, which a damaged file could claim.
    pub(crate) fn is_sound(&self) -> bool {
        Credential::ALL.into_iter().all(|credential| {
            let state = self.of(credential);
            state.tries_left <= credential.tries() && (state.reference.is_some() || state.tries_left == 0)
        })
    }
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialState {
    tries_left: u8,
    /// `None` on a PIN that was issued blocked.
    reference: Option<Reference>,
}

/// What a presented value is compared with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reference {
    #[serde(with = "hex::serde")]
    salt: [u8; 16],
    #[serde(with = "hex::serde")]
    hash: [u8; 32],
}

impl std::fmt::Debug for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reference(…)")
    }
}

impl Reference {
    pub(crate) fn new(value: &[u8], salt: [u8; 16]) -> Self {
        let mut hash = [0; 32];
        pbkdf2::derive(PBKDF2_HMAC_SHA256, ROUNDS, &salt, value, &mut hash);
        Self { salt, hash }
    }

    fn matches(&self, presented: &[u8]) -> bool {
        pbkdf2::verify(PBKDF2_HMAC_SHA256, ROUNDS, &self.salt, presented, &self.hash).is_ok()
    }
}

/// What presenting a value came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presented {
    Right,
    Wrong,
    /// No try was left before this one.
    WasBlocked,
}

impl CredentialState {
    /// With all its tries.
    pub(crate) fn full(credential: impl Into<Credential>, reference: Reference) -> Self {
        Self { tries_left: credential.into().tries(), reference: Some(reference) }
    }

    /// Without a value, so that no VERIFY can match.
    pub(crate) fn issued_blocked() -> Self {
        Self { tries_left: 0, reference: None }
    }

    pub(crate) fn tries_left(&self) -> u8 {
        self.tries_left
    }

    /// What it is after `presented` was compared with it: all tries again, or one fewer.
    pub(crate) fn present(&self, credential: Credential, presented: &[u8]) -> (Self, Presented) {
        let Some(reference) = self.reference.as_ref().filter(|_| self.tries_left > 0) else {
            return (self.clone(), Presented::WasBlocked);
        };
        if reference.matches(presented) {
            (Self { tries_left: credential.tries(), ..self.clone() }, Presented::Right)
        } else {
            (Self { tries_left: self.tries_left - 1, ..self.clone() }, Presented::Wrong)
        }
    }

    /// The same counter with another value.
    pub(crate) fn with_reference(&self, reference: Reference) -> Self {
        Self { reference: Some(reference), ..*self }
    }
}
