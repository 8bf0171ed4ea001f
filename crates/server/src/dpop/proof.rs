//! What a proof must say about this request (RFC 9449 §4.3), and our claim about its body.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reservation::{InstallationId, Timestamp};

use super::{Nonces, jws};

/// A `jti` is no longer than this.
const JTI_MAX_BYTES: usize = 128;
/// How much longer a used proof is remembered than it could be accepted: servers' clocks differ a little.
const MEMORY_MARGIN: Duration = Duration::from_secs(60);

/// What a proof is judged against.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The configured origin and the request's path.
    pub url: &'a str,
    /// The access token sent beside the proof.
    pub access_token: Option<&'a str>,
    /// By how much a phone's clock may be wrong.
    pub iat_window: Duration,
    /// Our own clock.
    pub now: Timestamp,
}

/// A proof that holds for this request, except for what its body is and whether it was used before.
#[derive(Debug)]
pub struct Claimed {
    /// The device key's thumbprint.
    pub installation: InstallationId,
    /// The proof's own id.
    pub jti: String,
    /// A used proof must be remembered until here.
    pub remember_until: Timestamp,
    body_sha256: Option<String>,
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// No `DPoP` header, or more than one.
    #[error("not exactly one DPoP header")]
    Missing,
    /// Not a compact JWS with the members that a proof has.
    #[error("not a compact JWS of the right form")]
    Form,
    /// `typ` is not `dpop+jwt`.
    #[error("typ is not dpop+jwt")]
    Type,
    /// `alg` is not ES256.
    #[error("alg is not ES256")]
    Algorithm,
    /// `crit` names extensions, and we know none.
    #[error("crit is present")]
    Critical,
    /// `jwk` carries a private or a symmetric key.
    #[error("jwk carries a secret key")]
    SecretKey,
    /// `jwk` is not a P-256 public key.
    #[error("jwk is not a P-256 public key")]
    Key,
    /// The signature or a claim's form is wrong.
    #[error("signature or claims do not hold")]
    Signature,
    /// `htm` names another method.
    #[error("htm names another method")]
    Method,
    /// `htu` names another address.
    #[error("htu names another address")]
    Address,
    /// `iat` is too far from our clock.
    #[error("iat is too far from the server's clock")]
    Stale,
    /// `jti` is empty or too long.
    #[error("jti is empty or too long")]
    Id,
    /// `ath` is not the access token's digest, or there is no access token.
    #[error("ath does not fit the access token")]
    AccessToken,
    /// `body_sha256` is not the body's digest, or there is no body.
    #[error("body_sha256 does not fit the body")]
    Body,
    /// No nonce of ours, or an old one.
    #[error("no nonce, or an old one")]
    Nonce,
    /// The proof was used before.
    #[error("the proof was used before")]
    Replayed,
}

/// Verifies a proof for a request whose body is still to be read.
///
/// # Errors
/// [`ProofError`] says what does not hold; the nonce is judged last, when everything else does.
pub fn verify(proof: &str, expected: &Expected<'_>, nonces: &Nonces) -> Result<Claimed, ProofError> {
    let jws::Signed { thumbprint, claims } = jws::verify(proof)?;
    if claims.htm != expected.method {
        return Err(ProofError::Method);
    }
    if claims.htu != expected.url {
        return Err(ProofError::Address);
    }
    if claims.jti.is_empty() || claims.jti.len() > JTI_MAX_BYTES {
        return Err(ProofError::Id);
    }
    let digest = expected.access_token.map(|token| sha256_base64url(token.as_bytes()));
    if claims.ath != digest {
        return Err(ProofError::AccessToken);
    }
    let issued = Timestamp::from_unix_secs(claims.iat);
    let last = issued.after(expected.iat_window);
    if expected.now > last || issued > expected.now.after(expected.iat_window) {
        return Err(ProofError::Stale);
    }
    if !claims.nonce.is_some_and(|nonce| nonces.accepts(&nonce, expected.now)) {
        return Err(ProofError::Nonce);
    }
    Ok(Claimed {
        installation: thumbprint,
        jti: claims.jti,
        remember_until: last.after(MEMORY_MARGIN),
        body_sha256: claims.body_sha256,
    })
}

impl Claimed {
    /// Checks the body that came with the proof; an empty body needs no digest.
    ///
    /// # Errors
    /// [`ProofError::Body`] unless the digest is the body's.
    pub fn check_body(&self, body: &[u8]) -> Result<(), ProofError> {
        match &self.body_sha256 {
            None if body.is_empty() => Ok(()),
            Some(claimed) if *claimed == sha256_base64url(body) => Ok(()),
            _ => Err(ProofError::Body),
        }
    }
}

/// Unpadded base64url of SHA-256.
pub fn sha256_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, bytes))
}
