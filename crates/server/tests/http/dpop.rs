//! DPoP (RFC 9449): a proof holds for one request, one body, one key, one time, once.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use wire::app::RegisterInstallation;
use wire::problem::ProblemType;

use crate::answer::Answer;
use crate::phone::{Call, Phone};
use crate::proof::{DeviceKey, Draft, hash};
use crate::site::Site;

fn register() -> Call {
    Call::json("/app/v1/installations", &RegisterInstallation { app: "test 1".into() })
}

async fn spoilt(phone: &Phone, spoil: impl FnOnce(&mut Draft)) -> Answer {
    let call = register();
    let mut draft = phone.draft(&call);
    spoil(&mut draft);
    phone.send(&call, &draft.sign()).await
}

#[tokio::test]
async fn a_good_proof_passes_and_passes_once() {
    let site = Site::new();
    let phone = site.phone().await;
    let proof = phone.draft(&register()).sign();
    assert_eq!(phone.send(&register(), &proof).await.status, 200);
    assert_eq!(phone.send(&register(), &proof).await.refused(), ProblemType::DpopInvalid);
    site.advance(Duration::from_secs(200));
    assert_eq!(phone.send(&register(), &proof).await.refused(), ProblemType::DpopInvalid);
}

#[tokio::test]
async fn a_used_proof_is_known_after_a_restart() {
    let site =
        Site::with(|config| config.listen.app.public_origin = "https://localhost:1".parse().unwrap(), |_| {});
    let mut phone = site.phone().await;
    phone.origin = "https://localhost:1".into();
    let proof = phone.draft(&register()).sign();
    phone.origin = format!("https://localhost:{}", site.running().app_addr.port());
    assert_eq!(phone.send(&register(), &proof).await.status, 200);
    let site = site.restarted().await;
    let again = site.phone().await;
    assert_eq!(again.send(&register(), &proof).await.refused(), ProblemType::DpopInvalid);
}

#[tokio::test]
async fn claims_that_do_not_fit_the_request_are_refused() {
    let site = Site::new();
    let phone = site.phone().await;
    let other_address = "https://localhost:1/app/v1/installations";
    let with_query = format!("{}/app/v1/installations?x=1", phone.origin);
    let other_path = format!("{}/app/v1/bookings", phone.origin);
    let cases: Vec<(&str, &str, Value)> = vec![
        ("another method", "htm", "PUT".into()),
        ("the method in lower case", "htm", "post".into()),
        ("another origin", "htu", other_address.into()),
        ("another path", "htu", other_path.into()),
        ("a query", "htu", with_query.into()),
        ("an empty id", "jti", "".into()),
        ("a long id", "jti", "x".repeat(200).into()),
        ("a token's digest without a token", "ath", hash(b"token").into()),
        ("another body", "body_sha256", hash(b"{}").into()),
        ("a body's digest in base64", "body_sha256", "AAAA+/==".into()),
        ("a time that is no number", "iat", "now".into()),
    ];
    for (what, claim, value) in cases {
        let answer = spoilt(&phone, |draft| draft.claims[claim] = value).await;
        assert_eq!(answer.refused(), ProblemType::DpopInvalid, "{what}");
    }
    for claim in ["jti", "htm", "htu", "iat", "body_sha256"] {
        let answer = spoilt(&phone, |draft| {
            draft.claims.as_object_mut().unwrap().remove(claim);
        })
        .await;
        assert_eq!(answer.refused(), ProblemType::DpopInvalid, "without {claim}");
    }
}

#[tokio::test]
async fn a_body_needs_its_digest_and_no_body_needs_none() {
    let site = Site::new();
    let phone = site.registered_phone().await;
    let booking = phone.start().await;
    let bodyless = phone.reserve(booking.booking).await;
    assert_eq!(bodyless.refused(), ProblemType::BookingOutOfOrder, "the proof held");
    let mut call = Call::new(Method::POST, "/app/v1/installations");
    let proof = phone.draft(&call).sign();
    call.body = register().body;
    assert_eq!(phone.send(&call, &proof).await.refused(), ProblemType::DpopInvalid);
}

#[tokio::test]
async fn a_clock_may_be_five_minutes_wrong_and_no_more() {
    let site = Site::new();
    let phone = site.phone().await;
    let iat = phone.draft(&register()).claims["iat"].as_i64().unwrap();
    for (off, good) in
        [(-300, true), (300, true), (-301, false), (301, false), (i64::MIN / 2, false), (i64::MAX / 2, false)]
    {
        let answer = spoilt(&phone, |draft| draft.claims["iat"] = (iat.saturating_add(off)).into()).await;
        assert_eq!(answer.status == 200, good, "{off} s: {answer}");
    }
}

