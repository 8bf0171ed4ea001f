//! A holder's certificate: parsed, chained to a pinned anchor, of the right profile, valid now.

use core::fmt;

use der::oid::AssociatedOid;
use der::{Decode, Encode};
use reservation::limits::CERTIFICATE_MAX_BYTES;
use reservation::pin::BirthDate;
use reservation::{CertificateHash, KeyHash, PinKind, Timestamp};
use x509_cert::ext::pkix::AuthorityKeyIdentifier;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::{TbsCertificate, Version};

use crate::anchors::{Anchor, Anchors};
use crate::certificate_ref::{CertificateRef, IssuerKeyId, SerialNumber};
use crate::key::{self, PublicKey, SignatureError};
use crate::profile;
use crate::x509::{self, Signed};

/// Why a certificate was not accepted, split by what the holder can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// It proves nothing: no pinned authority issued it for this purpose. Told to nobody in detail.
    #[error("the certificate proves nothing: {0}")]
    NotProved(#[from] NotProved),
    /// It is genuine and its time has not come: a clock is wrong, or the card is brand new.
    #[error("the certificate is not valid yet")]
    NotYetValid {
        /// The first second in which it is valid.
        from: Timestamp,
    },
    /// It is genuine and over: the holder renews it at the municipal office.
    #[error("the certificate has expired")]
    Expired {
        /// The last second in which it was valid.
        at: Timestamp,
    },
}

/// Why a certificate proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotProved {
    /// More bytes than any certificate of the profile has.
    #[error("it is too large")]
    TooLarge,
    /// Not one X.509 version 3 certificate in strict DER, or a part of it is none of its type.
    #[error("it is malformed")]
    Malformed,
    /// An extension stands there twice.
    #[error("an extension stands there twice")]
    DuplicateExtension,
    /// A critical extension that we do not understand.
    #[error("a critical extension is unknown")]
    UnknownCriticalExtension,
    /// No pinned anchor has the key that the certificate names as its issuer's.
    #[error("its issuer is unknown")]
    UnknownIssuer,
    /// The anchor with that key has another name or serial number than the certificate says.
    #[error("its issuer's name does not fit its issuer's key")]
    IssuerMismatch,
    /// Not signed with SHA-256 and RSA PKCS#1 v1.5.
    #[error("it is signed with an algorithm we do not accept")]
    SignatureAlgorithm,
    /// The issuer it names has not signed it.
    #[error("its issuer has not signed it")]
    BadSignature,
    /// It is genuine, and for the other PIN's key.
    #[error("it is for the other purpose")]
    WrongPurpose,
    /// It is an authority's certificate.
    #[error("it is an authority's, not a holder's")]
    Authority,
    /// Its policy is none we accept.
    #[error("its policy is none we accept")]
    Policy,
    /// Its key usage is not the profile's.
    #[error("its key usage is not the profile's")]
    KeyUsage,
    /// Its extended key usage is not the profile's.
    #[error("its extended key usage is not the profile's")]
    ExtendedKeyUsage,
    /// Its key is not RSA with 2048 bits and exponent 65537.
    #[error("its key is not RSA with 2048 bits and exponent 65537")]
    Key,
    /// The anchor that issued it is itself not valid now.
    #[error("its issuer is not in force")]
    IssuerNotInForce,
}

/// A certificate that a pinned authority issued for one purpose and that was valid when it was verified.
///
/// It keeps no name and no address. Whether it is revoked, and which card it is on, are further questions.
#[derive(Clone)]
pub struct HolderCertificate {
    reference: CertificateRef,
    hash: CertificateHash,
    spki: Vec<u8>,
    key: PublicKey,
    not_before: Timestamp,
    not_after: Timestamp,
    birth_date: Option<BirthDate>,
}

/// Verifies a certificate of either purpose; which one follows from the anchor that signed it.
///
/// # Errors
/// [`CertificateError`].
pub fn verify_certificate(
    certificate: &[u8],
    anchors: &Anchors,
    now: Timestamp,
) -> Result<HolderCertificate, CertificateError> {
    let (holder, anchor) = parse_and_prove(certificate, anchors)?;
    if !key::in_force(anchor.not_before, anchor.not_after, now) {
        return Err(NotProved::IssuerNotInForce.into());
    }
    let secs = now.unix_secs();
    if secs < holder.not_before.unix_secs() {
        return Err(CertificateError::NotYetValid { from: holder.not_before });
    }
    if secs > holder.not_after.unix_secs() {
        return Err(CertificateError::Expired { at: holder.not_after });
    }
    Ok(holder)
}

/// Verifies a certificate that must be of `kind`.
///
/// # Errors
/// [`CertificateError`]; a certificate of the other purpose is [`NotProved::WrongPurpose`], whatever else it is.
pub fn verify_certificate_of(
    kind: PinKind,
    certificate: &[u8],
    anchors: &Anchors,
    now: Timestamp,
) -> Result<HolderCertificate, CertificateError> {
    match verify_certificate(certificate, anchors, now) {
        Ok(holder) if holder.pin_kind() != kind => Err(NotProved::WrongPurpose.into()),
        other => other,
    }
}

