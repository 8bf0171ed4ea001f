//! Which certificates and keys are on one card: the port to the issuer's card register.

use async_trait::async_trait;
use reservation::{KeyHash, PinKind, Timestamp};

use crate::certificate_ref::{CertificateRef, IssuerKeyId, SerialNumber};
use crate::key;

/// What the register knows of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredCertificate {
    /// The key that issued it.
    pub issuer_key_id: IssuerKeyId,
    /// Its serial number there.
    pub serial: SerialNumber,
    /// Its public key: SubjectPublicKeyInfo in DER.
    pub spki: Vec<u8>,
    /// The first second in which it is valid.
    pub not_before: Timestamp,
    /// The last second in which it is valid.
    pub not_after: Timestamp,
}

impl RegisteredCertificate {
    /// How it is named to the revocation lists.
    pub fn reference(&self, kind: PinKind) -> CertificateRef {
        CertificateRef { kind, issuer_key_id: self.issuer_key_id.clone(), serial: self.serial.clone() }
    }

    /// SHA-256 of its public key.
    pub fn key_hash(&self) -> KeyHash {
        key::key_hash(&self.spki)
    }

    /// Whether it is valid at `now`; both ends belong to it, to the whole second.
    pub fn in_force(&self, now: Timestamp) -> bool {
        key::in_force(self.not_before, self.not_after, now)
    }
}

/// One card in the register.
#[derive(Clone, PartialEq, Eq)]
pub struct CardEntry {
    /// The card's stable identity: survives resets and renewals. Only [`CardIdKey`](crate::CardIdKey) looks at it.
    pub identity: Vec<u8>,
    /// The user certificate now on the card.
    pub user: Option<RegisteredCertificate>,
    /// The signature certificate now on the card.
    pub signature: Option<RegisteredCertificate>,
    /// The surface application's public key: SubjectPublicKeyInfo in DER.
    pub surface_key: Option<Vec<u8>>,
}

impl CardEntry {
    /// The certificate of one PIN kind, if the card has it.
    pub fn certificate(&self, kind: PinKind) -> Option<&RegisteredCertificate> {
        match kind {
            PinKind::Signature => self.signature.as_ref(),
            PinKind::User => self.user.as_ref(),
        }
    }
}

impl core::fmt::Debug for CardEntry {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CardEntry")
            .field("user", &self.user.is_some())
            .field("signature", &self.signature.is_some())
            .field("surface_key", &self.surface_key.is_some())
            .finish_non_exhaustive()
    }
}

/// Why the register named no card. Both refuse; only the second is worth a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// The register is in order and has no such certificate.
    #[error("the card register does not know this certificate")]
    Unknown,
    /// The register could not be read or asked.
    #[error("the card register could not be asked")]
    Unavailable,
}

/// The issuer's card register.
#[async_trait]
pub trait CardRegistry: Send + Sync {
    /// The card that carries this certificate now.
    ///
    /// # Errors
    /// [`RegistryError`]; never an entry that lacks the certificate asked for.
    async fn find(&self, certificate: &CertificateRef) -> Result<CardEntry, RegistryError>;
}
