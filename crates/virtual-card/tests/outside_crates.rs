//! Card clients by other authors on the card, through the real PC/SC stack: the crates `myna-card`, written from
//! physical cards, and `jpki`.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::rc::Rc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use common::NOW;
use common::myna::{LIMIT, connected, pin, with_myna};
use jpki::ap::CryptoAp;
use jpki::ap::crypto::CertType;
use jpki::pcsc::{Context, PcscCard};
use myna_card::ap::jpki::{JpkiAp, SignatureScheme, TokenType};
use myna_card::card::{Card, Retries};
use myna_card::transport::pcsc::PcscTransport;
use myna_card::{Error, MasterFile};
use reservation::pin::PinKind;
use virtual_card::testing::{IssuedCard, with_private_readers};
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

#[test]
fn myna_card_takes_it_for_a_physical_card_with_both_certificates() {
    with_myna("myna_card_takes_it_for_a_physical_card_with_both_certificates", |_, card| {
        let mut jpki = JpkiAp::select(card).unwrap();
        let token = jpki.read_token_type().unwrap();
        assert!(token.is_physical_card(), "{}", token.name());
        assert_eq!(jpki.read_token_info().unwrap().token_type, token);
        let there = jpki.read_certificate_availability().unwrap();
        assert!(there.has_auth_certificate() && there.has_sign_certificate());
        assert_eq!(there.raw, [0x8F, 0x8F, 0x00]);
    });
}

#[test]
fn myna_card_reads_the_certificates_and_verifies_them_under_the_cards_own_ca() {
    with_myna("myna_card_reads_the_certificates_and_verifies_them_under_the_cards_own_ca", |issued, card| {
        let mut jpki = JpkiAp::select(card).unwrap();
        let user = jpki.read_auth_certificate().unwrap();
        let user_ca = jpki.read_auth_ca_certificate().unwrap();
        assert_eq!(user.der(), issued.certificate(PinKind::User));
        user.verify_signature(&user_ca).unwrap();
        let (first, last) = user.validity();
        assert_eq!((first.to_string(), last.to_string()), ("2026-11-20".to_owned(), "2031-02-17".to_owned()));

        assert!(jpki.read_sign_certificate_der().is_err());
        jpki.verify_sign_pin(&pin("ABC123")).unwrap();
        let signature = jpki.read_sign_certificate().unwrap();
        let signature_ca = jpki.read_sign_ca_certificate().unwrap();
        assert_eq!(signature.der(), issued.certificate(PinKind::Signature));
        signature.verify_signature(&signature_ca).unwrap();
        assert!(signature.verify_signature(&user_ca).is_err());
    });
}

#[test]
fn myna_card_counts_both_pins_down_until_they_are_blocked() {
    with_myna("myna_card_counts_both_pins_down_until_they_are_blocked", |_, card| {
        let mut jpki = JpkiAp::select(card).unwrap();
        for left in (0..3).rev() {
            assert_eq!(jpki.auth_pin_retries().unwrap(), Retries::Remaining(left + 1));
            match jpki.verify_auth_pin(&pin("0000")).unwrap_err() {
                Error::PinIncorrect { retries: Some(told) } if left > 0 => assert_eq!(told, left),
                Error::PinBlocked if left == 0 => {}
                other => panic!("{other} with {left} left"),
            }
        }
        assert_eq!(jpki.auth_pin_retries().unwrap(), Retries::Blocked);
        assert!(matches!(jpki.verify_auth_pin(&pin("1234")), Err(Error::PinBlocked)));
        assert_eq!(jpki.sign_pin_retries().unwrap(), Retries::Remaining(5));
        for left in (0..5).rev() {
            jpki.verify_sign_pin(&pin("WRONG0")).unwrap_err();
            assert_eq!(jpki.sign_pin_retries().unwrap().count(), Some(left));
        }
        assert!(matches!(jpki.verify_sign_pin(&pin("ABC123")), Err(Error::PinBlocked)));
    });
}

#[test]
fn myna_card_signs_with_all_six_schemes_and_both_keys() {
    with_myna("myna_card_signs_with_all_six_schemes_and_both_keys", |_, card| {
        let mut jpki = JpkiAp::select(card).unwrap();
        jpki.verify_auth_pin(&pin("1234")).unwrap();
        jpki.verify_sign_pin(&pin("ABC123")).unwrap();
        let message = b"a message to sign";
        let hash = digest(&SHA256, message);
        let inputs: [(SignatureScheme, &[u8]); 8] = [
            (SignatureScheme::Verbatim, message),
            (SignatureScheme::Verbatim, &[0xFF; 245]),
            (SignatureScheme::Verbatim, &[0]),
            (SignatureScheme::Sha256Bare, message),
            (SignatureScheme::PreHashedDigestInfo, hash.as_ref()),
            (SignatureScheme::Sha256DigestInfo, message),
            (SignatureScheme::PreHashedPss, hash.as_ref()),
            (SignatureScheme::Sha256Pss, message),
        ];
        for (scheme, input) in inputs {
            let with_user_key = jpki.sign_with_auth_key_checked(scheme, input).unwrap();
            let with_signature_key = jpki.sign_with_sign_key_checked(scheme, input).unwrap();
            assert_ne!(with_user_key, with_signature_key);
            // The control: the check above would have failed for one flipped bit.
            let key = jpki.read_auth_certificate().unwrap().public_key().unwrap();
            let mut flipped = with_user_key;
            flipped[100] ^= 1;
            assert!(scheme.verify(&key, input, &flipped).is_err(), "{scheme:?}");
        }
    });
}