fn parse_and_prove<'a>(
    certificate: &[u8],
    anchors: &'a Anchors,
) -> Result<(HolderCertificate, &'a Anchor), NotProved> {
    if certificate.len() > CERTIFICATE_MAX_BYTES {
        return Err(NotProved::TooLarge);
    }
    let signed = Signed::split(certificate).map_err(|_| NotProved::Malformed)?;
    let tbs = TbsCertificate::from_der(signed.tbs).map_err(|_| NotProved::Malformed)?;
    let extensions = v3_extensions(&tbs)?;
    profile::check_extensions(extensions)?;

    let anchor = issuer(&tbs, anchors)?;
    if !signed.is_sha256_with_rsa() || !same_algorithm(&signed, &tbs) {
        return Err(NotProved::SignatureAlgorithm);
    }
    anchor.key.verify(signed.tbs, signed.signature).map_err(|_| NotProved::BadSignature)?;

    profile::check(anchor.kind, extensions, anchors.policies())?;
    let spki = tbs.subject_public_key_info().to_der().map_err(|_| NotProved::Malformed)?;
    let key = PublicKey::from_spki(&spki).filter(PublicKey::is_rsa).ok_or(NotProved::Key)?;
    let serial = x509::serial(tbs.serial_number()).ok_or(NotProved::Malformed)?;
    let holder = HolderCertificate {
        reference: CertificateRef { kind: anchor.kind, issuer_key_id: anchor.key_id.clone(), serial },
        hash: CertificateHash::from_bytes(key::sha256(certificate)),
        key,
        not_before: x509::timestamp(&tbs.validity().not_before),
        not_after: x509::timestamp(&tbs.validity().not_after),
        birth_date: profile::birth_date(extensions),
        spki,
    };
    Ok((holder, anchor))
}

fn v3_extensions(tbs: &TbsCertificate) -> Result<&[x509_cert::ext::Extension], NotProved> {
    let unique_ids = tbs.issuer_unique_id().is_some() || tbs.subject_unique_id().is_some();
    if tbs.version() != Version::V3 || unique_ids {
        return Err(NotProved::Malformed);
    }
    tbs.extensions().map(Vec::as_slice).filter(|list| !list.is_empty()).ok_or(NotProved::Malformed)
}

/// The pinned anchor whose key the certificate names. Names are only compared, never searched by: all generations
/// of an authority share one.
fn issuer<'a>(tbs: &TbsCertificate, anchors: &'a Anchors) -> Result<&'a Anchor, NotProved> {
    let extensions = tbs.extensions().map(Vec::as_slice).unwrap_or_default();
    let identifier: AuthorityKeyIdentifier = x509::extension(extensions, AuthorityKeyIdentifier::OID)
        .map_err(|_| NotProved::Malformed)?
        .ok_or(NotProved::UnknownIssuer)?;
    let key_id = identifier
        .key_identifier
        .as_ref()
        .and_then(|id| IssuerKeyId::from_bytes(id.as_bytes()).ok())
        .ok_or(NotProved::UnknownIssuer)?;
    let anchor = anchors.by_key_id(&key_id).ok_or(NotProved::UnknownIssuer)?;

    // RFC 5280 §4.2.1.1: where the identifier also names the issuer's own certificate, it must be this anchor's.
    let named = identifier.authority_cert_issuer.as_deref().is_none_or(|names| {
        names.iter().any(|name| matches!(name, GeneralName::DirectoryName(name) if *name == anchor.subject))
    });
    let numbered = identifier
        .authority_cert_serial_number
        .as_ref()
        .is_none_or(|serial| x509::serial(serial).as_ref() == Some(&anchor.serial));
    if *tbs.issuer() == anchor.subject && named && numbered {
        Ok(anchor)
    } else {
        Err(NotProved::IssuerMismatch)
    }
}

/// RFC 5280 §4.1.1.2: the algorithm stands inside the signed bytes too, and must be the same.
fn same_algorithm(signed: &Signed<'_>, tbs: &TbsCertificate) -> bool {
    let inner = tbs.signature();
    inner.oid == signed.algorithm.oid
        && inner.parameters.as_ref().map(der::asn1::AnyRef::from) == signed.algorithm.parameters
}

impl HolderCertificate {
    /// Which PIN's key it is for, by the anchor that issued it.
    pub fn pin_kind(&self) -> PinKind {
        self.reference.kind
    }

    /// How it is named to the revocation lists and to the card register.
    pub fn reference(&self) -> &CertificateRef {
        &self.reference
    }

    /// The key that issued it.
    pub fn issuer_key_id(&self) -> &IssuerKeyId {
        &self.reference.issuer_key_id
    }

    /// Its serial number.
    pub fn serial(&self) -> &SerialNumber {
        &self.reference.serial
    }

    /// SHA-256 of the whole certificate.
    pub fn hash(&self) -> CertificateHash {
        self.hash
    }

    /// Its public key: SubjectPublicKeyInfo in DER.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of [`Self::spki`].
    pub fn key_hash(&self) -> KeyHash {
        key::key_hash(&self.spki)
    }

    /// The first second in which it is valid.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last second in which it is valid.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The holder's birth date, where a signature certificate tells a whole one.
    pub fn birth_date(&self) -> Option<BirthDate> {
        self.birth_date
    }

    /// Checks that the certificate's key signed exactly these bytes: RSA PKCS#1 v1.5 with SHA-256.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify(&self, statement: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        self.key.verify(statement, signature)
    }
}

impl fmt::Debug for HolderCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HolderCertificate")
            .field("kind", &self.reference.kind)
            .field("issuer", &self.reference.issuer_key_id)
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}
