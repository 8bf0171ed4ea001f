//! Tokens: what is accepted, and one refusal for each way in which a token can be wrong.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::sync::OnceLock;
use std::time::Duration;

use authority::{
    CLAIM_TOKEN_LIFE, ClaimToken, LEEWAY, NotGenuine, ReservationToken, SessionToken, TokenError, TokenKey,
    TokenKeyError, Tokens,
};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use reservation::pin::PinKind;
use reservation::{
    BookingId, CardId, ClaimId, InstallationId, KioskId, Nonce, ReservationNumber, SessionId, Timestamp,
};
use serde_json::{Map, Value, json};

const ISSUER: &str = "https://reset.example";
/// 2026-11-21T00:00:00Z.
const NOW: Timestamp = Timestamp::from_unix_secs(1_795_219_200);

fn key() -> TokenKey {
    TokenKey::create(&tempfile::tempdir().unwrap().path().join("key.pem")).unwrap()
}

fn tokens() -> Tokens {
    Tokens::new(ISSUER, key(), &[]).unwrap()
}

fn session() -> SessionToken {
    SessionToken {
        kiosk: KioskId::parse("kiosk-1").unwrap(),
        session: SessionId::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001),
        nonce: Nonce::from_bytes([0xfe; 32]),
        target: Some(PinKind::User),
        expires_at: NOW.after(Duration::from_secs(180)),
    }
}

fn reservation_token() -> ReservationToken {
    ReservationToken {
        installation: InstallationId::from_bytes([1; 32]),
        booking: BookingId::from_u128(2),
        number: ReservationNumber::from_random(12345),
        expires_at: NOW.after(Duration::from_secs(86_400)),
    }
}

fn claim() -> ClaimToken {
    ClaimToken {
        kiosk: KioskId::parse("kiosk-1").unwrap(),
        card: CardId::from_bytes([3; 32]),
        booking: BookingId::from_u128(4),
        claim: ClaimId::from_u128(5),
        expires_at: NOW.after(CLAIM_TOKEN_LIFE),
    }
}

#[test]
fn every_kind_of_token_comes_back_as_it_was() {
    let tokens = tokens();
    assert_eq!(tokens.verify(&tokens.issue(&session(), NOW).unwrap(), NOW), Ok(session()));
    let open = SessionToken { target: None, ..session() };
    assert_eq!(tokens.verify(&tokens.issue(&open, NOW).unwrap(), NOW), Ok(open));
    let reservation = reservation_token();
    assert_eq!(tokens.verify(&tokens.issue(&reservation, NOW).unwrap(), NOW), Ok(reservation));
    assert_eq!(tokens.verify(&tokens.issue(&claim(), NOW).unwrap(), NOW), Ok(claim()));
}

#[test]
fn no_kind_of_token_stands_for_another() {
    let tokens = tokens();
    let made = [
        tokens.issue(&session(), NOW).unwrap(),
        tokens.issue(&reservation_token(), NOW).unwrap(),
        tokens.issue(&claim(), NOW).unwrap(),
    ];
    for (index, token) in made.iter().enumerate() {
        let said = [
            tokens.verify::<SessionToken>(token, NOW).map(|_| ()),
            tokens.verify::<ReservationToken>(token, NOW).map(|_| ()),
            tokens.verify::<ClaimToken>(token, NOW).map(|_| ()),
        ];
        for (other, said) in said.into_iter().enumerate() {
            let expected = if index == other { Ok(()) } else { Err(NotGenuine::Header.into()) };
            assert_eq!(said, expected, "{index} as {other}");
        }
    }
}

#[test]
fn a_token_is_short_and_its_times_are_whole_seconds() {
    let tokens = tokens();
    let later = Timestamp::from_unix_millis(NOW.unix_millis() + 999);
    let long = ClaimToken { kiosk: KioskId::parse(&"k".repeat(64)).unwrap(), ..claim() };
    let token = tokens.issue(&long, later).unwrap();
    assert!(token.len() < 1024, "{} bytes", token.len());
    let claims = claims_of(&token);
    assert_eq!((&claims["iat"], &claims["nbf"]), (&json!(NOW.unix_secs()), &json!(NOW.unix_secs())));
}

