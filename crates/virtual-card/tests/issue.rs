//! What the simulated issuer makes, judged by openssl and by the verifier of this project.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use common::{NOW, Said, openssl};
use reservation::pin::PinKind;
use reservation::timestamp::Timestamp;
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::{date, datetime};
use trust::{Anchors, CardRegistry as _, CrlFiles, FileRegistry, HolderCertificate, Revocation as _};
use trust::{RevocationReason, Status, verify_certificate};
use virtual_card::issuer::{CardOrder, Generation, IssuerError, Revocation};
use virtual_card::testing::IssuedCard;

fn text(der: &[u8]) -> String {
    openssl(&["x509", "-inform", "der", "-noout", "-text", "-nameopt", "utf8,sep_comma_plus_space"], der)
        .expect_ok("a certificate")
        .out
}

fn timestamp(at: OffsetDateTime) -> Timestamp {
    Timestamp::from_unix_secs(at.unix_timestamp())
}

fn anchors(card: &IssuedCard) -> Anchors {
    let layout = card.layout();
    Anchors::load(&layout.anchors(PinKind::Signature), &layout.anchors(PinKind::User)).unwrap()
}

fn trusted(card: &IssuedCard, kind: PinKind, now: OffsetDateTime) -> HolderCertificate {
    verify_certificate(&card.certificate(kind), &anchors(card), timestamp(now)).unwrap()
}

/// `openssl verify` of a card's certificate under one CA file.
fn chain(card: &IssuedCard, kind: PinKind, anchor: &Path) -> Said {
    let folder = tempfile::tempdir().unwrap();
    let pem = openssl(&["x509", "-inform", "der"], &card.certificate(kind)).expect_ok("PEM");
    let path = folder.path().join("leaf.pem");
    fs::write(&path, pem.bytes).unwrap();
    let at = NOW.unix_timestamp().to_string();
    let path = path.to_str().unwrap();
    // openssl knows no policy of ours; it checks the chain, the dates and the key identifiers.
    openssl(&["verify", "-attime", &at, "-ignore_critical", "-CAfile", anchor.to_str().unwrap(), path], b"")
}

#[test]
fn the_user_certificate_has_the_public_profile_and_nothing_personal() {
    let card = IssuedCard::new(NOW);
    let text = text(&card.certificate(PinKind::User));
    for line in [
        "Version: 3 (0x2)",
        "Signature Algorithm: sha256WithRSAEncryption",
        "Public-Key: (2048 bit)",
        "Exponent: 65537 (0x10001)",
        "Not Before: Nov 20 15:00:00 2026 GMT",
        "Not After : Feb 17 14:59:59 2031 GMT",
        "X509v3 Key Usage: critical\n                Digital Signature\n",
        "X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n",
        "X509v3 Certificate Policies: critical\n                Policy: 1.2.392.200149.8.5.1.3.30\n",
        "X509v3 Issuer Alternative Name: \n                DirName:",
        "OU = CRL Distribution Points, OU = Kakuu-to, CN = Mihon-ku CRLDP",
        "X509v3 Authority Key Identifier: \n                keyid:",
    ] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
    assert!(!text.contains("Subject Alternative Name"), "{text}");
    let subject = text.lines().find_map(|line| line.trim().strip_prefix("Subject: C=JP, CN=")).unwrap();
    assert_eq!(subject.len(), 22, "{subject}");
}

#[test]
fn the_signature_certificate_tells_the_holder_in_the_order_of_the_wire() {
    let card = IssuedCard::new(NOW);
    let text = text(&card.certificate(PinKind::Signature));
    for line in [
        "Subject: C=JP, L=Kakuu-to, L=Mihon-ku, CN=",
        "X509v3 Key Usage: critical\n                Digital Signature, Non Repudiation\n",
        "X509v3 Certificate Policies: critical\n                Policy: 1.2.392.200149.8.5.1.1.20\n",
    ] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
    assert!(!text.contains("Extended Key Usage"), "{text}");
    let names: Vec<_> = text
        .lines()
        .find(|line| line.contains("othername"))
        .unwrap()
        .split("othername:")
        .skip(1)
        .map(|name| name.trim().trim_start_matches("1.2.392.200149.8.5.5.").trim_end_matches(','))
        .collect();
    assert_eq!(
        names,
        [
            "1::番号　花子",
            "4::319800217",
            "3::2",
            "5::架空都見本区模擬町一丁目２番３号",
            "2::00000",
            "6::0000000000000000"
        ]
    );
}

