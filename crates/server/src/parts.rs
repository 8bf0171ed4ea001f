//! What a running server is made of: handed in, so that a test can replace any of it.

use std::sync::Arc;

use authority::AuthorisesResets;
use authority::Tokens;
use face::FaceEngine;
use ledger::Store;
use reservation::Policy;
use trust::{Anchors, CardIdKey, CardRegistry, CrlFiles, Revocation, SurfaceAnchors};
use wire::problem::ProblemType;

use crate::attempt::in_flight::InFlight;
use crate::clock::Clock;
use crate::dpop::Nonces;
use crate::observe::{Metrics, Readiness};
use crate::problem::Refusal;
use crate::service::ServiceData;

/// Everything the handlers work with.
pub struct Parts {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where records are kept, sealed.
    pub store: Store,
    /// The authorities that certificates are checked against.
    pub anchors: Arc<Anchors>,
    /// Whether a certificate is revoked.
    pub revocation: Arc<dyn Revocation>,
    /// The lists behind it, if it is lists: their age is shown to the operator.
    pub lists: Option<Arc<CrlFiles>>,
    /// Which certificates are on one card.
    pub registry: Arc<dyn CardRegistry>,
    /// The key of the card ids.
    pub card_ids: CardIdKey,
    /// What a booking of the signature PIN needs; where there is nothing, it cannot be booked.
    pub face: Option<FaceParts>,
    /// Who makes a card accept a reset.
    pub authority: Arc<dyn AuthorisesResets>,
    /// Sessions, reservation tokens, claim tokens.
    pub tokens: Tokens,
    /// DPoP nonces.
    pub nonces: Nonces,
    /// Operators, hours, terms.
    pub service: ServiceData,
    /// The settings that the rules decide under.
    pub policy: Policy,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Whether requests should be sent here.
    pub readiness: Arc<Readiness>,
}

/// What a booking of the signature PIN needs: whose signatures make a portrait genuine, and who compares faces.
pub struct FaceParts {
    /// The roots under which portraits are signed.
    pub anchors: Arc<SurfaceAnchors>,
    /// The face engine.
    pub engine: Arc<dyn FaceEngine>,
    /// The attempts that are being judged.
    pub in_flight: InFlight,
}

impl FaceParts {
    /// With nothing under way.
    pub fn new(anchors: Arc<SurfaceAnchors>, engine: Arc<dyn FaceEngine>) -> Self {
        Self { anchors, engine, in_flight: InFlight::default() }
    }
}

impl Parts {
    /// What a booking of the signature PIN needs.
    ///
    /// # Errors
    /// `target-not-offered` where it cannot be booked.
    pub fn face(&self) -> Result<&FaceParts, Refusal> {
        let missing = || Refusal::new(ProblemType::TargetNotOffered).because("not booked at this site");
        self.face.as_ref().ok_or_else(missing)
    }
}
