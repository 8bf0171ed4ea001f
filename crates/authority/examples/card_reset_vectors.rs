//! Writes the test vectors of docs/card-reset.md (*simulated*) anew, with a new key that guards nothing. Only needed
//! when the layout of the statement changes:
//!
//! `cargo run -p authority --example card_reset_vectors docs/card-reset-vectors.json`

#![allow(clippy::unwrap_used, reason = "a tool for whoever changes the layout")]

use std::fs;

use authority::CardAuthority;
use reservation::KeyHash;
use reservation::pin::PinKind;
use reservation::statement::{LABEL, ResetStatement};
use serde::Serialize;

#[derive(Serialize)]
struct Vectors {
    about: &'static str,
    label: &'static str,
    purpose: &'static str,
    authority_public_key: String,
    authority_public_key_spki: String,
    accepted: Vec<Vector>,
    refused: Vec<Vector>,
}

#[derive(Serialize)]
struct Vector {
    name: &'static str,
    target: &'static str,
    card_challenge: String,
    known_key: String,
    statement: String,
    authorisation: String,
}

fn vector(name: &'static str, statement: &ResetStatement, authorisation: &[u8]) -> Vector {
    Vector {
        name,
        target: statement.target.as_str(),
        card_challenge: hex::encode(statement.card_challenge),
        known_key: hex::encode(statement.known_key.as_bytes()),
        statement: hex::encode(statement.to_bytes()),
        authorisation: hex::encode(authorisation),
    }
}

/// The order of P-256.
const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

fn minus(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = 0i16;
    let mut difference = vec![0; a.len()];
    for index in (0..a.len()).rev() {
        let digit = i16::from(a[index]) - i16::from(b[index]) - borrow;
        borrow = i16::from(digit < 0);
        difference[index] = digit.rem_euclid(256) as u8;
    }
    difference
}

/// Ecdsa-Sig-Value (RFC 3279 §2.2.3), as openssl wants it.
fn as_der(signature: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| der::Encode::to_der(&der::asn1::UintRef::new(bytes).unwrap()).unwrap();
    let body = [number(&signature[..32]), number(&signature[32..])].concat();
    [&[0x30, u8::try_from(body.len()).unwrap()], &body[..]].concat()
}

fn main() {
    let path = std::env::args().nth(1).expect("the file to write is the first argument");
    let directory = tempfile::tempdir().unwrap();
    let authority = CardAuthority::create(&directory.path().join("key.pem")).unwrap();
    let other = CardAuthority::create(&directory.path().join("other.pem")).unwrap();
    let user = ResetStatement {
        target: PinKind::User,
        card_challenge: *b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f",
        known_key: KeyHash::from_bytes(std::array::from_fn(|index| 0x20 + index as u8)),
    };
    let signature = ResetStatement { target: PinKind::Signature, ..user.clone() };
    let good = authority.authorise(&user).unwrap();
    let (r, s) = good.split_at(32);
    let order = hex::decode(ORDER).unwrap();

    let accepted = vec![
        vector("reset of the user PIN", &user, &good),
        vector("reset of the signature PIN", &signature, &authority.authorise(&signature).unwrap()),
        vector("s replaced by n - s: ECDSA has both", &user, &[r, &minus(&order, s)].concat()),
    ];
    let other_challenge = ResetStatement { card_challenge: [0x10; 16], ..user.clone() };
    let other_card = ResetStatement { known_key: KeyHash::from_bytes([0x40; 32]), ..user.clone() };
    let refused = vec![
        vector("authorised for the user PIN, used for the signature PIN", &signature, &good),
        vector("another challenge: an authorisation used again", &other_challenge, &good),
        vector("another card's key", &other_card, &good),
        vector("another authority's key", &user, &other.authorise(&user).unwrap()),
        vector("the first bit flipped", &user, &[&[good[0] ^ 0x80], &good[1..]].concat()),
        vector("the last bit flipped", &user, &[&good[..63], &[good[63] ^ 1]].concat()),
        vector("r and s swapped", &user, &[s, r].concat()),
        vector("r is zero", &user, &[&[0; 32], s].concat()),
        vector("s is zero", &user, &[r, &[0; 32]].concat()),
        vector("both are zero", &user, &[0; 64]),
        vector("r is the order", &user, &[&order, s].concat()),
        vector("s is the order", &user, &[r, &order].concat()),
        vector("both are above the order", &user, &[0xff; 64]),
        vector("in ASN.1 instead of r and s", &user, &as_der(&good)),
        vector("cut by one byte", &user, &good[..63]),
        vector("a byte more", &user, &[&good[..], &[0]].concat()),
        vector("nothing", &user, &[]),
    ];
    let public = authority.public_pem().to_owned();
    let (_, spki) = der::pem::decode_vec(public.trim().as_bytes()).unwrap();
    let vectors = Vectors {
        about: "Test vectors of the simulated reset of a PIN by authorisation: see card-reset.md. Values are hex.",
        label: std::str::from_utf8(LABEL).unwrap(),
        purpose: "card-reset",
        authority_public_key: public,
        authority_public_key_spki: hex::encode(spki),
        accepted,
        refused,
    };
    fs::write(path, serde_json::to_string_pretty(&vectors).unwrap() + "\n").unwrap();
}