#[test]
fn a_reservation_token_names_no_card_and_carries_the_device_key_as_cnf_jkt() {
    let token = tokens().issue(&reservation_token(), NOW).unwrap();
    let claims = claims_of(&token);
    assert_eq!(claims["cnf"]["jkt"], json!(URL_SAFE_NO_PAD.encode([1; 32])));
    assert_eq!(claims["about"].as_object().unwrap().keys().collect::<Vec<_>>(), ["number"]);
}

fn claims_of(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[test]
fn a_token_holds_until_its_end_and_five_seconds_more() {
    let tokens = tokens();
    let token = tokens.issue(&session(), NOW).unwrap();
    let verify = |now: Timestamp| tokens.verify::<SessionToken>(&token, now).map(|_| ());
    let ends = session().expires_at;
    assert_eq!(verify(ends), Ok(()));
    assert_eq!(verify(ends.after(LEEWAY)), Ok(()));
    let second = Duration::from_secs(1);
    assert_eq!(verify(ends.after(LEEWAY).after(second)), Err(TokenError::Expired { at: ends }));
    assert_eq!(verify(Timestamp::from_unix_millis(i64::MAX)), Err(TokenError::Expired { at: ends }));
}

#[test]
fn a_token_does_not_hold_more_than_five_seconds_before_it_was_made() {
    let tokens = tokens();
    let token = tokens.issue(&session(), NOW).unwrap();
    let verify = |secs: i64| {
        let now = Timestamp::from_unix_secs(NOW.unix_secs() + secs);
        tokens.verify::<SessionToken>(&token, now).map(|_| ())
    };
    assert_eq!(verify(-5), Ok(()));
    assert_eq!(verify(-6), Err(TokenError::NotYetValid { from: NOW }));
    assert_eq!(verify(-2_000_000_000), Err(TokenError::NotYetValid { from: NOW }));
}

#[test]
fn the_wall_clock_of_the_machine_is_no_matter() {
    let tokens = tokens();
    for secs in [1_000_000_000, 2_900_000_000] {
        let now = Timestamp::from_unix_secs(secs);
        let token = SessionToken { expires_at: now.after(Duration::from_secs(180)), ..session() };
        let text = tokens.issue(&token, now).unwrap();
        assert_eq!(tokens.verify(&text, now), Ok(token));
    }
}

/// A signer that makes whatever the test wants, with a key that the tokens accept.
struct Forger {
    tokens: Tokens,
    pair: EcdsaKeyPair,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl Forger {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        let key = TokenKey::create(&path).unwrap();
        let pem = fs::read(&path).unwrap();
        let (_, pkcs8) = der::pem::decode_vec(pem.trim_ascii()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).unwrap();
        let tokens = Tokens::new(ISSUER, key, &[]).unwrap();
        let genuine = tokens.issue(&session(), NOW).unwrap();
        let part = |index: usize| {
            let bytes = URL_SAFE_NO_PAD.decode(genuine.split('.').nth(index).unwrap()).unwrap();
            serde_json::from_slice(&bytes).unwrap()
        };
        Self { header: part(0), claims: part(1), tokens, pair }
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    fn with_header(&self, change: impl FnOnce(&mut Map<String, Value>)) -> String {
        let mut header = self.header.clone();
        change(&mut header);
        self.sign(&Value::Object(header).to_string(), &Value::Object(self.claims.clone()).to_string())
    }

    fn with_claims(&self, change: impl FnOnce(&mut Map<String, Value>)) -> String {
        let mut claims = self.claims.clone();
        change(&mut claims);
        self.sign(&Value::Object(self.header.clone()).to_string(), &Value::Object(claims).to_string())
    }

    fn refused(&self, token: &str) -> Option<TokenError> {
        self.tokens.verify::<SessionToken>(token, NOW).err()
    }
}

fn because(reason: NotGenuine) -> Option<TokenError> {
    Some(TokenError::NotGenuine(reason))
}

#[test]
fn an_unchanged_token_by_the_forger_is_accepted_so_that_each_refusal_is_for_its_change() {
    let forger = Forger::new();
    assert_eq!(forger.refused(&forger.with_header(|_| ())), None);
    assert_eq!(forger.refused(&forger.with_claims(|_| ())), None);
}

#[test]
fn a_header_that_is_not_exactly_ours_is_refused() {
    let forger = Forger::new();
    let set = |name: &str, value: Value| {
        let token = forger.with_header(|header| drop(header.insert(name.to_owned(), value)));
        (format!("{name} set"), token)
    };
    let gone = |name: &str| {
        let token = forger.with_header(|header| drop(header.remove(name)));
        (format!("{name} gone"), token)
    };
    for (name, token) in [
        set("alg", json!("none")),
        set("alg", json!("HS256")),
        set("alg", json!("ES384")),
        set("alg", json!("RS256")),
        set("alg", json!("es256")),
        set("typ", json!("JWT")),
        set("typ", json!("dpop+jwt")),
        set("typ", json!("JPKI-RESET-SESSION+JWT")),
        set("crit", json!(["exp"])),
        set("crit", json!([])),
        set("b64", json!(false)),
        set("jwk", json!({"kty": "oct", "k": "AAAA"})),
        set("jku", json!("https://elsewhere.example/keys")),
        set("x5c", json!([])),
        set("zip", json!("DEF")),
        set("cty", json!("JWT")),
        set("kid", json!(7)),
        gone("alg"),
        gone("typ"),
        gone("kid"),
    ] {
        assert_eq!(forger.refused(&token), because(NotGenuine::Header), "{name}");
    }
    let twice = forger.sign(
        &format!(
            r#"{{"alg":"ES256","alg":"ES256","typ":"jpki-reset-session+jwt","kid":{}}}"#,
            forger.header["kid"]
        ),
        "{}",
    );
    assert_eq!(forger.refused(&twice), because(NotGenuine::Header), "a member twice");
    let (_, token) = set("kid", json!("another"));
    assert_eq!(forger.refused(&token), because(NotGenuine::UnknownKey));
}

#[test]
fn claims_that_are_not_ours_are_refused_each_for_its_reason() {
    let forger = Forger::new();
    let set =
        |name: &str, value: Value| forger.with_claims(|claims| drop(claims.insert(name.to_owned(), value)));
    for name in ["iss", "aud", "sub", "exp", "nbf", "iat", "about"] {
        let token = forger.with_claims(|claims| drop(claims.remove(name)));
        assert_eq!(forger.refused(&token), because(NotGenuine::Claims), "without {name}");
    }
    assert_eq!(forger.refused(&set("iss", json!("https://other.example"))), because(NotGenuine::Issuer));
    assert_eq!(forger.refused(&set("aud", json!("kiosk-claim"))), because(NotGenuine::Audience));
    let ends = NOW.unix_secs();
    for (name, token) in [
        ("exp as text", set("exp", json!((ends + 60).to_string()))),
        ("exp as fraction", set("exp", json!(ends as f64 + 60.5))),
        ("exp negative", set("exp", json!(-1))),
        ("exp null", set("exp", Value::Null)),
        ("exp as list", set("exp", json!([ends + 60]))),
        ("exp beyond all time", set("exp", json!(u64::MAX))),
        ("nbf as text", set("nbf", json!("0"))),
        ("nbf null", set("nbf", Value::Null)),
        ("iat as text", set("iat", json!("0"))),
        ("several issuers", set("iss", json!([ISSUER, "https://other.example"]))),
        ("several audiences", set("aud", json!(["kiosk-session", "kiosk-claim"]))),
        ("sub that is no kiosk", set("sub", json!("a kiosk"))),
        ("sub as number", set("sub", json!(1))),
        ("an unknown claim", set("admin", json!(true))),
        ("a confirmation nobody checks", set("cnf", json!({"jkt": URL_SAFE_NO_PAD.encode([1; 32])}))),
        ("an unknown member of about", set("about", with(&forger, "more", json!(1)))),
        ("a nonce that is too short", set("about", with(&forger, "nonce", json!("AAAA")))),
        ("a nonce with padding", set("about", with(&forger, "nonce", json!(format!("{}=", "A".repeat(43)))))),
        ("a target that is none", set("about", with(&forger, "target", json!("both")))),
        ("a session that is none", set("about", with(&forger, "session", json!("1")))),
    ] {
        assert_eq!(forger.refused(&token), because(NotGenuine::Claims), "{name}");
    }
    let expired = set("exp", json!(ends - 6));
    let at = Timestamp::from_unix_secs(ends - 6);
    assert_eq!(forger.refused(&expired), Some(TokenError::Expired { at }));
    let ahead = set("nbf", json!(ends + 6));
    let from = Timestamp::from_unix_secs(ends + 6);
    assert_eq!(forger.refused(&ahead), Some(TokenError::NotYetValid { from }));
    let header = Value::Object(forger.header.clone()).to_string();
    let claims = Value::Object(forger.claims.clone()).to_string();
    let twice = format!(r#"{},"sub":"kiosk-2"}}"#, claims.strip_suffix('}').unwrap());
    assert_eq!(forger.refused(&forger.sign(&header, &twice)), because(NotGenuine::Claims), "a claim twice");
}

/// The forger's `about` with one member changed.
fn with(forger: &Forger, name: &str, value: Value) -> Value {
    let mut about = forger.claims["about"].clone();
    about[name] = value;
    about
}

#[test]
fn a_signature_that_is_not_the_key_s_is_refused() {
    let forger = Forger::new();
    let genuine = forger.tokens.issue(&session(), NOW).unwrap();
    let (message, signature) = genuine.rsplit_once('.').unwrap();
    let raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    for (name, signature) in [
        ("none", Vec::new()),
        ("zeros", vec![0; 64]),
        ("cut", raw[..63].to_vec()),
        ("swapped", [&raw[32..], &raw[..32]].concat()),
        ("longer", [&raw[..], &[0]].concat()),
    ] {
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        assert_eq!(forger.refused(&token), because(NotGenuine::Signature), "{name}");
    }
    // Another key under the accepted key's name.
    let other = Forger { header: forger.header.clone(), ..Forger::new() };
    let token = other.with_claims(|_| ());
    assert_eq!(forger.refused(&token), because(NotGenuine::Signature));
    // HMAC with the public key as its secret, said to be what we expect.
    let token = forger.with_header(|_| ());
    let (message, _) = token.rsplit_once('.').unwrap();
    let secret = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key().public_pem().as_bytes());
    let tag = aws_lc_rs::hmac::sign(&secret, message.as_bytes());
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()));
    assert_eq!(forger.refused(&token), because(NotGenuine::Signature));
}