#[tokio::test]
async fn the_server_nonce_is_asked_for_given_and_grows_old() {
    let site = Site::new();
    let phone = site.phone().await;
    let none = spoilt(&phone, |draft| {
        draft.claims.as_object_mut().unwrap().remove("nonce");
    })
    .await;
    assert_eq!(none.refused(), ProblemType::DpopNonceRequired);
    assert!(none.header("www-authenticate").unwrap().contains("use_dpop_nonce"));
    let made_up =
        spoilt(&phone, |draft| draft.claims["nonce"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into()).await;
    assert_eq!(made_up.refused(), ProblemType::DpopNonceRequired);

    let old = phone.draft(&register()).claims["nonce"].clone();
    site.advance(Duration::from_secs(400));
    let stale = spoilt(&phone, |draft| draft.claims["nonce"] = old).await;
    assert_eq!(stale.refused(), ProblemType::DpopNonceRequired);
    assert_eq!(phone.call(register()).await.status, 200, "with the nonce of that answer");
}

#[tokio::test]
async fn keys_that_are_not_public_p256_keys_are_refused() {
    let site = Site::new();
    let phone = site.phone().await;
    let cases: Vec<(&str, Value)> = vec![
        ("a private member", json!({ "d": "AQAB" })),
        ("a private member that is null", json!({ "d": null })),
        ("a symmetric member", json!({ "k": "AQAB" })),
        ("a symmetric key", json!({ "kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U" })),
        ("RSA", json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" })),
        ("another curve", json!({ "crv": "P-384" })),
        ("a short coordinate", json!({ "x": "AQAB" })),
        ("a point that is not on the curve", json!({ "x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })),
    ];
    for (what, members) in cases {
        let answer = spoilt(&phone, |draft| {
            for (name, value) in members.as_object().unwrap() {
                draft.header["jwk"][name] = value.clone();
            }
        })
        .await;
        assert_eq!(answer.refused(), ProblemType::DpopInvalid, "{what}");
    }
    let other = DeviceKey::new();
    let answer = spoilt(&phone, |draft| draft.header["jwk"] = other.jwk()).await;
    assert_eq!(answer.refused(), ProblemType::DpopInvalid, "another key than the one that signed");
}

#[tokio::test]
async fn headers_that_are_not_those_of_a_proof_are_refused() {
    let site = Site::new();
    let phone = site.phone().await;
    let cases: Vec<(&str, &str, Value)> = vec![
        ("no algorithm", "alg", "none".into()),
        ("a symmetric algorithm", "alg", "HS256".into()),
        ("RSA", "alg", "RS256".into()),
        ("an ordinary token", "typ", "JWT".into()),
        ("critical extensions", "crit", json!(["x"])),
        ("critical extensions, null", "crit", Value::Null),
    ];
    for (what, member, value) in cases {
        let answer = spoilt(&phone, |draft| draft.header[member] = value).await;
        assert_eq!(answer.refused(), ProblemType::DpopInvalid, "{what}");
    }
    for member in ["alg", "typ", "jwk"] {
        let answer = spoilt(&phone, |draft| {
            draft.header.as_object_mut().unwrap().remove(member);
        })
        .await;
        assert_eq!(answer.refused(), ProblemType::DpopInvalid, "without {member}");
    }
}

#[tokio::test]
async fn what_is_not_one_compact_jws_is_refused() {
    let site = Site::new();
    let phone = site.phone().await;
    let call = register();
    let good = phone.draft(&call).sign();
    let parts: Vec<&str> = good.split('.').collect();
    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    let mut flipped = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    flipped[10] ^= 1;
    let flipped = format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode(flipped));
    let long = format!("{}{good}", "a".repeat(5000));
    let deep = URL_SAFE_NO_PAD.encode(format!("{}1", "[".repeat(2000)));
    let deep = format!("{deep}.{}.{}", parts[1], parts[2]);
    for bad in ["", "x", "a.b", "a.b.c", "a.b.c.d", &unsigned, &flipped, &long, &deep, &format!("{good}.x")] {
        let answer = phone.send(&call, bad).await;
        assert_eq!(answer.refused(), ProblemType::DpopInvalid, "{}", &bad[..bad.len().min(40)]);
    }
}

#[tokio::test]
async fn no_proof_and_two_proofs_are_refused() {
    let site = Site::new();
    let phone = site.phone().await;
    let call = register();
    let (kind, body) = call.body.clone().unwrap();
    let address = format!("{}{}", phone.origin, call.path);
    let request = || phone.client.post(&address).header("content-type", &kind).body(body.clone());
    let none = Answer::read(request().send().await.unwrap()).await;
    assert_eq!(none.refused(), ProblemType::DpopInvalid);
    let (one, two) = (phone.draft(&call).sign(), phone.draft(&call).sign());
    let both = request().header("DPoP", one).header("DPoP", two);
    assert_eq!(Answer::read(both.send().await.unwrap()).await.refused(), ProblemType::DpopInvalid);
}

#[tokio::test]
async fn the_host_header_is_never_believed() {
    let site = Site::new();
    let phone = site.phone().await;
    let call = register();
    let (kind, body) = call.body.clone().unwrap();
    let mut draft = phone.draft(&call);
    draft.claims["htu"] = "https://evil.example/app/v1/installations".into();
    let request = phone.client.post(format!("{}{}", phone.origin, call.path));
    let request = request.header("host", "evil.example").header("x-forwarded-host", "evil.example");
    let request = request.header("DPoP", draft.sign()).header("content-type", kind).body(body);
    assert_eq!(Answer::read(request.send().await.unwrap()).await.refused(), ProblemType::DpopInvalid);
}

#[tokio::test]
async fn a_token_must_be_covered_by_the_proof() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    let path = format!("/app/v1/reservations/{}", reservation.number);
    let call = Call::new(Method::GET, path).token(reservation.token.as_ref().unwrap());
    let mut without = phone.draft(&call);
    without.claims.as_object_mut().unwrap().remove("ath");
    assert_eq!(phone.send(&call, &without.sign()).await.refused(), ProblemType::DpopInvalid);
    let mut another = phone.draft(&call);
    another.claims["ath"] = hash(b"another token").into();
    assert_eq!(phone.send(&call, &another.sign()).await.refused(), ProblemType::DpopInvalid);
    assert_eq!(phone.send(&call, &phone.draft(&call).sign()).await.status, 200);
}
