//! The test vectors of docs/card-reset.md (*simulated*): their bytes are what this code builds, the good ones are
//! accepted and the bad ones refused, by us and by openssl.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use authority::AuthorityKey;
use reservation::KeyHash;
use reservation::pin::PinKind;
use reservation::statement::{LABEL, ResetStatement};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    #[expect(dead_code, reason = "for people")]
    about: String,
    label: String,
    purpose: String,
    authority_public_key: String,
    authority_public_key_spki: String,
    accepted: Vec<Vector>,
    refused: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    target: String,
    card_challenge: String,
    known_key: String,
    statement: String,
    authorisation: String,
}

impl Vector {
    /// What the card builds from what it knows.
    fn statement(&self) -> ResetStatement {
        ResetStatement {
            target: PinKind::ALL.into_iter().find(|kind| kind.as_str() == self.target).unwrap(),
            card_challenge: hex::decode(&self.card_challenge).unwrap().try_into().unwrap(),
            known_key: KeyHash::from_bytes(hex::decode(&self.known_key).unwrap().try_into().unwrap()),
        }
    }

    fn authorisation(&self) -> Vec<u8> {
        hex::decode(&self.authorisation).unwrap()
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/card-reset-vectors.json")
}

fn vectors() -> Vectors {
    serde_json::from_str(&fs::read_to_string(path()).unwrap()).unwrap()
}

fn key() -> AuthorityKey {
    AuthorityKey::from_pem(&vectors().authority_public_key).unwrap()
}

#[test]
fn the_statements_of_the_vectors_are_the_bytes_this_code_builds() {
    let vectors = vectors();
    assert_eq!(vectors.label.as_bytes(), LABEL);
    assert_eq!(vectors.purpose, "card-reset");
    for vector in vectors.accepted.iter().chain(&vectors.refused) {
        assert_eq!(hex::encode(vector.statement().to_bytes()), vector.statement, "{}", vector.name);
    }
    let first = &vectors.accepted[0];
    let expected = format!(
        "000d4a504b492d5245534554207631{}{}0010{}0020{}",
        "000a636172642d7265736574", "000155", first.card_challenge, first.known_key
    );
    assert_eq!(first.statement, expected, "as docs/card-reset.md lays them out");
}

#[test]
fn good_authorisations_are_accepted_and_bad_ones_refused() {
    let (vectors, key) = (vectors(), key());
    assert!(vectors.accepted.len() >= 3 && vectors.refused.len() >= 15);
    for vector in &vectors.accepted {
        assert!(key.authorises(&vector.statement(), &vector.authorisation()), "{}", vector.name);
    }
    for vector in &vectors.refused {
        assert!(!key.authorises(&vector.statement(), &vector.authorisation()), "{}", vector.name);
    }
}

#[test]
fn openssl_agrees_on_every_vector_of_64_bytes() {
    let vectors = vectors();
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, contents: &[u8]| fs::write(directory.path().join(name), contents).unwrap();
    file("public.pem", vectors.authority_public_key.as_bytes());
    let accepts = |vector: &Vector| {
        file("statement", &hex::decode(&vector.statement).unwrap());
        file("signature", &as_der(&vector.authorisation()));
        Command::new("openssl")
            .args(["dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "statement"])
            .current_dir(directory.path())
            .output()
            .expect("the openssl command is installed (make setup)")
            .status
            .success()
    };
    for vector in &vectors.accepted {
        assert!(accepts(vector), "{}", vector.name);
    }
    for vector in vectors.refused.iter().filter(|vector| vector.authorisation().len() == 64) {
        assert!(!accepts(vector), "{}", vector.name);
    }
}

#[test]
fn both_forms_of_the_public_key_are_one_key() {
    let vectors = vectors();
    let (label, spki) = der::pem::decode_vec(vectors.authority_public_key.trim().as_bytes()).unwrap();
    assert_eq!(label, "PUBLIC KEY");
    assert_eq!(hex::encode(spki), vectors.authority_public_key_spki);
}

/// Ecdsa-Sig-Value (RFC 3279 §2.2.3), as openssl wants it.
fn as_der(signature: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| der::Encode::to_der(&der::asn1::UintRef::new(bytes).unwrap()).unwrap();
    let body = [number(&signature[..32]), number(&signature[32..])].concat();
    [&[0x30, u8::try_from(body.len()).unwrap()], &body[..]].concat()
}
