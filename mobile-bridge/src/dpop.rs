//! DPoP proofs (RFC 9449): each request carries a fresh signature by the device key over its method, address,
//! time, the server's nonce, the token it uses, and, as our own claim, the SHA-256 of its body.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::device_key::{DeviceKey, KeyUnavailable};

/// What one proof vouches for.
pub struct Proof<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The request's address without query and fragment.
    pub address: &'a str,
    /// When the proof is made.
    pub issued_at: OffsetDateTime,
    /// Never used before.
    pub id: Uuid,
    /// The server's latest nonce, once it gave one.
    pub nonce: Option<&'a str>,
    /// The token that goes with the request.
    pub token: Option<&'a str>,
    /// The request's body, where it has one.
    pub body: Option<&'a [u8]>,
}

/// RFC 9449 §4.2; `body_sha256` is ours.
#[derive(Serialize)]
struct Claims<'a> {
    jti: String,
    htm: &'a str,
    htu: &'a str,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_sha256: Option<String>,
}

fn hash(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, bytes))
}

impl Proof<'_> {
    /// The compact signed form for the `DPoP` header.
    ///
    /// # Errors
    /// [`KeyUnavailable`].
    pub fn sign(&self, key: &dyn DeviceKey) -> Result<String, KeyUnavailable> {
        let header = format!(r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{}}}"#, key.public_key().to_jwk());
        let claims = Claims {
            jti: self.id.to_string(),
            htm: self.method,
            htu: self.address,
            iat: self.issued_at.unix_timestamp(),
            nonce: self.nonce,
            ath: self.token.map(|token| hash(token.as_bytes())),
            body_sha256: self.body.map(hash),
        };
        let claims = serde_json::to_vec(&claims).expect("strings and numbers are always JSON");
        let mut proof = URL_SAFE_NO_PAD.encode(header);
        proof.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut proof);
        let signature = key.sign(proof.as_bytes())?;
        proof.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut proof);
        Ok(proof)
    }
}
