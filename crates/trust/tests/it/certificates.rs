//! The corpus against [`verify_certificate`], openssl beside it, and what a verified certificate tells.

use reservation::pin::BirthDate;
use reservation::{PinKind, Timestamp};
use trust::{Anchors, CertificateError, NotProved, verify_certificate, verify_certificate_of};

use crate::authority::{Ca, House, SKI, load, test_key};
use crate::corpus::{Openssl, corpus};
use crate::der::{Ext, tlv};
use crate::holder::{
    CANARIES, Holder, NOW, SUBJECT_ALT_NAME, VALIDITY, alternative_names, key_of, policy_of,
};
use crate::openssl::{self, Question};

#[test]
fn every_certificate_of_the_corpus_is_accepted_or_refused_for_its_own_reason() {
    let house = House::build();
    for case in corpus(&house) {
        let said = verify_certificate(&case.der, &house.anchors, case.at).map(|_| ());
        assert_eq!(said, case.ours, "{}", case.name);
    }
}

#[test]
fn every_reason_to_refuse_has_a_certificate_in_the_corpus_or_a_test_of_its_own() {
    let house = House::build();
    let reasons: Vec<_> = corpus(&house).iter().filter_map(|case| case.ours.err()).collect();
    use NotProved as N;
    for reason in [
        N::TooLarge,
        N::Malformed,
        N::DuplicateExtension,
        N::UnknownCriticalExtension,
        N::UnknownIssuer,
        N::IssuerMismatch,
        N::SignatureAlgorithm,
        N::BadSignature,
        N::WrongPurpose,
        N::Authority,
        N::Policy,
        N::KeyUsage,
        N::ExtendedKeyUsage,
        N::Key,
    ] {
        assert!(reasons.contains(&CertificateError::NotProved(reason)), "{reason:?}");
    }
}

