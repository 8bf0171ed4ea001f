//! Signatures over statements: what is accepted, what is refused and why, and whether openssl agrees.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
    EcdsaKeyPair, KeyPair,
};
use reservation::PinKind;
use trust::{SignatureError, verify_certificate, verify_spki};

use crate::authority::{House, spki};
use crate::corpus::p256_point;
use crate::der::{bit_string, integer, null, oid, seq};
use crate::forged;
use crate::holder::{Holder, NOW, key_of};
use crate::openssl;

const STATEMENT: &[u8] = b"the labelled bytes of a statement";

fn sha256(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().to_vec()
}

#[test]
fn the_certificate_s_key_signs_and_no_other() {
    let house = House::build();
    for kind in PinKind::ALL {
        let holder = Holder::genuine(house.current(kind));
        let certificate = verify_certificate(&holder.der(), &house.anchors, NOW).unwrap();
        let signature = key_of(kind).sign(STATEMENT);
        assert_eq!(certificate.verify(STATEMENT, &signature), Ok(()));
        assert_eq!(verify_spki(certificate.spki(), STATEMENT, &signature), Ok(()));
        assert_eq!(certificate.verify(b"other bytes", &signature), Err(SignatureError::Mismatch));
        let other = key_of(kind.other()).sign(STATEMENT);
        assert_eq!(certificate.verify(STATEMENT, &other), Err(SignatureError::Mismatch));
    }
}

#[test]
fn every_wrong_rsa_signature_is_refused_and_openssl_agrees_about_its_256_bytes() {
    let key = key_of(PinKind::User);
    let genuine = key.sign(STATEMENT);
    assert_eq!(openssl::raw_private(&key.path, &forged::genuine(&sha256(STATEMENT))), genuine);
    let sign = |digest, options: &[&str]| openssl::sign(&key.path, digest, options, STATEMENT);
    let mut cases = vec![
        ("over SHA-1", sign("-sha1", &[])),
        ("over SHA-384", sign("-sha384", &[])),
        ("PSS", sign("-sha256", &["rsa_padding_mode:pss"])),
        ("over the hash instead of the bytes", key.sign(&sha256(STATEMENT))),
        ("by another key", key_of(PinKind::Signature).sign(STATEMENT)),
        ("empty", Vec::new()),
        ("zeros", vec![0; 256]),
        ("one", [&[0; 255][..], &[1]].concat()),
        ("the modulus", key.modulus()),
        ("above the modulus", vec![0xff; 256]),
        ("cut by one byte", genuine[..255].to_vec()),
        ("with a byte more", [&genuine[..], &[0]].concat()),
        ("with a zero in front", [&[0], &genuine[..]].concat()),
        ("twice", genuine.repeat(2)),
    ];
    for forgery in forged::forgeries(&sha256(STATEMENT)) {
        cases.push((forgery.name, raw(&key.path, &forgery.block)));
    }
    assert!(openssl::verify_signature(&key.spki(), STATEMENT, &genuine), "openssl accepts the genuine one");
    for (name, signature) in cases {
        let expected = if signature.len() == 256 { SignatureError::Mismatch } else { SignatureError::Length };
        assert_eq!(verify_spki(&key.spki(), STATEMENT, &signature), Err(expected), "{name}");
        // `openssl dgst` reads as many bytes of the file as the key has, and leaves what follows.
        let reads_a_part = signature.len() > 256 && signature.starts_with(&genuine);
        let accepts = openssl::verify_signature(&key.spki(), STATEMENT, &signature);
        assert_eq!(accepts, reads_a_part, "openssl: {name}");
    }
}

/// The private operation; a block above the modulus has none, so its own bytes stand for the signature.
fn raw(key: &str, block: &[u8; 256]) -> Vec<u8> {
    if block[0] == 0 { openssl::raw_private(key, block) } else { block.to_vec() }
}

#[test]
fn a_signature_plus_the_modulus_is_not_the_signature() {
    let key = key_of(PinKind::User);
    let modulus = key.modulus();
    // Of some messages the sum still has 256 bytes; it is the same number modulo n.
    let (message, sum) = (0u32..)
        .map(|counter| counter.to_be_bytes())
        .find_map(|message| add(&key.sign(&message), &modulus).map(|sum| (message, sum)))
        .unwrap();
    assert_eq!(verify_spki(&key.spki(), &message, &key.sign(&message)), Ok(()));
    assert_eq!(verify_spki(&key.spki(), &message, &sum), Err(SignatureError::Mismatch));
    assert!(!openssl::verify_signature(&key.spki(), &message, &sum));
}

pub(crate) fn add(a: &[u8], b: &[u8]) -> Option<Vec<u8>> {
    let mut carry = 0u16;
    let mut sum = vec![0; a.len()];
    for index in (0..a.len()).rev() {
        carry += u16::from(a[index]) + u16::from(b[index]);
        sum[index] = carry as u8;
        carry >>= 8;
    }
    (carry == 0).then_some(sum)
}

