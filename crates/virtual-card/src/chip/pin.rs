//! The two PINs in the card's lasting memory: their counters and, salted and hashed, their values.
//!
//! A four-digit PIN cannot be hidden by hashing: whoever has the card's file can try all values. The hash only
//! keeps a PIN from standing in plain in a file.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use reservation::pin::PinKind;
use serde::{Deserialize, Serialize};

const ROUNDS: NonZeroU32 = NonZeroU32::new(1000).expect("1000 is not zero");

/// Both PINs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pins {
    user: PinState,
    signature: PinState,
}

impl Pins {
    pub(crate) fn new(user: PinState, signature: PinState) -> Self {
        Self { user, signature }
    }

    pub(crate) fn of(&self, kind: PinKind) -> &PinState {
        match kind {
            PinKind::User => &self.user,
            PinKind::Signature => &self.signature,
        }
    }

    pub(crate) fn set(&mut self, kind: PinKind, pin: PinState) {
        match kind {
            PinKind::User => self.user = pin,
            PinKind::Signature => self.signature = pin,
        }
    }

    /// Whether no counter is above its kind's limit, which a damaged file could claim.
    pub(crate) fn is_sound(&self) -> bool {
        PinKind::ALL.into_iter().all(|kind| {
            let pin = self.of(kind);
            pin.tries_left <= kind.tries() && (pin.reference.is_some() || pin.tries_left == 0)
        })
    }
}

/// One PIN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PinState {
    tries_left: u8,
    /// `None` on a PIN that was issued blocked.
    reference: Option<Reference>,
}

/// What a presented PIN is compared with.
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
    pub(crate) fn new(pin: &[u8], salt: [u8; 16]) -> Self {
        let mut hash = [0; 32];
        pbkdf2::derive(PBKDF2_HMAC_SHA256, ROUNDS, &salt, pin, &mut hash);
        Self { salt, hash }
    }

    fn matches(&self, presented: &[u8]) -> bool {
        pbkdf2::verify(PBKDF2_HMAC_SHA256, ROUNDS, &self.salt, presented, &self.hash).is_ok()
    }
}

/// What presenting a PIN came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presented {
    Right,
    Wrong,
    /// No try was left before this one.
    WasBlocked,
}

impl PinState {
    /// A PIN with all its tries.
    pub(crate) fn full(kind: PinKind, reference: Reference) -> Self {
        Self { tries_left: kind.tries(), reference: Some(reference) }
    }

    /// A PIN without a value, which no VERIFY can match.
    pub(crate) fn issued_blocked() -> Self {
        Self { tries_left: 0, reference: None }
    }

    pub(crate) fn tries_left(&self) -> u8 {
        self.tries_left
    }

    /// The PIN after `presented` was compared with it: all tries again, or one fewer.
    pub(crate) fn present(&self, kind: PinKind, presented: &[u8]) -> (Self, Presented) {
        let Some(reference) = self.reference.as_ref().filter(|_| self.tries_left > 0) else {
            return (self.clone(), Presented::WasBlocked);
        };
        if reference.matches(presented) {
            (Self { tries_left: kind.tries(), ..self.clone() }, Presented::Right)
        } else {
            (Self { tries_left: self.tries_left - 1, ..self.clone() }, Presented::Wrong)
        }
    }

    /// The same counter with another value.
    pub(crate) fn with_reference(&self, reference: Reference) -> Self {
        Self { reference: Some(reference), ..*self }
    }
}
