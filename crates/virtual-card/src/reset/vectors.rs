//! The card's side against `docs/card-reset-vectors.json`: a card with the vector's keys that draws the vector's
//! challenge.

use iso7816::StatusWord;
use reservation::id::KeyHash;
use reservation::pin::PinKind;
use serde::Deserialize;
use time::macros::datetime;

use crate::card_file::{CardFile, FRESH_SIGNATURE_PIN, FRESH_USER_PIN};
use crate::chip::{AuthorityKey, Content, Credentials, Session, State, step};
use crate::testing::IssuedCard;

#[derive(Deserialize)]
struct Vectors {
    authority_public_key: String,
    authority_public_key_spki: String,
    accepted: Vec<Vector>,
    refused: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    target: String,
    #[serde(with = "hex::serde")]
    card_challenge: [u8; 16],
    #[serde(with = "hex::serde")]
    known_key: [u8; 32],
    #[serde(with = "hex::serde")]
    authorisation: Vec<u8>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../../docs/card-reset-vectors.json")).unwrap()
}

/// The answer of a card whose known PIN is verified.
fn answer(content: &mut Content, pins: &Credentials, vector: &Vector) -> StatusWord {
    let target = PinKind::ALL.into_iter().find(|kind| kind.as_str() == vector.target).unwrap();
    let known_key = KeyHash::from_bytes(vector.known_key);
    let (known_pin, known_file, target_file) = match target {
        PinKind::User => {
            content.signature.as_mut().unwrap().hash = known_key;
            (FRESH_SIGNATURE_PIN, 0x9B, 0x18)
        }
        PinKind::Signature => {
            content.user.hash = known_key;
            (FRESH_USER_PIN, 0x98, 0x1B)
        }
    };
    let with_data = |header: [u8; 4], data: &[u8]| {
        [&header, [u8::try_from(data.len()).unwrap()].as_slice(), data].concat()
    };
    let authenticate = match vector.authorisation.as_slice() {
        [] => vec![0x00, 0x82, 0x00, 0x00],
        authorisation => with_data([0x00, 0x82, 0x00, 0x00], authorisation),
    };
    let before = [
        hex::decode("00A4040C0AD392F000260100000001").unwrap(),
        with_data([0x00, 0x20, 0x00, known_file], known_pin.as_bytes()),
        vec![0x00, 0x84, 0x00, 0x00, 0x10],
        vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, target_file],
    ];
    let mut state = State { credentials: pins.clone(), session: Session::default() };
    let mut random = |bytes: &mut [u8]| bytes.copy_from_slice(&vector.card_challenge);
    for command in before {
        let (next, response) = step(content, &state, &command, &mut random);
        assert_eq!(response.sw, StatusWord::Success, "{}", vector.name);
        state = next;
    }
    step(content, &state, &authenticate, &mut random).1.sw
}

#[test]
fn the_card_accepts_and_refuses_what_the_document_says() {
    let vectors = vectors();
    let issued = IssuedCard::new(datetime!(2026-11-21 07:30 UTC));
    let (_file, mut content, pins) = CardFile::open(&issued.path()).unwrap();
    let authority = AuthorityKey::from_pem(vectors.authority_public_key.as_bytes()).unwrap();
    assert_eq!(hex::encode(authority.spki()), vectors.authority_public_key_spki);
    content.authority = Some(authority);
    assert!(vectors.accepted.len() >= 3 && vectors.refused.len() >= 10);
    for vector in &vectors.accepted {
        assert_eq!(answer(&mut content, &pins, vector), StatusWord::Success, "{}", vector.name);
    }
    for vector in &vectors.refused {
        let expected = match vector.authorisation.len() {
            64 => StatusWord::WrongUncounted,
            _ => StatusWord::WrongLength,
        };
        assert_eq!(answer(&mut content, &pins, vector), expected, "{}", vector.name);
    }
}
