//! RSA-2048 keys of the simulated issuer and its cards.

use std::path::Path;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use x509_cert::der::asn1::BitString;
use x509_cert::der::{Decode as _, pem};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::IssuerError;
use crate::files::{self, FileError};

const PEM_LABEL: &str = "PRIVATE KEY";

/// A private key with e = 65537.
pub(crate) struct RsaKey(KeyPair);

impl RsaKey {
    pub(crate) fn generate() -> Result<Self, IssuerError> {
        Ok(Self(KeyPair::generate(KeySize::Rsa2048).map_err(|_| IssuerError::Crypto)?))
    }

    /// Reads what was written from [`RsaKey::to_pem`].
    pub(crate) fn load(path: &Path) -> Result<Self, FileError> {
        std::str::from_utf8(&files::read(path)?)
            .ok()
            .and_then(Self::from_pem)
            .ok_or_else(|| FileError::damaged(path, "not an RSA key in PEM"))
    }

    fn from_pem(text: &str) -> Option<Self> {
        let (label, pkcs8) = pem::decode_vec(text.as_bytes()).ok()?;
        (label == PEM_LABEL).then_some(())?;
        KeyPair::from_pkcs8(&pkcs8).ok().map(Self)
    }

    pub(crate) fn to_pem(&self) -> Result<String, IssuerError> {
        let pkcs8 = self.to_pkcs8()?;
        Ok(pem::encode_string(PEM_LABEL, pem::LineEnding::LF, &pkcs8).map_err(der::Error::from)?)
    }

    pub(crate) fn to_pkcs8(&self) -> Result<Vec<u8>, IssuerError> {
        let der: Pkcs8V1Der<'_> = self.0.as_der().map_err(|_| IssuerError::Crypto)?;
        Ok(der.as_ref().to_vec())
    }

    /// Exponent and modulus, big-endian without leading zero bytes.
    pub(crate) fn public_numbers(&self) -> (Vec<u8>, Vec<u8>) {
        let public = self.0.public_key();
        (
            public.exponent().big_endian_without_leading_zero().to_vec(),
            public.modulus().big_endian_without_leading_zero().to_vec(),
        )
    }

    pub(crate) fn spki(&self) -> Result<SubjectPublicKeyInfoOwned, IssuerError> {
        let der = self.0.public_key().as_der().map_err(|_| IssuerError::Crypto)?;
        Ok(SubjectPublicKeyInfoOwned::from_der(der.as_ref())?)
    }

    /// SHA-1 of the public key's bits: method 1 of RFC 5280 §4.2.1.2, as in the published roots.
    pub(crate) fn key_id(&self) -> Result<Vec<u8>, IssuerError> {
        let spki = self.spki()?;
        Ok(digest(&SHA1_FOR_LEGACY_USE_ONLY, spki.subject_public_key.raw_bytes()).as_ref().to_vec())
    }

    /// sha256WithRSAEncryption over the DER of `signed`.
    pub(crate) fn sign(&self, signed: &impl x509_cert::der::Encode) -> Result<BitString, IssuerError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &signed.to_der()?, &mut signature)
            .map_err(|_| IssuerError::Crypto)?;
        Ok(BitString::from_bytes(&signature)?)
    }
}
