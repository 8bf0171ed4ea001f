//! What the server must believe about a card, and what every doubt gets.

use std::sync::Arc;

use reservation::{BookingId, Nonce, PinKind};
use time::macros::date;
use virtual_card::issuer::CardOrder;
use virtual_card::testing::IssuedCard;
use wire::Bytes;
use wire::app::{Booking, CardEvidence};
use wire::problem::ProblemType;

use crate::answer::Answer;
use crate::faults::{BrokenRegister, NoRegister, NoRevocations};
use crate::holder::Holder;
use crate::phone::{Phone, evidence_call};
use crate::site::{NOON, Site};

async fn tried(phone: &Phone, booking: &Booking, evidence: &CardEvidence) -> ProblemType {
    phone.prove(booking.booking, evidence).await.refused()
}

/// Everything of a refusal that its receiver can see, except what names the request.
fn looks(answer: &Answer) -> (u16, String, Vec<String>) {
    let instance = answer.problem().instance;
    let body = String::from_utf8(answer.body.clone()).unwrap().replace(&instance, "");
    let mut headers: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
    headers.sort();
    (answer.status, body, headers)
}

#[tokio::test]
async fn every_doubt_before_the_card_is_proved_looks_the_same() {
    let site = Site::new();
    let holder = site.holder("taro");
    let stranger = IssuedCard::new(server::clock::to_date_time(NOON));
    let stranger = Holder::new(&stranger.path(), stranger.name().clone());
    let (phone, other) = (site.registered_phone().await, site.registered_phone().await);
    let booking = phone.start().await;
    let good = phone.evidence(&booking, &holder);
    let statement = phone.statement(&booking);

    let mut other_nonce = statement.clone();
    other_nonce.nonce = Nonce::from_bytes([7; 32]);
    let mut other_booking = statement.clone();
    other_booking.booking = BookingId::from_u128(7);
    let mut other_phone = statement.clone();
    other_phone.installation = other.installation();
    let mut wrong_purpose = statement.clone();
    wrong_purpose.target = PinKind::Signature;
    let mut one_bit = good.clone();
    one_bit.signature.0[100] ^= 1;
    let mut garbled = good.clone();
    garbled.certificate.0[40] ^= 1;

    let doubts = [
        ("a nonce of another booking", holder.sign_booking(&other_nonce)),
        ("another booking", holder.sign_booking(&other_booking)),
        ("another phone", holder.sign_booking(&other_phone)),
        ("the certificate of the wrong purpose", holder.sign_booking(&wrong_purpose)),
        ("an unknown issuer of the same name", stranger.sign_booking(&statement)),
        ("one bit of the signature", one_bit),
        ("one bit of the certificate", garbled),
        ("no signature", CardEvidence { signature: Bytes(Vec::new()), ..good.clone() }),
        ("no certificate", CardEvidence { certificate: Bytes(Vec::new()), ..good.clone() }),
        ("garbage for DER", CardEvidence { certificate: Bytes(vec![0x30; 2000]), ..good.clone() }),
        ("a large certificate", CardEvidence { certificate: Bytes(vec![0x30; 8000]), ..good.clone() }),
    ];
    let mut seen = Vec::new();
    for (what, evidence) in doubts {
        let answer = phone.prove(booking.booking, &evidence).await;
        assert_eq!(answer.refused(), ProblemType::CardNotProved, "{what}");
        seen.push(looks(&answer));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(phone.prove(booking.booking, &good).await.status, 200, "no doubt spoils the booking");
}

#[tokio::test]
async fn the_same_evidence_again_gets_the_same_answer_and_another_card_is_refused() {
    let site = Site::new();
    let (taro, hanako) = (site.holder("taro"), site.holder("hanako"));
    let phone = site.registered_phone().await;
    let booking = phone.start().await;
    let evidence = phone.evidence(&booking, &taro);
    let first = phone.prove(booking.booking, &evidence).await;
    let again = phone.prove(booking.booking, &evidence).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(tried(&phone, &booking, &phone.evidence(&booking, &hanako)).await, ProblemType::AnotherCard);
    assert_eq!(phone.reserve(booking.booking).await.status, 201, "the first card's booking goes on");
}

#[tokio::test]
async fn evidence_of_one_booking_is_worth_nothing_in_the_next() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let first = phone.start().await;
    let evidence = phone.evidence(&first, &holder);
    assert_eq!(phone.prove(first.booking, &evidence).await.status, 200);
    let second = phone.start().await;
    assert_eq!(tried(&phone, &second, &evidence).await, ProblemType::CardNotProved);
}

#[tokio::test]
async fn an_expired_certificate_is_told_plainly() {
    let site = Site::new();
    let holder = site.holder_with("taro", |order: &mut CardOrder| order.issued = date!(2020 - 06 - 01));
    let phone = site.registered_phone().await;
    let booking = phone.start().await;
    let evidence = phone.evidence(&booking, &holder);
    assert_eq!(tried(&phone, &booking, &evidence).await, ProblemType::CertificateExpired);
}

