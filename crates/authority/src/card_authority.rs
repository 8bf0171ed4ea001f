//! Authorisations for cards: the *simulated* reset's signature (docs/card-reset.md), by a key in a file.

use std::path::Path;

use async_trait::async_trait;
use aws_lc_rs::rand::SystemRandom;
use reservation::pin::PinKind;
use reservation::statement::ResetStatement;
use reservation::{KeyHash, limits};

use crate::key_file::{KeyFileError, P256Key};
use crate::public_key::AuthorityKey;

/// No signature could be made; nothing was authorised. A hardware module may answer again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the authority's key cannot sign now")]
pub struct AuthorityUnavailable;

/// Whoever can make a card accept a reset: a key file, or a hardware module.
///
/// The caller has made the claim durable before it asks, and stores the bytes: another call gives other bytes,
/// since ECDSA draws a nonce.
#[async_trait]
pub trait AuthorisesResets: Send + Sync {
    /// The authority's signature over the statement: r ‖ s, 32 bytes each, big-endian.
    ///
    /// # Errors
    /// [`AuthorityUnavailable`].
    async fn authorise_reset(&self, statement: &ResetStatement) -> Result<[u8; 64], AuthorityUnavailable>;

    /// The public half as cards are given it: SubjectPublicKeyInfo in PEM.
    fn public_pem(&self) -> &str;
}

/// The authority with its key in a file.
pub struct CardAuthority {
    key: P256Key,
    public_pem: String,
}

impl CardAuthority {
    /// Makes a key, writes it to a new file of mode 0600, and opens it.
    ///
    /// # Errors
    /// [`KeyFileError`]; an existing file is left as it is.
    pub fn create(path: &Path) -> Result<Self, KeyFileError> {
        P256Key::create(path).map(Self::from)
    }

    /// Opens a key file.
    ///
    /// # Errors
    /// [`KeyFileError`] with the line to run if others may read it.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        P256Key::load(path).map(Self::from)
    }

    /// The public half as cards are given it: SubjectPublicKeyInfo in PEM.
    pub fn public_pem(&self) -> &str {
        &self.public_pem
    }

    /// Signs at once, on the caller's thread: about 20 microseconds.
    ///
    /// # Errors
    /// [`AuthorityUnavailable`] if the library fails.
    pub fn authorise(&self, statement: &ResetStatement) -> Result<[u8; 64], AuthorityUnavailable> {
        let signature = self
            .key
            .pair
            .sign(&SystemRandom::new(), &statement.to_bytes())
            .map_err(|_| AuthorityUnavailable)?;
        signature.as_ref().try_into().map_err(|_| AuthorityUnavailable)
    }

    /// Signs and checks once, to be called at start: a broken library shows before the first claim.
    ///
    /// # Errors
    /// [`AuthorityUnavailable`].
    pub fn self_test(&self) -> Result<(), AuthorityUnavailable> {
        let statement = ResetStatement {
            target: PinKind::User,
            card_challenge: [0; limits::CARD_CHALLENGE_BYTES],
            known_key: KeyHash::from_bytes([0; 32]),
        };
        let signature = self.authorise(&statement)?;
        let key = AuthorityKey::from_pem(&self.public_pem).map_err(|_| AuthorityUnavailable)?;
        if key.authorises(&statement, &signature) { Ok(()) } else { Err(AuthorityUnavailable) }
    }
}

impl From<P256Key> for CardAuthority {
    fn from(key: P256Key) -> Self {
        Self { public_pem: key.public_pem(), key }
    }
}

impl core::fmt::Debug for CardAuthority {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("CardAuthority(…)")
    }
}

#[async_trait]
impl AuthorisesResets for CardAuthority {
    async fn authorise_reset(&self, statement: &ResetStatement) -> Result<[u8; 64], AuthorityUnavailable> {
        self.authorise(statement)
    }

    fn public_pem(&self) -> &str {
        &self.public_pem
    }
}