#[test]
fn both_generations_of_a_purpose_share_their_name_and_only_the_key_tells_them_apart() {
    let card = IssuedCard::new(NOW);
    for kind in PinKind::ALL {
        let subject = |generation| {
            let path = card.layout().anchors(kind).join(format!("{generation}.pem"));
            openssl(&["x509", "-noout", "-subject"], &fs::read(path).unwrap()).expect_ok("a CA").out
        };
        assert_eq!(subject(1), subject(2));
        assert!(!subject(1).contains("JPKI"), "{}", subject(1));
    }
}

#[test]
fn a_certificate_chains_to_its_own_generation_and_purpose_only() {
    for generation in Generation::ALL {
        let card = IssuedCard::with(NOW, |order| order.generation = generation);
        for kind in PinKind::ALL {
            for anchor_kind in PinKind::ALL {
                for anchor in Generation::ALL {
                    let path = card.layout().anchors(anchor_kind).join(format!("{}.pem", anchor.number()));
                    let said = chain(&card, kind, &path);
                    let own = anchor_kind == kind && anchor == generation;
                    assert_eq!(
                        said.ok,
                        own,
                        "{kind} {generation:?} {anchor_kind} {anchor:?}\n{}",
                        said.all()
                    );
                }
            }
        }
    }
}

#[test]
fn the_verifier_believes_both_certificates_and_reads_the_birth_date() {
    for generation in Generation::ALL {
        let card = IssuedCard::with(NOW, |order| order.generation = generation);
        for kind in PinKind::ALL {
            let certificate = trusted(&card, kind, NOW);
            assert_eq!(certificate.pin_kind(), kind);
            assert_eq!(certificate.not_after(), timestamp(datetime!(2031-02-17 14:59:59 UTC)));
            let birth = certificate.birth_date().map(|date| (date.year, date.month, date.day));
            assert_eq!(birth, (kind == PinKind::Signature).then_some((1980, 2, 17)));
        }
    }
}

#[tokio::test]
async fn the_register_leads_from_either_certificate_to_one_card() {
    let card = IssuedCard::new(NOW);
    let second = CardOrder::today("second".parse().unwrap(), NOW);
    card.issuer(NOW).issue(&second).unwrap();
    let registry = FileRegistry::open(&card.layout().register()).unwrap();
    let user = trusted(&card, PinKind::User, NOW);
    let signature = trusted(&card, PinKind::Signature, NOW);
    let entry = registry.find(user.reference()).await.unwrap();
    assert_eq!(registry.find(signature.reference()).await.unwrap(), entry);
    assert_eq!(entry.identity.len(), 16);
    let registered = entry.signature.unwrap();
    assert_eq!(registered.spki, signature.spki());
    assert_eq!(registered.key_hash(), signature.key_hash());
    assert_eq!(registered.not_before, signature.not_before());
    assert_eq!(registered.not_after, signature.not_after());
    assert_eq!(entry.user.unwrap().spki, user.spki());
}

#[tokio::test]
async fn a_card_without_signature_certificate_is_registered_without_it() {
    let card = IssuedCard::with(NOW, |order| order.with_signature = false);
    let registry = FileRegistry::open(&card.layout().register()).unwrap();
    let entry = registry.find(trusted(&card, PinKind::User, NOW).reference()).await.unwrap();
    assert!(entry.user.is_some());
    assert!(entry.signature.is_none());
}

#[tokio::test]
async fn a_revoked_certificate_is_on_the_list_with_its_reason_and_the_other_one_is_not() {
    for (kind, reason) in [
        (PinKind::Signature, RevocationReason::AffiliationChanged),
        (PinKind::User, RevocationReason::CessationOfOperation),
    ] {
        let card = IssuedCard::with(NOW, |order| order.generation = Generation::First);
        let later = NOW + time::Duration::HOUR;
        assert_eq!(card.issuer(later).revoke(card.name(), kind, later).unwrap(), Revocation::Added);
        assert_eq!(card.issuer(later).revoke(card.name(), kind, later).unwrap(), Revocation::AlreadyThere);
        let lists = CrlFiles::open(&card.layout().crls(), Arc::new(anchors(&card))).unwrap();
        let status = lists.status(trusted(&card, kind, later).reference(), timestamp(later)).await.unwrap();
        assert_eq!(status, Status::Revoked { at: timestamp(later), reason });
        let other = trusted(&card, kind.other(), later);
        assert_eq!(lists.status(other.reference(), timestamp(later)).await.unwrap(), Status::Good);
    }
}