#[test]
fn what_is_no_compact_jws_is_refused() {
    let forger = Forger::new();
    let genuine = forger.tokens.issue(&session(), NOW).unwrap();
    for token in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        format!("{genuine}.x"),
        format!("{genuine}="),
        format!(" {genuine}"),
        genuine.replacen('.', "", 1),
        "A".repeat(3000),
        format!("{genuine}{}", "A".repeat(3000)),
    ] {
        assert!(matches!(forger.refused(&token), Some(TokenError::NotGenuine(_))), "{token}");
    }
}

#[test]
fn a_token_longer_than_ours_is_not_even_read() {
    let forger = Forger::new();
    let claims = Value::Object(forger.claims.clone()).to_string();
    let header = Value::Object(forger.header.clone()).to_string();
    let padded = forger.sign(&header, &format!("{claims}{}", " ".repeat(300)));
    assert_eq!(forger.refused(&padded), None, "spaces are no matter");
    let long = forger.sign(&header, &format!("{claims}{}", " ".repeat(3000)));
    assert_eq!(forger.refused(&long), because(NotGenuine::Malformed));
}

#[test]
fn keys_rotate_without_a_token_lost_and_an_old_key_ends() {
    let (old, new) = (key(), key());
    let (old_pem, new_pem) = (old.public_pem().to_owned(), new.public_pem().to_owned());
    let (old_id, new_id) = (old.id().to_owned(), new.id().to_owned());
    assert_ne!(old_id, new_id);
    let before = Tokens::new(ISSUER, old, &[new_pem]).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let kept = directory.path().join("new.pem");
    let new = TokenKey::create(&kept).unwrap();
    let after = Tokens::new(ISSUER, new, std::slice::from_ref(&old_pem)).unwrap();

    let first = before.issue(&claim(), NOW).unwrap();
    assert!(after.verify::<ClaimToken>(&first, NOW).is_ok(), "an old token under the new key");
    let ended = Tokens::new(ISSUER, TokenKey::load(&kept).unwrap(), &[]).unwrap();
    assert_eq!(ended.verify::<ClaimToken>(&first, NOW), Err(NotGenuine::UnknownKey.into()));
    let second = after.issue(&claim(), NOW).unwrap();
    assert!(ended.verify::<ClaimToken>(&second, NOW).is_ok(), "the same key, loaded again");
}

