//! The proof as it stands in the header: a compact JWS whose own header carries its public key.
//!
//! Parsed strictly before any cryptography. jsonwebtoken would take a `jwk` with a private `d`, an HMAC key and an
//! unknown `crit` without a word, so the raw JSON is inspected here (RFC 9449 §4.3, RFC 7515 §4.1.11).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use reservation::InstallationId;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use super::ProofError;

/// A proof is no longer than this; ours have about 700 characters.
pub const PROOF_MAX_BYTES: usize = 4096;
const COORDINATE_BYTES: usize = 32;

/// Whether a member stands in the JSON at all, be it `null`.
#[derive(Default)]
struct Present(bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer)?;
        Ok(Self(true))
    }
}

#[derive(Deserialize)]
struct Header {
    typ: String,
    alg: String,
    jwk: Jwk,
    #[serde(default)]
    crit: Present,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    /// The private scalar of an EC key, the private exponent of an RSA key.
    #[serde(default)]
    d: Present,
    /// A symmetric key.
    #[serde(default)]
    k: Present,
}

/// What a proof claims. Members we do not know are ignored, as JWTs ask; doubled ones are refused.
#[derive(Debug, Deserialize)]
pub struct Claims {
    pub(super) jti: String,
    pub(super) htm: String,
    pub(super) htu: String,
    pub(super) iat: i64,
    pub(super) nonce: Option<String>,
    pub(super) ath: Option<String>,
    pub(super) body_sha256: Option<String>,
}

/// A proof whose signature holds under the key it carries.
#[derive(Debug)]
pub struct Signed {
    /// RFC 7638 thumbprint of the key.
    pub thumbprint: InstallationId,
    /// What it claims; nothing of it is judged yet.
    pub claims: Claims,
}

/// Parses a proof and verifies its signature.
///
/// # Errors
/// [`ProofError`] for its form, its key or its signature.
pub fn verify(proof: &str) -> Result<Signed, ProofError> {
    if proof.len() > PROOF_MAX_BYTES {
        return Err(ProofError::Form);
    }
    let (header, _) = proof.split_once('.').ok_or(ProofError::Form)?;
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| ProofError::Form)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| ProofError::Form)?;
    if header.typ != "dpop+jwt" {
        return Err(ProofError::Type);
    }
    if header.alg != "ES256" {
        return Err(ProofError::Algorithm);
    }
    if header.crit.0 {
        return Err(ProofError::Critical);
    }
    let key = PublicKey::from_jwk(&header.jwk)?;
    let claims = jsonwebtoken::decode::<Claims>(proof, &key.decoding_key()?, &validation())
        .map_err(|_| ProofError::Signature)?
        .claims;
    Ok(Signed { thumbprint: key.thumbprint(), claims })
}

/// Only the signature: a proof has no `exp`, `iss` or `aud`, and [`super::proof`] judges what it has.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.leeway = 0;
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

/// A P-256 public key with canonical coordinates.
struct PublicKey {
    x: String,
    y: String,
}

impl PublicKey {
    fn from_jwk(jwk: &Jwk) -> Result<Self, ProofError> {
        if jwk.d.0 || jwk.k.0 {
            return Err(ProofError::SecretKey);
        }
        if jwk.kty != "EC" || jwk.crv != "P-256" {
            return Err(ProofError::Key);
        }
        Ok(Self { x: coordinate(&jwk.x)?, y: coordinate(&jwk.y)? })
    }

    fn decoding_key(&self) -> Result<DecodingKey, ProofError> {
        DecodingKey::from_ec_components(&self.x, &self.y).map_err(|_| ProofError::Key)
    }

    /// RFC 7638 §3: the required members in the order of their names, without spaces.
    fn thumbprint(&self) -> InstallationId {
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, self.x, self.y);
        let mut id = [0; 32];
        id.copy_from_slice(digest(&SHA256, canonical.as_bytes()).as_ref());
        InstallationId::from_bytes(id)
    }
}

fn coordinate(text: &str) -> Result<String, ProofError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ProofError::Key)?;
    if bytes.len() != COORDINATE_BYTES {
        return Err(ProofError::Key);
    }
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638() {
        // RFC 9449 §6.1 shows this key and its thumbprint.
        let key = PublicKey {
            x: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs".into(),
            y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA".into(),
        };
        let expected = URL_SAFE_NO_PAD.decode("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I").unwrap();
        assert_eq!(key.thumbprint().as_bytes().as_slice(), expected);
    }

    #[test]
    fn the_example_of_the_rfc_verifies() {
        // RFC 9449 §4.1, the proof for POST https://server.example.com/token.
        let proof = concat!(
            "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUk",
            "lDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUw",
            "Q2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6I",
            "mh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A",
            "0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg",
        );
        let signed = verify(proof).unwrap();
        assert_eq!(signed.claims.htu, "https://server.example.com/token");
    }
}