#[test]
fn openssl_agrees_or_differs_where_and_why_the_corpus_says() {
    let house = House::build();
    let bundles = PinKind::ALL.map(|kind| (kind, house.bundle(kind)));
    let mut wrong = Vec::new();
    for case in corpus(&house) {
        let (_, anchors) = bundles.iter().find(|(kind, _)| *kind == case.kind).unwrap();
        let question = Question {
            certificate: &case.der,
            anchors,
            at: case.at.unix_secs(),
            policy: policy_of(case.kind),
            crl: None,
        };
        let (accepts, said) = openssl::verify(&question);
        let (expected, why) = match case.openssl {
            Openssl::Agrees => (case.ours.is_ok(), "it agrees"),
            Openssl::Differs(why) => (case.ours.is_err(), why),
        };
        if accepts != expected {
            let verdict = if accepts { "accepts" } else { "refuses" };
            wrong.push(format!("{}: openssl {verdict}, against \"{why}\": {said}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_bit_of_a_certificate_can_be_flipped() {
    let house = House::build();
    let genuine = Holder::genuine(house.current(PinKind::User)).der();
    assert!(verify_certificate(&genuine, &house.anchors, NOW).is_ok());
    for bit in 0..genuine.len() * 8 {
        let mut flipped = genuine.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let said = verify_certificate(&flipped, &house.anchors, NOW);
        assert!(matches!(said, Err(CertificateError::NotProved(_))), "bit {bit}: {said:?}");
    }
}

#[test]
fn a_certificate_cut_anywhere_is_malformed() {
    let house = House::build();
    let genuine = Holder::genuine(house.current(PinKind::Signature)).der();
    for length in 0..genuine.len() {
        let said = verify_certificate(&genuine[..length], &house.anchors, NOW).map(|_| ());
        assert_eq!(said, Err(NotProved::Malformed.into()), "{length} bytes");
    }
}

#[test]
fn a_certificate_is_never_taken_for_the_other_purpose() {
    let house = House::build();
    for kind in PinKind::ALL {
        let genuine = Holder::genuine(house.current(kind)).der();
        assert_eq!(verify_certificate(&genuine, &house.anchors, NOW).unwrap().pin_kind(), kind);
        assert!(verify_certificate_of(kind, &genuine, &house.anchors, NOW).is_ok());
        let said = verify_certificate_of(kind.other(), &genuine, &house.anchors, NOW).map(|_| ());
        assert_eq!(said, Err(NotProved::WrongPurpose.into()));
    }
}

#[test]
fn an_anchor_of_one_purpose_proves_nothing_where_only_the_other_is_pinned() {
    let house = House::build();
    let user = house.directory.path().join("user");
    // A house whose signature directory holds strangers: its user anchors still are for user certificates only.
    let other = tempfile::tempdir().unwrap();
    let stranger = Ca::new(PinKind::Signature, test_key("stranger"), 1);
    std::fs::write(other.path().join("a.pem"), stranger.pem()).unwrap();
    let anchors = Anchors::load(other.path(), &user).unwrap();
    let signature = Holder::genuine(house.current(PinKind::Signature)).der();
    let said = verify_certificate(&signature, &anchors, NOW).map(|_| ());
    assert_eq!(said, Err(NotProved::UnknownIssuer.into()));
}

#[test]
fn a_certificate_falls_with_the_anchor_that_issued_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut expired = Ca::new(PinKind::User, test_key("user-1"), 1);
    expired.validity.1 = NOW.unix_secs() - 1;
    let signature = Ca::new(PinKind::Signature, test_key("signature-1"), 1);
    for ca in [&expired, &signature] {
        let place = directory.path().join(ca.kind.as_str());
        std::fs::create_dir(&place).unwrap();
        std::fs::write(place.join("a.pem"), ca.pem()).unwrap();
    }
    let anchors = load(directory.path()).unwrap();
    let holder = Holder::genuine(&expired).der();
    let earlier = Timestamp::from_unix_secs(expired.validity.1);
    assert!(verify_certificate(&holder, &anchors, earlier).is_ok());
    let said = verify_certificate(&holder, &anchors, NOW).map(|_| ());
    assert_eq!(said, Err(NotProved::IssuerNotInForce.into()));
}

#[test]
fn a_verified_certificate_tells_its_key_its_issuer_and_its_time() {
    let house = House::build();
    let holder = Holder::genuine(house.current(PinKind::User));
    let der = holder.der();
    let verified = verify_certificate(&der, &house.anchors, NOW).unwrap();
    assert_eq!(verified.spki(), holder.spki);
    assert_eq!(verified.key_hash().as_bytes().as_slice(), sha256(&holder.spki));
    assert_eq!(verified.hash().as_bytes().as_slice(), sha256(&der));
    assert_eq!(*verified.issuer_key_id(), house.current(PinKind::User).key_id());
    assert_eq!(verified.serial().as_bytes(), [0x22, 0x7b, 0x13]);
    assert_eq!(verified.reference().kind, PinKind::User);
    assert_eq!(verified.not_before(), Timestamp::from_unix_secs(VALIDITY.0));
    assert_eq!(verified.not_after(), Timestamp::from_unix_secs(VALIDITY.1));
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().to_vec()
}

#[test]
fn the_birth_date_comes_from_a_signature_certificate_if_it_is_whole() {
    let house = House::build();
    let birth =
        |holder: &Holder<'_>| verify_certificate(&holder.der(), &house.anchors, NOW).unwrap().birth_date();
    let signature = || Holder::genuine(house.current(PinKind::Signature));
    assert!(birth(&signature()) == Some(BirthDate { year: 1980, month: 2, day: 17 }));
    assert!(birth(&Holder::genuine(house.current(PinKind::User))).is_none());
    let with = |text: &str| signature().with_value(SUBJECT_ALT_NAME, alternative_names(text));
    assert!(birth(&with("319800000")).is_none(), "a partial date");
    assert!(birth(&with("000000000")).is_none(), "an unknown date");
    assert!(birth(&signature().without(SUBJECT_ALT_NAME)).is_none(), "no names at all");
    let broken = signature().with_value(SUBJECT_ALT_NAME, tlv(0x30, &[0xa0, 0x7f]));
    assert!(birth(&broken).is_none(), "names that cannot be read do not matter otherwise");
}

#[test]
fn nothing_that_is_printed_names_the_holder() {
    let house = House::build();
    let verified =
        verify_certificate(&Holder::genuine(house.current(PinKind::Signature)).der(), &house.anchors, NOW)
            .unwrap();
    let shown = format!("{verified:?} {verified:#?}");
    for canary in CANARIES.iter().chain(&["1980", "0217", "227b13", "[34, 123"]) {
        assert!(!shown.contains(canary), "{shown}");
    }
}

#[test]
fn a_key_identifier_of_any_length_an_authority_uses_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let mut user = Ca::new(PinKind::User, test_key("user-1"), 1);
    user.extensions.retain(|extension| extension.oid != SKI);
    user.extensions.push(Ext::new(SKI, false, tlv(4, &[0xee; 64])));
    let signature = Ca::new(PinKind::Signature, test_key("signature-1"), 1);
    for ca in [&user, &signature] {
        let place = directory.path().join(ca.kind.as_str());
        std::fs::create_dir(&place).unwrap();
        std::fs::write(place.join("a.pem"), ca.pem()).unwrap();
    }
    let anchors = load(directory.path()).unwrap();
    let named = tlv(0x30, &tlv(0x80, &[0xee; 64]));
    let holder = Holder::genuine(&user).with_value(crate::authority::AKI, named);
    assert!(verify_certificate(&holder.der(), &anchors, NOW).is_ok());
    assert_eq!(holder.spki, key_of(PinKind::User).spki());
}
