//! A genuine surface: its portrait, its card's presence, its card in the register, and what it never tells.

use reservation::statement::PresenceStatement;
use reservation::{BookingId, InstallationId, Nonce, SurfaceHash};
use trust::{CardEntry, SignatureError, SurfaceKeyId, verify_surface};

use super::issued::{CANARIES, Content, ROOT_ID, Surface, anchors, payload, sha256};
use super::opinion::{myna_accepts, openssl_recovers};
use crate::authority::test_key;

fn statement(nonce: u8) -> Vec<u8> {
    let statement = PresenceStatement {
        booking: BookingId::from_u128(1),
        nonce: Nonce::from_bytes([nonce; 32]),
        installation: InstallationId::from_bytes([2; 32]),
        surface: SurfaceHash::from_bytes([3; 32]),
    };
    statement.to_bytes()
}

fn registered(surface_key: Option<Vec<u8>>) -> CardEntry {
    CardEntry { identity: vec![1], user: None, signature: None, surface_key }
}

#[test]
fn the_portrait_that_a_municipality_signed_is_believed_and_others_agree() {
    let content = Content::of_hanako();
    let surface = Surface::genuine(&content);
    let genuine = verify_surface(&surface.parts(), &anchors()).unwrap();
    assert_eq!(genuine.portrait(), content.portrait);
    assert!(myna_accepts(&surface));
    let groups = [&sha256(&surface.holder)[..], &surface.hash, &sha256(&surface.portrait)];
    let recovered = openssl_recovers(&test_key("municipality"), &surface.signature);
    assert_eq!(recovered, Some(payload(&groups)));
}

#[test]
fn any_municipality_that_the_root_certified_may_have_issued_the_card() {
    let content = Content::of_hanako();
    let elsewhere = Surface::genuine(&content).signed_by("municipality-2").certified("municipality-2");
    assert!(verify_surface(&elsewhere.parts(), &anchors()).is_ok());
}

#[test]
fn the_card_was_there_only_if_its_own_surface_key_signed_this_statement() {
    let surface = Surface::genuine(&Content::of_hanako());
    let genuine = verify_surface(&surface.parts(), &anchors()).unwrap();
    let signature = test_key("surface-card").sign(&statement(1));
    assert_eq!(genuine.verify_presence(&statement(1), &signature), Ok(()));
    assert_eq!(
        genuine.verify_presence(&statement(2), &signature),
        Err(SignatureError::Mismatch),
        "recorded in another booking"
    );
    for key in ["surface-card-2", "municipality", "surface-root", "holder-user"] {
        let signature = test_key(key).sign(&statement(1));
        assert_eq!(
            genuine.verify_presence(&statement(1), &signature),
            Err(SignatureError::Mismatch),
            "{key}"
        );
    }
    let over_the_hash = test_key("surface-card").sign(&sha256(&statement(1)));
    assert_eq!(genuine.verify_presence(&statement(1), &over_the_hash), Err(SignatureError::Mismatch));
    assert_eq!(genuine.verify_presence(&statement(1), &signature[..255]), Err(SignatureError::Length));
    assert_eq!(genuine.verify_presence(&statement(1), &[]), Err(SignatureError::Length));
    assert_eq!(
        genuine.verify_presence(&statement(1), &surface.signature),
        Err(SignatureError::Mismatch),
        "the municipality's signature from the same card"
    );
}

#[test]
fn a_thief_s_genuine_portrait_does_not_belong_to_the_stolen_card() {
    let hanako = registered(Some(test_key("surface-card").spki()));
    let thief = Surface::genuine(&Content::of_another());
    let thief = verify_surface(&thief.parts(), &anchors()).unwrap();
    let signature = test_key("surface-card-2").sign(&statement(1));
    assert_eq!(thief.verify_presence(&statement(1), &signature), Ok(()), "the thief's own card is there");
    assert!(!thief.belongs_to(&hanako));

    let own = Surface::genuine(&Content::of_hanako());
    assert!(verify_surface(&own.parts(), &anchors()).unwrap().belongs_to(&hanako));
}

#[test]
fn a_card_whose_surface_key_the_register_does_not_name_is_no_surface_s_card() {
    let surface = Surface::genuine(&Content::of_hanako());
    let genuine = verify_surface(&surface.parts(), &anchors()).unwrap();
    let spki = test_key("surface-card").spki();
    for (name, key) in [
        ("none", None),
        ("empty", Some(Vec::new())),
        ("cut", Some(spki[..293].to_vec())),
        ("longer", Some([&spki[..], &[0]].concat())),
        ("without its algorithm", Some(test_key("surface-card").public())),
        ("the user certificate's", Some(test_key("holder-user").spki())),
    ] {
        assert!(!genuine.belongs_to(&registered(key)), "{name}");
    }
}

#[test]
fn nothing_that_is_printed_tells_birth_date_name_or_portrait() {
    let surface = Surface::genuine(&Content::of_hanako());
    let anchors = anchors();
    let genuine = verify_surface(&surface.parts(), &anchors).unwrap();
    let mut altered = surface.clone();
    altered.portrait[40] ^= 1;
    let error = verify_surface(&altered.parts(), &anchors).unwrap_err();
    let shown = format!("{genuine:?} {:?} {error:?} {error} {anchors:?}", surface.parts());
    for canary in CANARIES {
        assert!(!shown.contains(canary), "{shown}");
        assert!(!shown.contains(&hex::encode(canary)), "{shown}");
        let decimals = format!("{:?}", canary.as_bytes());
        assert!(!shown.contains(decimals.trim_matches(['[', ']'])), "{shown}");
    }
    assert!(shown.contains(&SurfaceKeyId(ROOT_ID).to_string()), "the root's name is no secret: {shown}");
}