#[test]
fn myna_card_changes_both_pins() {
    with_myna("myna_card_changes_both_pins", |_, card| {
        let mut jpki = JpkiAp::select(card).unwrap();
        jpki.change_auth_pin(&pin("1234"), &pin("9357")).unwrap();
        assert!(matches!(jpki.verify_auth_pin(&pin("1234")), Err(Error::PinIncorrect { retries: Some(2) })));
        jpki.verify_auth_pin(&pin("9357")).unwrap();
        jpki.change_sign_pin(&pin("ABC123"), &pin("NEW0PIN")).unwrap();
        jpki.verify_sign_pin(&pin("NEW0PIN")).unwrap();
        // A wrong old PIN costs a try and changes nothing; a new one of the wrong format is refused by the card.
        assert!(jpki.change_auth_pin(&pin("0000"), &pin("1357")).is_err());
        assert!(jpki.change_auth_pin(&pin("9357"), &pin("13579")).is_err());
        jpki.verify_auth_pin(&pin("9357")).unwrap();
    });
}

#[test]
fn myna_card_ends_a_verified_pin_by_leaving_the_application_or_by_power() {
    with_myna("myna_card_ends_a_verified_pin_by_leaving_the_application_or_by_power", |_, card| {
        let signs = |card: &mut Card<PcscTransport>| {
            let mut jpki = JpkiAp::select(card).unwrap();
            jpki.sign_with_auth_key(SignatureScheme::Sha256DigestInfo, b"a message").is_ok()
        };
        JpkiAp::select(card).unwrap().verify_auth_pin(&pin("1234")).unwrap();
        assert!(signs(card));
        MasterFile::select(card).unwrap();
        assert!(!signs(card));
        JpkiAp::select(card).unwrap().verify_auth_pin(&pin("1234")).unwrap();
        assert!(signs(card));
        card.transport_mut().power_cycle().unwrap();
        assert!(!signs(card));
    });
}

#[test]
fn myna_card_tells_a_phone_from_a_card() {
    with_private_readers("myna_card_tells_a_phone_from_a_card", LIMIT, |address| {
        let issued = IssuedCard::with(NOW, |order| order.token = virtual_card::TokenKind::AndroidPhone);
        let _plugged = issued.plug(address);
        let mut card = connected();
        let token = JpkiAp::select(&mut card).unwrap().read_token_type().unwrap();
        assert!(!token.is_physical_card(), "{}", token.name());
        assert!(!matches!(token, TokenType::Other(_)), "{}", token.name());
    });
}

/// The crate's own way to a card. It sends every command twice, since it offers no room for the answer at first.
fn with_jpki(test: &str, body: impl FnOnce(&IssuedCard, &CryptoAp<PcscCard<'_>, ()>)) {
    with_private_readers(test, LIMIT, |address| {
        let issued = IssuedCard::new(NOW);
        let plugged = issued.plug(address);
        let context = Context::try_new().unwrap();
        let card = context.open().unwrap().connect(context).unwrap();
        let card = Rc::new(jpki::Card::new(Box::new(card)));
        body(&issued, &CryptoAp::open((), Rc::clone(&card)).unwrap());
        plugged.pull();
    });
}

#[test]
fn jpki_asks_for_the_counters_and_counts_down() {
    with_jpki("jpki_asks_for_the_counters_and_counts_down", |_, card| {
        assert_eq!(card.auth_pin_status(()).unwrap(), 3);
        assert_eq!(card.sign_pin_status(()).unwrap(), 5);
        assert!(card.auth((), b"0000".to_vec(), vec![0]).is_err());
        // Two, because the crate sends a VERIFY twice.
        assert_eq!(card.auth_pin_status(()).unwrap(), 1);
        assert!(card.sign((), b"WRONG0".to_vec(), vec![0]).is_err());
        assert_eq!(card.sign_pin_status(()).unwrap(), 3);
        assert_eq!(card.auth_pin_status(()).unwrap(), 1);
        card.auth((), b"1234".to_vec(), vec![0]).unwrap();
        assert_eq!(card.auth_pin_status(()).unwrap(), 3);
    });
}

#[test]
fn jpki_reads_all_four_certificates() {
    with_jpki("jpki_reads_all_four_certificates", |issued, card| {
        let read = |which, pin: &[u8]| card.read_certificate((), which, pin.to_vec()).unwrap();
        assert_eq!(read(CertType::Auth, b""), issued.certificate(PinKind::User));
        assert_eq!(read(CertType::Sign, b"ABC123"), issued.certificate(PinKind::Signature));
        for (which, kind) in [(CertType::AuthCA, PinKind::User), (CertType::SignCA, PinKind::Signature)] {
            let anchor = std::fs::read_to_string(issued.layout().anchors(kind).join("2.pem")).unwrap();
            let (_, der) = x509_cert::der::pem::decode_vec(anchor.as_bytes()).unwrap();
            assert_eq!(read(which, b""), der);
        }
    });
}

#[test]
fn jpki_signs_with_both_keys() {
    with_jpki("jpki_signs_with_both_keys", |issued, card| {
        let message = b"a message to sign";
        let hash = digest(&SHA256, message);
        let prefix = hex::decode("3031300D060960864801650304020105000420").unwrap();
        let digest_info = [&prefix, hash.as_ref()].concat();
        let user = card.auth((), b"1234".to_vec(), digest_info.clone()).unwrap();
        let signature = card.sign((), b"ABC123".to_vec(), digest_info).unwrap();
        for (kind, signature) in [(PinKind::User, user), (PinKind::Signature, signature)] {
            let certificate = Certificate::from_der(&issued.certificate(kind)).unwrap();
            let key = certificate.tbs_certificate().subject_public_key_info().to_der().unwrap();
            let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
            key.verify(message, &signature).unwrap();
            let mut flipped = signature;
            flipped[0] ^= 1;
            assert!(key.verify(message, &flipped).is_err());
        }
    });
}