#[tokio::test]
async fn a_certificate_that_is_not_in_force_yet_is_told_plainly() {
    let site = Site::new();
    let holder = site.holder_with("taro", |order: &mut CardOrder| order.issued = date!(2026 - 11 - 25));
    let phone = site.registered_phone().await;
    let booking = phone.start().await;
    let evidence = phone.evidence(&booking, &holder);
    assert_eq!(tried(&phone, &booking, &evidence).await, ProblemType::CertificateNotYetValid);
}

#[tokio::test]
async fn a_revoked_certificate_is_told_plainly_and_so_is_a_revoked_target() {
    let site = Site::new();
    let phone = site.registered_phone().await;
    let now = server::clock::to_date_time(NOON);
    for (name, kind, expected) in [
        ("known", PinKind::Signature, ProblemType::CertificateRevoked),
        ("target", PinKind::User, ProblemType::TargetCertificateRevoked),
    ] {
        let holder = site.holder(name);
        site.issuer().revoke(&holder.name, kind, now).unwrap();
        let booking = phone.start().await;
        assert_eq!(tried(&phone, &booking, &phone.evidence(&booking, &holder)).await, expected);
        assert_eq!(phone.reserve(booking.booking).await.refused(), ProblemType::BookingOutOfOrder);
    }
}

#[tokio::test]
async fn a_card_that_the_register_does_not_know_is_refused() {
    let site = Site::new();
    let holder = site.holder("taro");
    let register = site.config.trust.register();
    let text = std::fs::read_to_string(&register).unwrap();
    let mut cards: serde_json::Value = serde_json::from_str(&text).unwrap();
    cards["cards"].as_array_mut().unwrap().pop();
    std::fs::write(&register, cards.to_string()).unwrap();
    let phone = site.registered_phone().await;
    let booking = phone.start().await;
    let evidence = phone.evidence(&booking, &holder);
    assert_eq!(tried(&phone, &booking, &evidence).await, ProblemType::CardUnknown);
}

#[tokio::test]
async fn a_register_or_a_list_that_cannot_be_asked_is_never_good_and_can_be_retried() {
    let no_register = Site::with(|_| {}, |parts| parts.registry = Arc::new(NoRegister));
    let no_lists = Site::with(|_| {}, |parts| parts.revocation = Arc::new(NoRevocations));
    for site in [no_register, no_lists] {
        let holder = site.holder("taro");
        let phone = site.registered_phone().await;
        let booking = phone.start().await;
        let evidence = phone.evidence(&booking, &holder);
        assert_eq!(tried(&phone, &booking, &evidence).await, ProblemType::Unavailable);
    }
}

#[tokio::test]
async fn a_revocation_list_that_is_out_of_date_is_never_good_until_the_next_one_is_there() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    site.at(8 * 86_400);
    let booking = phone.start().await;
    let evidence = phone.evidence(&booking, &holder);
    assert_eq!(tried(&phone, &booking, &evidence).await, ProblemType::Unavailable);
    site.refresh_lists();
    assert_eq!(phone.prove(booking.booking, &evidence).await.status, 200);
}

#[tokio::test]
async fn evidence_that_is_not_what_the_interface_describes_is_refused_before_the_card_is_looked_at() {
    let site = Site::new();
    let phone = site.registered_phone().await;
    let booking = phone.start().await.booking;
    for bad in [
        "",
        "{}",
        "[]",
        r#"{"certificate":"AQ","signature":"AQ","name":"x"}"#,
        r#"{"certificate":"+","signature":"AQ"}"#,
    ] {
        let answer = phone.call(evidence_call(booking, bad.as_bytes())).await;
        assert_eq!(answer.refused(), ProblemType::MalformedRequest, "{bad}");
    }
    let deep = "[".repeat(10_000);
    let answer = phone.call(evidence_call(booking, deep.as_bytes())).await;
    assert_eq!(answer.refused(), ProblemType::MalformedRequest);
}

#[tokio::test]
async fn the_issuer_is_found_by_its_key_and_both_generations_are_believed() {
    let site = Site::new();
    let phone = site.registered_phone().await;
    for (name, generation) in ["first", "second"].into_iter().zip(generations()) {
        let holder = site.holder_with(name, |order| order.generation = generation);
        let booking = phone.start().await;
        assert_eq!(
            phone.prove(booking.booking, &phone.evidence(&booking, &holder)).await.status,
            200,
            "{name}"
        );
    }
}

fn generations() -> [virtual_card::issuer::Generation; 2] {
    virtual_card::issuer::Generation::ALL
}

#[tokio::test]
async fn a_panic_of_ours_is_a_problem_without_its_words_and_the_server_goes_on() {
    let site = Site::with(|_| {}, |parts| parts.registry = Arc::new(BrokenRegister));
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let booking = phone.start().await;
    let evidence = phone.evidence(&booking, &holder);
    for _ in 0..3 {
        let answer = phone.prove(booking.booking, &evidence).await;
        assert_eq!(answer.refused(), ProblemType::Internal);
        assert!(!String::from_utf8_lossy(&answer.body).contains("canary"));
    }
    assert_eq!(phone.start().await.target, wire::PinKind::User);
}
