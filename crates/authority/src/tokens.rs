//! ES256 tokens (RFC 7519): one signing key, several accepted ones while keys rotate, one strict validation.
//!
//! Time is handed in. jsonwebtoken compares `exp` and `nbf` with the wall clock, so it is told not to, and the same
//! comparison is made here with the caller's `now`; that both claims are there and are numbers it still checks.

use core::time::Duration;
use std::collections::HashMap;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use reservation::Timestamp;
use serde::Deserialize;

use crate::claims::{Envelope, Kind, Parts};
use crate::crypto::{CryptoSelfTest, install_crypto};
use crate::key_file::{KeyFileError, P256Key};
use crate::public_key::{BadPublicKey, point_from_pem};

/// How far the clocks of our own servers may differ: added to both ends of a token's time.
pub const LEEWAY: Duration = Duration::from_secs(5);

/// How long a claim token is accepted: a kiosk that was cut off for weeks still reports what happened.
pub const CLAIM_TOKEN_LIFE: Duration = Duration::from_secs(90 * 24 * 3600);

/// Ours have less than 700 bytes.
const TOKEN_MAX_BYTES: usize = 2048;

/// Why a token was not accepted, split by what its holder can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// We never made it, or not for this use. Told to nobody in detail.
    #[error("the token is not genuine: {0}")]
    NotGenuine(#[from] NotGenuine),
    /// We made it, and it is over.
    #[error("the token has expired")]
    Expired {
        /// When it ended.
        at: Timestamp,
    },
    /// We made it, and its time has not come: a clock of ours is wrong.
    #[error("the token is not valid yet")]
    NotYetValid {
        /// When it begins.
        from: Timestamp,
    },
}

/// Why a token is not genuine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// Too long, or not three parts.
    #[error("it is no compact JWS")]
    Malformed,
    /// Its header is not exactly `alg` ES256, the `typ` of this use and a `kid`: no `crit`, no key of its own.
    #[error("its header is not ours")]
    Header,
    /// Its `kid` names no key that we accept.
    #[error("its key is unknown")]
    UnknownKey,
    /// The key it names has not signed it.
    #[error("its signature does not fit")]
    Signature,
    /// Its `iss` is another's.
    #[error("another made it")]
    Issuer,
    /// Its `aud` is another's.
    #[error("it is for another use")]
    Audience,
    /// A claim is missing, unknown, twice there, of the wrong type or impossible.
    #[error("its claims are not ours")]
    Claims,
}

/// The keys of the tokens cannot be used: for the operator.
#[derive(Debug, thiserror::Error)]
pub enum TokenKeyError {
    /// A file.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// A public key that should still be accepted.
    #[error(transparent)]
    PublicKey(#[from] BadPublicKey),
    /// The crypto library.
    #[error(transparent)]
    Crypto(#[from] CryptoSelfTest),
}

/// A key that signs tokens.
pub struct TokenKey {
    id: String,
    public_pem: String,
    signing: EncodingKey,
    point: Vec<u8>,
}

impl TokenKey {
    /// Makes a key, writes it to a new file of mode 0600, and opens it.
    ///
    /// # Errors
    /// [`KeyFileError`]; an existing file is left as it is.
    pub fn create(path: &Path) -> Result<Self, KeyFileError> {
        P256Key::create(path).map(|key| Self::from(&key))
    }

    /// Opens a key file.
    ///
    /// # Errors
    /// [`KeyFileError`] with the line to run if others may read it.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        P256Key::load(path).map(|key| Self::from(&key))
    }

    /// Its `kid`: the RFC 7638 thumbprint of its public half.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its public half, to be accepted by servers that sign with another one.
    pub fn public_pem(&self) -> &str {
        &self.public_pem
    }
}

impl From<&P256Key> for TokenKey {
    fn from(key: &P256Key) -> Self {
        let point = key.pair.public_key().as_ref().to_vec();
        Self {
            id: thumbprint(&point),
            public_pem: key.public_pem(),
            signing: EncodingKey::from_ec_der(&key.pkcs8),
            point,
        }
    }
}

impl core::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "TokenKey({})", self.id)
    }
}

/// RFC 7638 §3.1: SHA-256 over the members crv, kty, x, y in this order, without spaces.
fn thumbprint(point: &[u8]) -> String {
    let (x, y) = point[1..].split_at(32);
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()))
}

/// Makes and verifies tokens.
pub struct Tokens {
    issuer: String,
    key_id: String,
    signing: EncodingKey,
    accepted: HashMap<String, DecodingKey>,
}

impl Tokens {
    /// Tokens of `issuer`, signed with `key` and accepted from it and from the holders of the `others`: public keys
    /// in PEM that signed before, or will sign soon. To rotate: accept the new key everywhere, then sign with it,
    /// and drop the old one after [`CLAIM_TOKEN_LIFE`].
    ///
    /// # Errors
    /// [`TokenKeyError`].
    pub fn new(issuer: &str, key: TokenKey, others: &[String]) -> Result<Self, TokenKeyError> {
        install_crypto()?;
        let mut accepted = HashMap::from([(key.id.clone(), DecodingKey::from_ec_der(&key.point))]);
        for pem in others {
            let point = point_from_pem(pem)?;
            accepted.insert(thumbprint(&point), DecodingKey::from_ec_der(&point));
        }
        let tokens = Self { issuer: issuer.to_owned(), key_id: key.id, signing: key.signing, accepted };
        tokens.self_test()?;
        Ok(tokens)
    }

