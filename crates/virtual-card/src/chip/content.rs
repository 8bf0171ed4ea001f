//! What was put on the card at issue.

use aws_lc_rs::digest::{Digest, SHA256, digest};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaEncoding};
use reservation::id::KeyHash;
use reservation::pin::PinKind;
use rsa::Pkcs1v15Sign;
use rsa::pkcs8::DecodePrivateKey as _;
use serde::{Deserialize, Serialize};

use super::authority::AuthorityKey;

/// What the token information says the card is (card facts §6). All behave alike here; a terminal has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    /// A My Number Card.
    #[default]
    MyNumberCard,
    /// An old 住基カード.
    ResidentRegisterCard,
    /// The certificates in an Android phone.
    AndroidPhone,
    /// The certificates in an iPhone.
    IPhone,
}

impl TokenKind {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::MyNumberCard => b"JPKIAPICCTOKEN2",
            Self::ResidentRegisterCard => b"JPKIAPICCTOKEN",
            Self::AndroidPhone => b"JPKIAPGPSETOKEN",
            Self::IPhone => b"JPKIAPIOSTOKEN",
        }
    }
}

/// EF 0006 is a PKCS #11 `CK_TOKEN_INFO` with 32-bit integers.
const TOKEN_INFO_BYTES: usize = 160;
const CERTIFICATE_PRESENT: u8 = 0x8F;

/// Keys, certificates, the surface application and the authority's key.
pub(crate) struct Content {
    pub(crate) token: TokenKind,
    pub(crate) user: KeyObject,
    pub(crate) signature: Option<KeyObject>,
    pub(crate) authority: Option<AuthorityKey>,
    pub(crate) surface: Surface,
}

/// The surface application: its files, ready to be read, and its key.
pub(crate) struct Surface {
    pub(crate) key: SigningKey,
    /// EF 0001.
    pub(crate) age: Vec<u8>,
    /// EF 0002.
    pub(crate) face: Vec<u8>,
    /// EF 0003.
    pub(crate) basic: Vec<u8>,
    /// EF 0004.
    pub(crate) certificate: Vec<u8>,
}

impl Content {
    /// Key and certificate of that kind, if the card has them.
    pub(crate) fn key(&self, kind: PinKind) -> Option<&KeyObject> {
        match kind {
            PinKind::User => Some(&self.user),
            PinKind::Signature => self.signature.as_ref(),
        }
    }

    /// EF 0006: the label, padded with spaces, and fields that no reader is known to use.
    pub(crate) fn token_info(&self) -> Vec<u8> {
        let mut info = self.token.label().to_vec();
        info.resize(96, b' ');
        info.resize(TOKEN_INFO_BYTES, 0);
        info
    }

    /// EF 0008: which certificates are there.
    pub(crate) fn availability(&self) -> Vec<u8> {
        let signature = if self.signature.is_some() { CERTIFICATE_PRESENT } else { 0 };
        vec![signature, CERTIFICATE_PRESENT, 0]
    }
}

/// DER of a DigestInfo for SHA-256, up to the hash.
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// An RSA-2048 key that signs.
pub(crate) struct SigningKey {
    pub(crate) private: KeyPair,
    /// PKCS #8 of the same key, for the schemes that `aws-lc-rs` does not offer.
    pub(crate) pkcs8: zeroize::Zeroizing<Vec<u8>>,
}

impl SigningKey {
    /// `None` if `pkcs8` is no RSA-2048 key.
    pub(crate) fn new(pkcs8: Vec<u8>) -> Option<Self> {
        let pkcs8 = zeroize::Zeroizing::new(pkcs8);
        let private = KeyPair::from_pkcs8(&pkcs8).ok().filter(|key| key.public_modulus_len() == 256)?;
        Some(Self { private, pkcs8 })
    }

    /// DER SubjectPublicKeyInfo.
    pub(crate) fn spki(&self) -> Option<Vec<u8>> {
        Some(self.private.public_key().as_der().ok()?.as_ref().to_vec())
    }

    pub(crate) fn sign_hash(&self, encoding: &'static dyn RsaEncoding, hash: &Digest) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.private.public_modulus_len()];
        self.private.sign_digest(encoding, hash, &mut signature).ok()?;
        Some(signature)
    }

    /// PKCS #1 v1.5 over a block of at most 245 bytes, as it is.
    pub(crate) fn sign_block(&self, block: &[u8]) -> Option<Vec<u8>> {
        // The usual block is a DigestInfo for SHA-256, which the faster library can sign too.
        let hash = block.strip_prefix(&SHA256_DIGEST_INFO).filter(|hash| hash.len() == SHA256.output_len());
        if let Some(hash) = hash {
            return self.sign_hash(&RSA_PKCS1_SHA256, &Digest::import_less_safe(hash, &SHA256).ok()?);
        }
        let private = rsa::RsaPrivateKey::from_pkcs8_der(&self.pkcs8).ok()?;
        private.sign(Pkcs1v15Sign::new_unprefixed(), block).ok()
    }
}

/// A key pair with its certificates.
pub(crate) struct KeyObject {
    pub(crate) key: SigningKey,
    pub(crate) certificate: Vec<u8>,
    pub(crate) ca_certificate: Vec<u8>,
    /// SHA-256 of the SubjectPublicKeyInfo, which a reset statement names.
    pub(crate) hash: KeyHash,
}

impl KeyObject {
    /// `None` if `pkcs8` is no RSA-2048 key.
    pub(crate) fn new(pkcs8: Vec<u8>, certificate: Vec<u8>, ca_certificate: Vec<u8>) -> Option<Self> {
        let key = SigningKey::new(pkcs8)?;
        let hash: [u8; 32] = digest(&SHA256, &key.spki()?).as_ref().try_into().ok()?;
        Some(Self { key, certificate, ca_certificate, hash: KeyHash::from_bytes(hash) })
    }
}
