//! Authorisations for cards: the contract, the key file, and openssl's opinion.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::process::Command;

use authority::{AuthorityKey, CardAuthority, contract};
use reservation::KeyHash;
use reservation::pin::PinKind;
use reservation::statement::ResetStatement;

fn statement() -> ResetStatement {
    ResetStatement {
        target: PinKind::Signature,
        card_challenge: *b"0123456789abcdef",
        known_key: KeyHash::from_bytes([0xab; 32]),
    }
}

#[tokio::test]
async fn a_key_file_keeps_the_contract() {
    let directory = tempfile::tempdir().unwrap();
    let authority = CardAuthority::create(&directory.path().join("key.pem")).unwrap();
    authority.self_test().unwrap();
    contract::authorises_resets(&authority).await;
}

#[test]
fn a_key_that_openssl_made_works_and_openssl_verifies_what_it_signs() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(directory.path())
            .output()
            .expect("the openssl command is installed (make setup)");
        output.status.success()
    };
    assert!(openssl(&[
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        "key.pem"
    ]));
    let authority = CardAuthority::load(&path("key.pem")).unwrap();
    let signature = authority.authorise(&statement()).unwrap();
    fs::write(path("public.pem"), authority.public_pem()).unwrap();
    fs::write(path("statement"), statement().to_bytes()).unwrap();
    fs::write(path("signature"), as_der(&signature)).unwrap();
    let verify = ["dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "statement"];
    assert!(openssl(&verify));
    let other = ResetStatement { target: PinKind::User, ..statement() };
    fs::write(path("statement"), other.to_bytes()).unwrap();
    assert!(!openssl(&verify), "openssl accepts an authorisation for the other target");
}

/// Ecdsa-Sig-Value (RFC 3279 §2.2.3), as openssl wants it.
fn as_der(signature: &[u8; 64]) -> Vec<u8> {
    let number = |bytes: &[u8]| der::Encode::to_der(&der::asn1::UintRef::new(bytes).unwrap()).unwrap();
    let body = [number(&signature[..32]), number(&signature[32..])].concat();
    [&[0x30, u8::try_from(body.len()).unwrap()], &body[..]].concat()
}

#[test]
fn a_loaded_key_signs_for_the_cards_that_know_it_and_another_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key.pem");
    let made = CardAuthority::create(&path).unwrap();
    let other = CardAuthority::create(&directory.path().join("other.pem")).unwrap();
    let key = AuthorityKey::from_pem(made.public_pem()).unwrap();
    let loaded = CardAuthority::load(&path).unwrap();
    assert!(key.authorises(&statement(), &loaded.authorise(&statement()).unwrap()));
    assert!(!key.authorises(&statement(), &other.authorise(&statement()).unwrap()));
}

#[test]
fn nothing_that_is_printed_tells_the_key() {
    let directory = tempfile::tempdir().unwrap();
    let authority = CardAuthority::create(&directory.path().join("key.pem")).unwrap();
    assert_eq!(format!("{authority:?}"), "CardAuthority(…)");
}
