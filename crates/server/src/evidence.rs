//! What the server must believe about a card before it does anything for it (design §4).
//!
//! In order of cost, and so that nobody learns about a card that he has not proved: the certificate's form, chain
//! and time; the signature over bytes that the server builds itself; then the issuer's register; then the
//! revocation of both certificates, where *unknown* never means good; then whether the target's certificate is in
//! force, without which a reset would be useless. What fails before the signature holds looks the same to
//! everyone; after it each reason is told plainly.

use reservation::{CardId, KeyHash, PinKind, Timestamp};
use trust::{
    CardEntry, CertificateError, CertificateRef, HolderCertificate, RegisteredCertificate, RegistryError,
    Status, verify_certificate,
};
use wire::problem::ProblemType;

use crate::parts::Parts;
use crate::problem::Refusal;

/// A certificate that holds and whose key signed our statement. Which card it is on is not known yet.
pub struct ProvedKey {
    certificate: HolderCertificate,
}

/// A card that proved itself: known to the register, both certificates in force and not revoked.
pub struct ProvedCard {
    /// Which card.
    pub card: CardId,
    /// The key of the known PIN.
    pub known_key: KeyHash,
    /// The key of the target PIN as the register names it, SubjectPublicKeyInfo in DER.
    pub target_key: Vec<u8>,
    /// What the register knows of it; never stored.
    pub entry: CardEntry,
}

/// Verifies a certificate, and a signature by its key over the statement that `statement` builds for the PIN to
/// be reset: the other one than the certificate's. With `expected` the certificate must be of that PIN.
///
/// # Errors
/// `card-not-proved` for every reason but the certificate's own time.
pub fn prove_key(
    certificate: &[u8],
    signature: &[u8],
    expected: Option<PinKind>,
    statement: impl FnOnce(PinKind) -> Vec<u8>,
    parts: &Parts,
    now: Timestamp,
) -> Result<ProvedKey, Refusal> {
    let certificate = verify_certificate(certificate, &parts.anchors, now).map_err(not_believed)?;
    let kind = certificate.pin_kind();
    if expected.is_some_and(|expected| expected != kind) {
        return Err(not_proved("the certificate is of the other purpose"));
    }
    certificate
        .verify(&statement(kind.other()), signature)
        .map_err(|_| not_proved("the signature does not hold"))?;
    Ok(ProvedKey { certificate })
}

impl ProvedKey {
    /// The PIN to be reset.
    pub fn target(&self) -> PinKind {
        self.certificate.pin_kind().other()
    }

    /// Asks the register which card this is, and whether both of its certificates are in force.
    ///
    /// # Errors
    /// `card-unknown`, the reason why a certificate is not in force, or `unavailable` where nobody can say.
    pub async fn find_card(&self, parts: &Parts, now: Timestamp) -> Result<ProvedCard, Refusal> {
        let entry = parts.registry.find(self.certificate.reference()).await.map_err(not_found)?;
        self.check_key(&entry)?;
        self.check_revocation(parts, now).await?;
        let target =
            entry.certificate(self.target()).ok_or(Refusal::new(ProblemType::TargetCertificateMissing))?;
        in_force(target, now)?;
        target_not_revoked(&target.reference(self.target()), parts, now).await?;
        Ok(ProvedCard {
            card: parts.card_ids.card_id(&entry.identity),
            known_key: self.certificate.key_hash(),
            target_key: target.spki.clone(),
            entry,
        })
    }

    /// The register names a public key with the certificate; it must be the one that signed.
    fn check_key(&self, entry: &CardEntry) -> Result<(), Refusal> {
        let registered = entry.certificate(self.certificate.pin_kind());
        match registered {
            Some(known) if known.spki == self.certificate.spki() => Ok(()),
            _ => Err(Refusal::new(ProblemType::CardUnknown).because("the register names another key")),
        }
    }

    async fn check_revocation(&self, parts: &Parts, now: Timestamp) -> Result<(), Refusal> {
        match parts.revocation.status(self.certificate.reference(), now).await {
            Ok(Status::Good) => Ok(()),
            Ok(Status::Revoked { .. }) => Err(ProblemType::CertificateRevoked.into()),
            Err(_) => Err(revocation_unknown()),
        }
    }
}

async fn target_not_revoked(
    reference: &CertificateRef,
    parts: &Parts,
    now: Timestamp,
) -> Result<(), Refusal> {
    match parts.revocation.status(reference, now).await {
        Ok(Status::Good) => Ok(()),
        Ok(Status::Revoked { .. }) => Err(ProblemType::TargetCertificateRevoked.into()),
        Err(_) => Err(revocation_unknown()),
    }
}

fn in_force(target: &RegisteredCertificate, now: Timestamp) -> Result<(), Refusal> {
    if target.in_force(now) {
        Ok(())
    } else if now < target.not_before {
        Err(ProblemType::TargetCertificateNotYetValid.into())
    } else {
        Err(ProblemType::TargetCertificateExpired.into())
    }
}

fn not_believed(error: CertificateError) -> Refusal {
    match error {
        CertificateError::NotProved(_) => not_proved("the certificate proves nothing"),
        // A certificate tells its own time to whoever holds it, so these give nothing away.
        CertificateError::NotYetValid { .. } => ProblemType::CertificateNotYetValid.into(),
        CertificateError::Expired { .. } => ProblemType::CertificateExpired.into(),
    }
}

fn not_proved(cause: &'static str) -> Refusal {
    Refusal::new(ProblemType::CardNotProved).because(cause)
}

fn not_found(error: RegistryError) -> Refusal {
    match error {
        RegistryError::Unknown => Refusal::new(ProblemType::CardUnknown).because("not in the register"),
        RegistryError::Unavailable => {
            Refusal::new(ProblemType::Unavailable).because("the card register could not be asked")
        }
    }
}

fn revocation_unknown() -> Refusal {
    Refusal::new(ProblemType::Unavailable).because("nobody can say whether a certificate is revoked")
}
