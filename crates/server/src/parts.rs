//! What a running server is made of: handed in, so that a test can replace any of it.

use std::sync::Arc;

use authority::AuthorisesResets;
use authority::Tokens;
use ledger::Store;
use reservation::Policy;
use trust::{Anchors, CardIdKey, CardRegistry, CrlFiles, Revocation};

use crate::clock::Clock;
use crate::dpop::Nonces;
use crate::observe::{Metrics, Readiness};
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
