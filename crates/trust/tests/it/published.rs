//! The rules against certificates that others made: J-LIS's published authorities and a JPKI test card.

use std::fs;
use std::path::{Path, PathBuf};

use reservation::pin::BirthDate;
use reservation::{PinKind, Timestamp};
use trust::{Anchors, CertificateError, NotProved, Policies, verify_certificate};

/// Card facts §5.1.
const FINGERPRINTS: [(PinKind, &str, &str); 6] = [
    (
        PinKind::Signature,
        "0d034cbb34d0714f45e45a1cafd8fd143fab54a7",
        "19645405a1fe14377434bd55957628ac4038557c542403a2243f21c706fc9355",
    ),
    (
        PinKind::Signature,
        "4de017de4b7f473dcd867a62d38b134ace83558a",
        "79679c33e4cc9319440f1ad120a597ff1844e2ef217063adb176966fd5e6fbeb",
    ),
    (
        PinKind::Signature,
        "d21ea55895617e93adbf966b941ab4edf653f08f",
        "d227f6cde11d35c5252178f106f843d24651944975413b539fa2fb68dbfa365f",
    ),
    (
        PinKind::User,
        "9567951b5ca70d84a0fff1d85a87f1aab1340385",
        "4dcfc4ca0aaf9fb2a3081b3f0c991c320b3acc008667a341eeaec5af1d58ca7d",
    ),
    (
        PinKind::User,
        "8cd5586a891485e559379b7e29d410cfd28b3593",
        "0d98de47fc11b7f67126874b7028b6026a803d2638d6edfe53176953961fade6",
    ),
    (
        PinKind::User,
        "1ac100f596a3bc8c4b3df195e32699249e9e308a",
        "64114f29620c24ed2631d46476a040e7ee740d956089c00b036a6a8118c322b5",
    ),
];

/// 2026-11-21T00:00:00Z.
const NOW: Timestamp = Timestamp::from_unix_secs(1_795_219_200);

fn published(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/published").join(name)
}

/// A directory with these files, split by purpose.
fn anchors(signature: &[&str], user: &[&str], policies: Policies) -> Anchors {
    let directory = tempfile::tempdir().unwrap();
    for (place, names) in [("signature", signature), ("user", user)] {
        fs::create_dir(directory.path().join(place)).unwrap();
        for name in names {
            fs::copy(published(name), directory.path().join(place).join(name)).unwrap();
        }
    }
    Anchors::load_with(&directory.path().join("signature"), &directory.path().join("user"), policies).unwrap()
}

fn test_hierarchy() -> Anchors {
    let policies = Policies::new(&["1.2.392.200149.8.5.1.0.20"], &["1.2.392.200149.8.5.1.0.30"]).unwrap();
    anchors(
        &["jpki-sign-ca-cert-2019.der", "jpki-sign-ca-cert.der"],
        &["jpki-auth-ca-cert-2019.der", "jpki-auth-ca-cert.der"],
        policies,
    )
}

#[test]
fn all_published_authorities_load_with_their_published_fingerprints() {
    let anchors = anchors(
        &["signca01.cer", "signca02.cer", "signca03.cer"],
        &["authca01.cer", "authca02.cer", "authca03.cer"],
        Policies::default(),
    );
    let found: Vec<_> = anchors
        .summaries()
        .iter()
        .map(|summary| (summary.kind, summary.key_id.to_string(), hex::encode(summary.fingerprint)))
        .collect();
    let expected: Vec<_> =
        FINGERPRINTS.iter().map(|(kind, id, hash)| (*kind, (*id).to_owned(), (*hash).to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_test_card_s_certificates_prove_themselves_under_the_right_generation() {
    let anchors = test_hierarchy();
    for (file, kind, id) in [
        ("jpki-auth-cert.der", PinKind::User, "8b8b137d215ea601653cafb266528c44bc0f1664"),
        ("jpki-sign-cert.der", PinKind::Signature, "410021476b2bcf2c8a2bbbf83b38a978863da142"),
    ] {
        let certificate = verify_certificate(&fs::read(published(file)).unwrap(), &anchors, NOW).unwrap();
        assert_eq!(certificate.pin_kind(), kind);
        assert_eq!(certificate.issuer_key_id().to_string(), id);
        // 2030-02-17T14:59:59Z, the end of a birthday in Japan.
        assert_eq!(certificate.not_after(), Timestamp::from_unix_secs(1_897_570_799));
        let birth = BirthDate { year: 1980, month: 2, day: 17 };
        assert!(certificate.birth_date() == (kind == PinKind::Signature).then_some(birth));
    }
}

#[test]
fn a_test_card_proves_nothing_to_the_published_authorities_nor_under_their_policies() {
    let production =
        anchors(&["signca02.cer", "signca03.cer"], &["authca02.cer", "authca03.cer"], Policies::default());
    let published_policies =
        anchors(&["jpki-sign-ca-cert.der"], &["jpki-auth-ca-cert.der"], Policies::default());
    let older =
        anchors(&["jpki-sign-ca-cert-2019.der"], &["jpki-auth-ca-cert-2019.der"], Policies::default());
    for file in ["jpki-auth-cert.der", "jpki-sign-cert.der"] {
        let der = fs::read(published(file)).unwrap();
        for (anchors, reason) in [
            (&production, NotProved::UnknownIssuer),
            (&older, NotProved::UnknownIssuer),
            (&published_policies, NotProved::Policy),
        ] {
            let said = verify_certificate(&der, anchors, NOW).map(|_| ());
            assert_eq!(said, Err(CertificateError::NotProved(reason)), "{file}");
        }
    }
}
