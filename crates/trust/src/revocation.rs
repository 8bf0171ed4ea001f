//! Whether a certificate has been revoked: the port that files answer now, and an online responder may later.

use async_trait::async_trait;
use reservation::Timestamp;

use crate::certificate_ref::CertificateRef;

/// What an authority says about one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A source in force does not list it.
    Good,
    /// It is listed.
    Revoked {
        /// When the authority revoked it.
        at: Timestamp,
        /// Why, as far as the authority says.
        reason: RevocationReason,
    },
}

/// Why a certificate was revoked (RFC 5280 §5.3.1). All of them refuse; the person is told where to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationReason {
    /// The authority does not say.
    Unspecified,
    /// The key got out.
    KeyCompromise,
    /// The authority's key got out.
    AuthorityCompromise,
    /// Name, address, birth date or sex changed.
    AffiliationChanged,
    /// A newer certificate took its place.
    Superseded,
    /// The holder gave it back or died.
    CessationOfOperation,
    /// Held for now, say after a call to the loss line.
    Hold,
    /// The right to it was withdrawn.
    PrivilegeWithdrawn,
    /// The attribute authority's key got out.
    AttributeAuthorityCompromise,
}

/// Nobody can say. It never means *good*: the caller refuses, and may ask again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// No usable list covers this issuer.
    #[error("no usable revocation list covers this issuer")]
    NotCovered,
    /// The list that covers it is over.
    #[error("the revocation list for this issuer is out of date")]
    Stale {
        /// When the list should have been followed by the next one.
        since: Timestamp,
    },
    /// The list that covers it begins in the future: a clock is wrong, here or there.
    #[error("the revocation list for this issuer is not in force yet")]
    NotYetInForce {
        /// When it begins.
        from: Timestamp,
    },
    /// The source could not be asked.
    #[error("the source of revocations could not be asked")]
    Unavailable,
}

/// A source of revocations.
#[async_trait]
pub trait Revocation: Send + Sync {
    /// The status of one certificate at `now`.
    ///
    /// # Errors
    /// [`Unknown`] whenever there is no answer that is authentic and in force.
    async fn status(&self, certificate: &CertificateRef, now: Timestamp) -> Result<Status, Unknown>;
}