#[test]
fn no_bit_of_a_signature_or_of_its_statement_can_be_flipped() {
    let key = key_of(PinKind::User);
    let genuine = key.sign(STATEMENT);
    let flip = |bytes: &[u8], bit: usize| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    };
    for bit in 0..genuine.len() * 8 {
        let said = verify_spki(&key.spki(), STATEMENT, &flip(&genuine, bit));
        assert_eq!(said, Err(SignatureError::Mismatch), "bit {bit}");
    }
    for bit in 0..STATEMENT.len() * 8 {
        let said = verify_spki(&key.spki(), &flip(STATEMENT, bit), &genuine);
        assert_eq!(said, Err(SignatureError::Mismatch), "bit {bit}");
    }
}

/// The order of P-256.
const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

#[test]
fn a_p256_signature_is_r_and_s_and_nothing_else() {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
    let asn1 = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).unwrap();
    let spki = key.public_key().as_der().unwrap().as_ref().to_vec();
    let genuine = key.sign(&SystemRandom::new(), STATEMENT).unwrap().as_ref().to_vec();
    assert_eq!(verify_spki(&spki, STATEMENT, &genuine), Ok(()));
    assert!(openssl::verify_signature(&spki, STATEMENT, &as_der(&genuine)), "openssl agrees");

    let order = hex::decode(ORDER).unwrap();
    let (r, s) = genuine.split_at(32);
    let der = asn1.sign(&SystemRandom::new(), STATEMENT).unwrap().as_ref().to_vec();
    assert_eq!(verify_spki(&spki, STATEMENT, &der), Err(SignatureError::Length), "the form of X.509");
    for (name, signature) in [
        ("r is zero", [&[0; 32], s].concat()),
        ("s is zero", [r, &[0; 32]].concat()),
        ("both are zero", vec![0; 64]),
        ("r is the order", [&order, s].concat()),
        ("s is the order", [r, &order].concat()),
        ("both are above the order", vec![0xff; 64]),
        ("swapped", [s, r].concat()),
    ] {
        assert_eq!(verify_spki(&spki, STATEMENT, &signature), Err(SignatureError::Mismatch), "{name}");
        assert!(!openssl::verify_signature(&spki, STATEMENT, &as_der(&signature)), "openssl accepts: {name}");
    }
    assert_eq!(verify_spki(&spki, b"other bytes", &genuine), Err(SignatureError::Mismatch));
    assert_eq!(verify_spki(&spki, STATEMENT, &genuine[..63]), Err(SignatureError::Length));
}

/// Ecdsa-Sig-Value (RFC 3279 §2.2.3), for openssl.
fn as_der(fixed: &[u8]) -> Vec<u8> {
    seq(&[&integer(&fixed[..32]), &integer(&fixed[32..])])
}

#[test]
fn keys_of_any_other_kind_are_refused_whatever_the_signature() {
    let key = key_of(PinKind::User);
    let genuine = key.sign(STATEMENT);
    let modulus = key.modulus();
    let rsa = |modulus: &[u8], exponent: &[u8]| spki(&seq(&[&integer(modulus), &integer(exponent)]));
    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let p384 = p384.public_key().as_der().unwrap().as_ref().to_vec();
    let p256 = |point: &[u8]| {
        seq(&[&seq(&[&oid("1.2.840.10045.2.1"), &oid("1.2.840.10045.3.1.7")]), &bit_string(point)])
    };
    let whole = p256(&p256_point());
    assert_eq!(
        verify_spki(&whole, STATEMENT, &[1; 64]),
        Err(SignatureError::Mismatch),
        "a key as it should be"
    );
    for (name, spki) in [
        ("nothing", Vec::new()),
        ("garbage", vec![0x5a; 294]),
        ("a byte after the end", [&key.spki()[..], &[0]].concat()),
        ("cut by one byte", key.spki()[..293].to_vec()),
        ("1024 bits", rsa(&modulus[..128], &[1, 0, 1])),
        ("4096 bits", rsa(&modulus.repeat(2), &[1, 0, 1])),
        ("exponent 3", rsa(&modulus, &[3])),
        ("exponent 1", rsa(&modulus, &[1])),
        ("exponent 0", rsa(&modulus, &[])),
        ("a megabyte", rsa(&[0xc3; 1 << 20], &[1, 0, 1])),
        ("the key without its algorithm", key.public()),
        ("P-384", p384),
        ("no point", p256(&[])),
        ("the point at infinity", p256(&[0])),
        ("a point off the curve", p256(&[&[4][..], &[1; 64]].concat())),
        ("a compressed point", p256(&[&[3], &p256_point()[1..33]].concat())),
        ("Ed25519", seq(&[&seq(&[&oid("1.3.101.112")]), &bit_string(&[9; 32])])),
        ("RSA that is a point", spki(&[4; 65])),
        ("no bits", seq(&[&seq(&[&oid("1.2.840.113549.1.1.1"), &null()]), &bit_string(&[])])),
    ] {
        assert_eq!(verify_spki(&spki, STATEMENT, &genuine), Err(SignatureError::Key), "{name}");
    }
}
