//! What the server sends, parsed before anything is signed or sent on with it.

use client::Failure;
use reservation::statement::{CardChallenge, ClaimStatement, CompletionStatement};
use reservation::{ClaimId, KioskId, Nonce, PinKind, SessionId};
use uuid::Uuid;
use wire::kiosk::{Granted, Session};

/// Longest authorisation that is handed to a driver; ours has 64 bytes.
const AUTHORISATION_MAX_BYTES: usize = 512;

/// A session whose parts have their form.
#[derive(Clone, Debug)]
pub(crate) struct OpenSession {
    /// Sent back with the claim.
    pub(crate) token: String,
    id: SessionId,
    nonce: Nonce,
    kiosk: KioskId,
}

fn not_understood() -> Failure {
    Failure::NotUnderstood { status: 200 }
}

impl OpenSession {
    pub(crate) fn parse(session: Session) -> Result<Self, Failure> {
        Ok(Self {
            id: SessionId::from_u128(session.id.as_u128()),
            nonce: Nonce::from_bytes(session.nonce.to_array().ok_or_else(not_understood)?),
            kiosk: KioskId::parse(&session.kiosk).map_err(|_| not_understood())?,
            token: session.session,
        })
    }

    /// What the card's known-PIN key signs.
    pub(crate) fn statement(&self, target: PinKind, card_challenge: CardChallenge) -> ClaimStatement {
        ClaimStatement {
            session: self.id,
            nonce: self.nonce,
            kiosk: self.kiosk.clone(),
            target,
            card_challenge,
        }
    }
}

/// What a grant lets the kiosk do.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// The claim.
    pub(crate) claim: Uuid,
    /// For the card.
    pub(crate) authorisation: Vec<u8>,
    /// What the target key signs.
    pub(crate) statement: CompletionStatement,
}

impl Grant {
    /// The grant, if it is for this target and its parts have their form.
    pub(crate) fn parse(granted: Granted, target: PinKind) -> Option<Self> {
        let fits =
            granted.target == target.into() && granted.authorisation.0.len() <= AUTHORISATION_MAX_BYTES;
        fits.then_some(())?;
        Some(Self {
            claim: granted.claim,
            statement: CompletionStatement {
                claim: ClaimId::from_u128(granted.claim.as_u128()),
                nonce: Nonce::from_bytes(granted.completion_nonce.to_array()?),
                target,
            },
            authorisation: granted.authorisation.0,
        })
    }
}
