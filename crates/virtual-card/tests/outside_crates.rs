//! Card clients by other authors on the card, through the real PC/SC stack: the crates `myna-card`, written from
//! physical cards, and `jpki`.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::rc::Rc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use common::{NOW, openssl};
use jpki::ap::CryptoAp;
use jpki::ap::crypto::CertType;
use jpki::pcsc::{Context, PcscCard};
use myna_card::ap::jpki::{JpkiAp, SignatureScheme, TokenType};
use myna_card::ap::surface::{SurfaceAp, ef};
use myna_card::card::{Card, Retries};
use myna_card::data::{ImageFormat, RsaPublicKey, Sex, verification_code_b};
use myna_card::transport::pcsc::{PcscTransport, Sharing, connect_any};
use myna_card::{Error, MasterFile, Pin};
use reservation::pin::PinKind;
use virtual_card::testing::{IssuedCard, with_private_readers};
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

const LIMIT: Duration = Duration::from_secs(60);

fn with_myna(test: &str, body: impl FnOnce(&IssuedCard, &mut Card<PcscTransport>)) {
    with_private_readers(test, LIMIT, |address| {
        let issued = IssuedCard::new(NOW);
        let plugged = issued.plug(address);
        body(&issued, &mut connected());
        plugged.pull();
    });
}