    /// Signs once and checks it: a key file whose halves do not fit shows at start.
    fn self_test(&self) -> Result<(), CryptoSelfTest> {
        let message = b"jpki-reset self-test";
        let works =
            jsonwebtoken::crypto::sign(message, &self.signing, Algorithm::ES256).and_then(|signature| {
                jsonwebtoken::crypto::verify(
                    &signature,
                    message,
                    &self.accepted[&self.key_id],
                    Algorithm::ES256,
                )
            });
        if works.is_ok_and(|good| good) { Ok(()) } else { Err(CryptoSelfTest) }
    }

    /// Makes a token that is valid from `now`.
    ///
    /// # Errors
    /// [`CryptoSelfTest`] if the library cannot sign; it could when the process started.
    pub fn issue<K: Kind>(&self, token: &K, now: Timestamp) -> Result<String, CryptoSelfTest> {
        let Parts { sub, cnf, about, expires_at } = token.parts();
        let begins = numeric_date(now);
        let envelope = Envelope {
            iss: self.issuer.clone(),
            aud: K::AUDIENCE.to_owned(),
            sub,
            iat: begins,
            nbf: begins,
            exp: numeric_date(expires_at),
            cnf,
            about,
        };
        let header = Header {
            typ: Some(K::TYP.to_owned()),
            kid: Some(self.key_id.clone()),
            ..Header::new(Algorithm::ES256)
        };
        jsonwebtoken::encode(&header, &envelope, &self.signing).map_err(|_| CryptoSelfTest)
    }

    /// Verifies a token of one kind at `now`.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify<K: Kind>(&self, token: &str, now: Timestamp) -> Result<K, TokenError> {
        let key = self.accepted.get(&key_id::<K>(token)?).ok_or(NotGenuine::UnknownKey)?;
        let decoded = jsonwebtoken::decode(token, key, &validation::<K>(&self.issuer));
        let claims: Envelope<K::About> = decoded.map_err(|error| refusal(error.kind()))?.claims;

        let (begins, ends) = (instant(claims.nbf)?, instant(claims.exp)?);
        if now.unix_secs() > ends.after(LEEWAY).unix_secs() {
            return Err(TokenError::Expired { at: ends });
        }
        if begins.unix_secs() > now.after(LEEWAY).unix_secs() {
            return Err(TokenError::NotYetValid { from: begins });
        }
        let parts = Parts { sub: claims.sub, cnf: claims.cnf, about: claims.about, expires_at: ends };
        K::read(parts).map_err(|_| NotGenuine::Claims.into())
    }
}

impl core::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Tokens(of {}, signed by {}, {} accepted)", self.issuer, self.key_id, self.accepted.len())
    }
}

/// The one place that says what jsonwebtoken must insist on; its defaults are lax.
fn validation<K: Kind>(issuer: &str) -> Validation {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[K::AUDIENCE]);
    validation.leeway = 0;
    // Not by the wall clock: `verify` compares both with the caller's `now`.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

/// All that a header of ours has. jsonwebtoken would let `crit`, `jwk` and the like pass.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OurHeader {
    alg: String,
    typ: String,
    kid: String,
}

fn key_id<K: Kind>(token: &str) -> Result<String, NotGenuine> {
    if token.len() > TOKEN_MAX_BYTES || token.split('.').count() != 3 {
        return Err(NotGenuine::Malformed);
    }
    let header = token.split('.').next().ok_or(NotGenuine::Malformed)?;
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| NotGenuine::Malformed)?;
    let header: OurHeader = serde_json::from_slice(&header).map_err(|_| NotGenuine::Header)?;
    if header.alg == "ES256" && header.typ == K::TYP { Ok(header.kid) } else { Err(NotGenuine::Header) }
}

fn refusal(kind: &ErrorKind) -> NotGenuine {
    match kind {
        ErrorKind::InvalidSignature => NotGenuine::Signature,
        ErrorKind::InvalidIssuer => NotGenuine::Issuer,
        ErrorKind::InvalidAudience => NotGenuine::Audience,
        ErrorKind::Json(_) | ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => {
            NotGenuine::Claims
        }
        _ => NotGenuine::Malformed,
    }
}

/// RFC 7519 §2: whole seconds since 1970.
fn numeric_date(instant: Timestamp) -> u64 {
    u64::try_from(instant.unix_secs()).unwrap_or(0)
}

fn instant(numeric_date: u64) -> Result<Timestamp, NotGenuine> {
    i64::try_from(numeric_date)
        .ok()
        .filter(|secs| *secs < i64::MAX / 1000)
        .map(Timestamp::from_unix_secs)
        .ok_or(NotGenuine::Claims)
}
