//! DPoP proofs, read by another party's library.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, EllipticCurveKeyType, Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use mobile_bridge::dpop::Proof;
use mobile_bridge::{DeviceKey as _, SoftwareKey};
use serde_json::{Value, json};
use time::macros::datetime;
use uuid::Uuid;

fn key() -> SoftwareKey {
    let dir = tempfile::tempdir().unwrap();
    SoftwareKey::load_or_create(&dir.path().join("key")).unwrap()
}

fn proof() -> Proof<'static> {
    Proof {
        method: "POST",
        address: "https://reset.example/app/v1/bookings",
        issued_at: datetime!(2026-11-21 03:00:01.9 UTC),
        id: Uuid::from_u128(7),
        nonce: None,
        token: None,
        body: None,
    }
}

/// The claims, once the signature holds under the key in the header.
fn verified(proof: &str) -> (Jwk, Value) {
    let header = decode_header(proof).unwrap();
    assert_eq!(header.typ.as_deref(), Some("dpop+jwt"));
    assert_eq!(header.alg, Algorithm::ES256);
    let jwk = header.jwk.unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let claims = decode::<Value>(proof, &DecodingKey::from_jwk(&jwk).unwrap(), &validation).unwrap().claims;
    (jwk, claims)
}

#[test]
fn a_proof_verifies_under_the_public_key_it_carries_and_says_what_rfc_9449_asks() {
    let key = key();
    let (jwk, claims) = verified(&proof().sign(&key).unwrap());
    assert_eq!(
        claims,
        json!({
            "jti": "00000000-0000-0000-0000-000000000007",
            "htm": "POST",
            "htu": "https://reset.example/app/v1/bookings",
            "iat": 1_795_230_001,
        })
    );
    let AlgorithmParameters::EllipticCurve(parameters) = &jwk.algorithm else { panic!("an EC key") };
    assert_eq!(parameters.key_type, EllipticCurveKeyType::EC);
    assert_eq!(parameters.curve, EllipticCurve::P256);
    let thumbprint = jwk.thumbprint(ThumbprintHash::SHA256).unwrap();
    assert_eq!(URL_SAFE_NO_PAD.encode(key.public_key().thumbprint().as_bytes()), thumbprint);
}

#[test]
fn the_header_carries_no_private_part() {
    let proof = proof().sign(&key()).unwrap();
    let header = URL_SAFE_NO_PAD.decode(proof.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    let members: Vec<_> = header["jwk"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["crv", "kty", "x", "y"]);
}

#[test]
fn nonce_token_and_body_are_bound_in() {
    let proof = Proof { nonce: Some("n-1"), token: Some("abc"), body: Some(b"{}"), ..proof() };
    let (_, claims) = verified(&proof.sign(&key()).unwrap());
    assert_eq!(claims["nonce"], "n-1");
    // SHA-256 of "abc" (FIPS 180-2 appendix B.1) and of "{}".
    assert_eq!(claims["ath"], "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    assert_eq!(claims["body_sha256"], "RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o");
}

#[test]
fn a_changed_proof_does_not_verify() {
    let proof = proof().sign(&key()).unwrap();
    let (head, signature) = proof.rsplit_once('.').unwrap();
    let (header, claims) = head.split_once('.').unwrap();
    let other = URL_SAFE_NO_PAD
        .encode(String::from_utf8(URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap().replace("POST", "PUTS"));
    let jwk = decode_header(&proof).unwrap().jwk.unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let forged = format!("{header}.{other}.{signature}");
    assert!(decode::<Value>(&forged, &DecodingKey::from_jwk(&jwk).unwrap(), &validation).is_err());
}
