//! The surface application as a client by another author takes it: the crate `myna-card`, written from physical cards,
//! through the real PC/SC stack.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use common::myna::{pin, with_myna};
use common::openssl;
use myna_card::Error;
use myna_card::ap::jpki::{JpkiAp, SignatureScheme};
use myna_card::ap::surface::{SurfaceAp, ef};
use myna_card::card::Retries;
use myna_card::data::{ImageFormat, RsaPublicKey, Sex, verification_code_b};
use virtual_card::testing::IssuedCard;

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
