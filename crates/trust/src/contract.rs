//! What every adapter of [`Revocation`] and of [`CardRegistry`] must do, as functions that an adapter's tests call.
//!
//! They panic where the contract is broken.

use reservation::{PinKind, Timestamp};

use crate::certificate_ref::{CertificateRef, IssuerKeyId};
use crate::registry::{CardEntry, CardRegistry, RegistryError};
use crate::revocation::{Revocation, Status, Unknown};

/// What the tested source of revocations has been told.
pub struct RevocationCase<'a> {
    /// The source.
    pub source: &'a dyn Revocation,
    /// A certificate that is not revoked.
    pub good: CertificateRef,
    /// One that is.
    pub revoked: CertificateRef,
    /// Its status.
    pub revoked_status: Status,
    /// An instant at which the source's knowledge is in force.
    pub now: Timestamp,
    /// An instant at which it is out of date.
    pub too_late: Timestamp,
    /// An instant before it begins.
    pub too_early: Timestamp,
}

/// The contract of a source of revocations.
pub async fn revocation(case: RevocationCase<'_>) {
    let RevocationCase { source, good, revoked, revoked_status, now, too_late, too_early } = case;
    assert_eq!(source.status(&good, now).await, Ok(Status::Good), "a certificate nobody revoked is good");
    assert_eq!(source.status(&revoked, now).await, Ok(revoked_status), "a revoked certificate is revoked");
    assert_eq!(source.status(&good, now).await, Ok(Status::Good), "asking twice changes nothing");

    for reference in [&good, &revoked] {
        let late = source.status(reference, too_late).await;
        assert!(
            matches!(late, Err(Unknown::Stale { .. } | Unknown::Unavailable)),
            "stale is not good: {late:?}"
        );
        let early = source.status(reference, too_early).await;
        assert!(
            matches!(early, Err(Unknown::NotYetInForce { .. } | Unknown::Unavailable)),
            "an answer from the future is not good: {early:?}"
        );
        for foreign in foreign(reference) {
            let answer = source.status(&foreign, now).await;
            assert!(answer.is_err(), "nothing is known of an issuer that is not covered: {answer:?}");
        }
    }
}

/// What the tested register has been told.
pub struct RegistryCase<'a> {
    /// The register.
    pub registry: &'a dyn CardRegistry,
    /// A card with both certificates.
    pub both: CardEntry,
    /// A card with the user certificate only.
    pub user_only: CardEntry,
    /// A certificate of no card.
    pub stranger: CertificateRef,
}

/// The contract of a card register.
pub async fn registry(case: RegistryCase<'_>) {
    let RegistryCase { registry, both, user_only, stranger } = case;
    for kind in PinKind::ALL {
        let reference = reference(&both, kind);
        let found = registry.find(&reference).await;
        assert_eq!(found.as_ref(), Ok(&both), "either certificate leads to the card, whole");
        for foreign in foreign(&reference) {
            assert_eq!(
                registry.find(&foreign).await,
                Err(RegistryError::Unknown),
                "of another issuer or purpose"
            );
        }
    }
    let found = registry.find(&reference(&user_only, PinKind::User)).await;
    assert_eq!(found.as_ref(), Ok(&user_only), "a card without a signature certificate is found");
    assert_eq!(user_only.certificate(PinKind::Signature), None);
    assert_ne!(both.identity, user_only.identity, "two cards have two identities");
    assert_eq!(registry.find(&stranger).await, Err(RegistryError::Unknown), "a stranger is unknown");
}

fn reference(card: &CardEntry, kind: PinKind) -> CertificateRef {
    card.certificate(kind).expect("the case's card has this certificate").reference(kind)
}

/// The same serial number under the other purpose, and under another issuer.
fn foreign(reference: &CertificateRef) -> [CertificateRef; 2] {
    let other_key = IssuerKeyId::from_bytes(&[0x5a; 20]).expect("20 bytes are a key identifier");
    [
        CertificateRef { kind: reference.kind.other(), ..reference.clone() },
        CertificateRef { issuer_key_id: other_key, ..reference.clone() },
    ]
}