#[tokio::test]
async fn a_list_is_stale_after_a_week_until_it_is_refreshed() {
    let card = IssuedCard::new(NOW);
    let user = trusted(&card, PinKind::User, NOW);
    let week = NOW + time::Duration::days(7);
    let lists = || CrlFiles::open(&card.layout().crls(), Arc::new(anchors(&card))).unwrap();
    let before = timestamp(week - time::Duration::SECOND);
    // Beyond the clock skew that the verifier grants.
    let after = timestamp(week + time::Duration::HOUR);
    assert_eq!(lists().status(user.reference(), before).await.unwrap(), Status::Good);
    assert!(lists().status(user.reference(), after).await.is_err());
    card.issuer(week).refresh_crls(week).unwrap();
    assert_eq!(lists().status(user.reference(), after).await.unwrap(), Status::Good);
}

#[test]
fn a_list_is_signed_by_its_ca_and_counts_its_issues() {
    let card = IssuedCard::new(NOW);
    card.issuer(NOW).revoke(card.name(), PinKind::User, NOW).unwrap();
    card.issuer(NOW).refresh_crls(NOW).unwrap();
    for kind in PinKind::ALL {
        for generation in 1..=2 {
            let anchor = card.layout().anchors(kind).join(format!("{generation}.pem"));
            let list = fs::read(card.layout().crls().join(format!("{kind}-{generation}.crl"))).unwrap();
            let arguments = ["crl", "-inform", "der", "-noout", "-text", "-CAfile", anchor.to_str().unwrap()];
            let said = openssl(&arguments, &list).expect_ok("a list");
            assert!(said.err.contains("verify OK"), "{}", said.err);
            let revoked = (kind, generation) == (PinKind::User, 2);
            let number = if revoked { 3 } else { 2 };
            assert!(said.out.contains(&format!("CRL Number: \n                {number}\n")), "{}", said.out);
            assert_eq!(said.out.contains("Cessation Of Operation"), revoked, "{}", said.out);
        }
    }
}

#[test]
fn dates_outside_the_issuers_own_validity_are_refused() {
    let card = IssuedCard::new(NOW);
    let issue = |issued| {
        let order = CardOrder { issued, ..CardOrder::today("other".parse().unwrap(), NOW) };
        card.issuer(NOW).issue(&order)
    };
    assert!(matches!(issue(date!(2015 - 01 - 01)), Err(IssuerError::OutOfRange)));
    assert!(matches!(issue(date!(2039 - 01 - 01)), Err(IssuerError::OutOfRange)));
    // Years ago is fine: such a card's certificates have expired.
    issue(date!(2020 - 04 - 01)).unwrap();
}

#[test]
fn a_name_that_is_taken_is_refused_and_the_card_is_left_alone() {
    let card = IssuedCard::new(NOW);
    let before = fs::read(card.path()).unwrap();
    let again = card.issuer(NOW).issue(&CardOrder::today(card.name().clone(), NOW));
    assert!(matches!(again, Err(IssuerError::CardExists(_))));
    assert_eq!(fs::read(card.path()).unwrap(), before);
}

#[test]
fn keys_and_the_card_are_for_their_owner_only_and_the_rest_is_for_everyone() {
    let card = IssuedCard::new(NOW);
    let mut files = 0;
    let mut folders = vec![card.layout().root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let name = entry.file_name().into_string().unwrap();
            let secret = name.ends_with(".key") || name == "card.json" || name == "lock";
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, if secret { 0o600 } else { 0o644 }, "{name}");
            files += 1;
        }
    }
    // 4 certificates, 4 keys, 4 anchors, 4 lists; 2 keys, certificate and anchor of the surface application; register,
    // card, lock.
    assert_eq!(files, 23);
}

#[test]
fn the_cards_file_does_not_hold_its_pins_in_plain() {
    let card = IssuedCard::new(NOW);
    let mut values = vec![serde_json::from_slice(&fs::read(card.path()).unwrap()).unwrap()];
    let mut strings = 0;
    while let Some(value) = values.pop() {
        match value {
            Value::Object(members) => values.extend(members.into_iter().map(|(_, value)| value)),
            Value::Array(items) => values.extend(items),
            Value::String(text) => {
                strings += 1;
                for pin in [virtual_card::FRESH_USER_PIN, virtual_card::FRESH_SIGNATURE_PIN] {
                    assert!(text != pin && text != hex::encode(pin));
                }
            }
            Value::Number(number) => assert_ne!(number.to_string(), virtual_card::FRESH_USER_PIN),
            Value::Null | Value::Bool(_) => {}
        }
    }
    assert!(strings > 8);
}