/// The stack tells its clients of a card a moment after it has powered it.
fn connected() -> Card<PcscTransport> {
    let begun = std::time::Instant::now();
    loop {
        match connect_any(Sharing::Exclusive) {
            Ok(card) => return card,
            Err(Error::Pcsc(pcsc::Error::NoSmartcard)) if begun.elapsed() < LIMIT => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

fn pin(text: &str) -> Pin {
    Pin::new(text).unwrap()
}

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

#[test]
fn myna_card_reads_the_surface_application_and_verifies_it_up_to_our_root() {
    with_myna("myna_card_reads_the_surface_application_and_verifies_it_up_to_our_root", |issued, card| {
        let printed = issued.printed();
        let mut surface = SurfaceAp::select(card).unwrap();
        let basic = surface.read_ap_basic_data().unwrap();
        assert_eq!((basic.municipality_code.as_str(), basic.public_key_id.number()), ("99901", "7000024"));
        let certificate = surface.read_certificate().unwrap();
        assert_eq!(certificate.issuer_key_id.to_string(), "7000023/001");
        assert_eq!(certificate.subject_key_id.to_string(), "9990121/000");
        assert_eq!((certificate.signed_data.len(), certificate.public_key.bits()), (297, 2048));
        certificate.verify_with(&surface_root(issued)).unwrap();

        assert!(surface.read_card_face().is_err(), "nothing was verified");
        let birth = myna_card::data::Date::parse(b"19800217").unwrap();
        let year = u16::try_from(printed.expires.year()).unwrap();
        let code = verification_code_b(birth, year, printed.security_code.to_string().as_bytes()).unwrap();
        surface.verify_code_b(&code).unwrap();
        let face = surface.read_card_face().unwrap();
        face.verify(&certificate.public_key).unwrap();
        assert_eq!((face.birth_date, face.sex), (birth, Sex::Female));
        assert_eq!(face.expiry.to_string(), printed.expires.to_string());
        assert_eq!(face.photo.data, virtual_card::picture::SILHOUETTE);
        assert_eq!(face.photo.format, ImageFormat::Jpeg2000);
        // A letter is twelve pixels wide and high, a digit half as wide.
        for (picture, columns) in
            [(&face.name_image, 5 * 12), (&face.address_image, 16 * 12), (&face.security_code_image, 4 * 6)]
        {
            assert_eq!(picture.format, ImageFormat::Png);
            let [width, height] =
                [16, 20].map(|at| u32::from_be_bytes(picture.data[at..at + 4].try_into().unwrap()));
            assert_eq!(
                (width, height, picture.data[24]),
                (columns, 12, 1),
                "columns, rows and bits per pixel"
            );
        }

        // The control: one bit in each of the three groups and in the certificate.
        for group in 0..3 {
            let mut altered = face.clone();
            *altered.signed_segments[group].last_mut().unwrap() ^= 1;
            assert!(altered.verify(&certificate.public_key).is_err(), "group {group}");
        }
        let mut altered = certificate;
        altered.signed_data[20] ^= 1;
        assert!(altered.verify_with(&surface_root(issued)).is_err());
    });
}

#[test]
fn myna_card_reads_the_age_with_the_birth_date_alone() {
    with_myna("myna_card_reads_the_age_with_the_birth_date_alone", |_, card| {
        let mut surface = SurfaceAp::select(card).unwrap();
        let issuer = surface.read_certificate().unwrap().public_key;
        assert!(surface.read_age_record().is_err(), "nothing was verified");
        surface.verify_birth_date(&pin("550217")).unwrap();
        let age = surface.read_age_record().unwrap();
        assert_eq!(age.birth_date.to_string(), "1980-02-17");
        age.verify(&issuer).unwrap();
        assert!(surface.read_card_face().is_err(), "the birth date does not open the front");
        assert!(surface.read_my_number_image().is_err(), "the My Number is not on this card");
    });
}

#[test]
fn myna_card_has_the_surface_key_sign_its_challenge_without_any_number() {
    with_myna("myna_card_has_the_surface_key_sign_its_challenge_without_any_number", |_, card| {
        let mut surface = SurfaceAp::select(card).unwrap();
        let signature = surface.sign(b"a challenge").unwrap();
        surface.verify_birth_date(&pin("550217")).unwrap();
        let key = surface.read_age_record().unwrap().public_key;
        key.verify_pkcs1_sha256(b"a challenge", &signature).unwrap();
        assert!(key.verify_pkcs1_sha256(b"another one", &signature).is_err());
    });
}

#[test]
fn myna_card_counts_all_three_numbers_down_from_ten_until_they_are_blocked() {
    with_myna("myna_card_counts_all_three_numbers_down_from_ten_until_they_are_blocked", |issued, card| {
        let mut surface = SurfaceAp::select(card).unwrap();
        for key in [ef::BIRTH_DATE, ef::CODE_B, ef::CODE_A] {
            assert_eq!(surface.retries(key).unwrap(), Retries::Remaining(10));
        }
        for left in (0..10).rev() {
            match surface.verify_code_b(&pin("00000000000000")).unwrap_err() {
                Error::PinIncorrect { retries: Some(told) } if left > 0 => assert_eq!(told, left),
                Error::PinBlocked if left == 0 => {}
                other => panic!("{other} with {left} left"),
            }
            assert_eq!(surface.retries(ef::CODE_B).unwrap().count(), Some(left));
        }
        assert!(matches!(surface.verify_code_b(&pin(&issued.code_b())), Err(Error::PinBlocked)));
        assert_eq!(surface.retries(ef::CODE_A).unwrap(), Retries::Remaining(10));
        for left in (0..10).rev() {
            // Nobody is told the right one.
            surface.verify_code_a(&pin("000000000000")).unwrap_err();
            assert_eq!(surface.retries(ef::CODE_A).unwrap().count(), Some(left));
        }
        assert_eq!(surface.retries(ef::BIRTH_DATE).unwrap(), Retries::Remaining(10));
    });
}

#[test]
fn myna_card_ends_a_verified_number_by_selecting_the_other_application() {
    with_myna("myna_card_ends_a_verified_number_by_selecting_the_other_application", |issued, card| {
        SurfaceAp::select(card).unwrap().verify_code_b(&pin(&issued.code_b())).unwrap();
        SurfaceAp::select(card).unwrap().read_card_face().unwrap();
        JpkiAp::select(card).unwrap().verify_auth_pin(&pin("1234")).unwrap();
        assert!(SurfaceAp::select(card).unwrap().read_card_face().is_err());
        let mut jpki = JpkiAp::select(card).unwrap();
        assert!(jpki.sign_with_auth_key(SignatureScheme::Sha256DigestInfo, b"a message").is_err());
    });
}

/// Our root as that crate has keys: `90` exponent, `91` modulus.
fn surface_root(issued: &IssuedCard) -> RsaPublicKey {
    let folder = std::fs::read_dir(issued.layout().surface_anchors()).unwrap();
    let anchor = std::fs::read(folder.into_iter().next().unwrap().unwrap().path()).unwrap();
    let said = openssl(&["rsa", "-pubin", "-noout", "-modulus"], &anchor).expect_ok("an RSA key");
    let modulus = hex::decode(said.out.trim().strip_prefix("Modulus=").unwrap()).unwrap();
    RsaPublicKey { exponent: vec![1, 0, 1], modulus }
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