#[test]
fn the_key_id_is_the_rfc_7638_thumbprint() {
    let key = key();
    let directory = tempfile::tempdir().unwrap();
    let pem = directory.path().join("public.pem");
    fs::write(&pem, key.public_pem()).unwrap();
    // The point stands in the last 64 bytes of the SubjectPublicKeyInfo, whoever prints it.
    let output = std::process::Command::new("openssl")
        .args(["pkey", "-pubin", "-in", pem.to_str().unwrap(), "-outform", "DER"])
        .output()
        .expect("the openssl command is installed (make setup)");
    let (x, y) = output.stdout[output.stdout.len() - 64..].split_at(32);
    let members = format!(
        r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
        URL_SAFE_NO_PAD.encode(x),
        URL_SAFE_NO_PAD.encode(y)
    );
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, members.as_bytes());
    assert_eq!(key.id(), URL_SAFE_NO_PAD.encode(hash.as_ref()));
}

#[test]
fn a_public_key_to_accept_must_be_p256_in_pem() {
    for bad in ["", "garbage", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"] {
        assert!(
            matches!(Tokens::new(ISSUER, key(), &[bad.to_owned()]), Err(TokenKeyError::PublicKey(_))),
            "{bad}"
        );
    }
}

#[test]
fn nothing_that_is_printed_tells_a_key() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key.pem");
    let key = TokenKey::create(&path).unwrap();
    let pem = fs::read_to_string(&path).unwrap();
    let shown = [format!("{key:?}"), format!("{:?}", Tokens::new(ISSUER, key, &[]).unwrap())].concat();
    for line in pem.lines().filter(|line| !line.starts_with("-----")) {
        assert!(!shown.contains(line), "{shown}");
    }
}

fn shared_tokens() -> &'static Tokens {
    static TOKENS: OnceLock<Tokens> = OnceLock::new();
    TOKENS.get_or_init(tokens)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_verification_panic(text in ".{0,300}", parts in proptest::collection::vec("[A-Za-z0-9_-]{0,90}", 0..5)) {
        let tokens = shared_tokens();
        prop_assert!(tokens.verify::<SessionToken>(&text, NOW).is_err());
        prop_assert!(tokens.verify::<SessionToken>(&parts.join("."), NOW).is_err());
    }

    #[test]
    fn no_character_of_a_token_can_be_changed(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9._-]") {
        let tokens = shared_tokens();
        let genuine = tokens.issue(&session(), NOW).unwrap();
        let at = at.index(genuine.len());
        let mut changed = genuine.clone();
        changed.replace_range(at..=at, &to);
        prop_assert_eq!(tokens.verify::<SessionToken>(&changed, NOW).is_ok(), changed == genuine);
    }
}
