//! A claim: one kiosk, one card, one session, one authorisation; what is refused, and what is repeated.

use std::time::Duration;

use reservation::card::LiveClaim;
use reservation::{KioskId, Nonce, PinKind};
use server::service::Closure;
use wire::Bytes;
use wire::app::{Reservation, ReservationState};
use wire::kiosk::{Claim, Completion, FailureReason, Granted};
use wire::problem::ProblemType;

use crate::site::{NOON, Site};
use crate::terminal::{challenge, claim, claim_over, statement};

const DAY: u64 = 86_400;

#[tokio::test]
async fn the_same_session_with_the_same_body_gets_the_same_bytes() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    phone.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let session = kiosk.session().await;
    let sent = claim(&session, &holder, PinKind::User, challenge());
    let first = kiosk.send_claim(&sent).await;
    assert_eq!(first.status, 201, "{first}");
    site.advance(Duration::from_secs(60));
    let again = kiosk.send_claim(&sent).await;
    assert_eq!((again.status, again.body), (first.status, first.body));
}

#[tokio::test]
async fn the_grant_is_in_the_store_before_it_leaves() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let answer = kiosk.claim(&holder).await;
    let parts = site.running().parts();
    let number = reservation.number.parse_number();
    let card = parts.store.card_of(number).await.unwrap().unwrap();
    let stored = parts.store.load_card(&card).await.unwrap().unwrap();
    let reservation::card::Live::Claimed(LiveClaim { grant, .. }) = &stored.live.as_ref().unwrap().state
    else {
        panic!("no claim is stored");
    };
    assert_eq!(grant.as_bytes(), answer.body);
}

trait ParseNumber {
    fn parse_number(&self) -> reservation::ReservationNumber;
}

impl ParseNumber for String {
    fn parse_number(&self) -> reservation::ReservationNumber {
        reservation::ReservationNumber::parse(self).unwrap()
    }
}

#[tokio::test]
async fn another_body_in_the_same_session_is_refused() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let session = kiosk.session().await;
    assert_eq!(kiosk.send_claim(&claim(&session, &holder, PinKind::User, challenge())).await.status, 201);
    let other = kiosk.send_claim(&claim(&session, &holder, PinKind::User, challenge())).await;
    assert_eq!(other.refused(), ProblemType::SessionUsed);
}

#[tokio::test]
async fn a_session_that_claimed_one_card_cannot_claim_another() {
    let site = Site::new();
    let (taro, hanako) = (site.holder("taro"), site.holder("hanako"));
    let phone = site.registered_phone().await;
    phone.book(&taro).await;
    phone.book(&hanako).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let session = kiosk.session().await;
    assert_eq!(kiosk.send_claim(&claim(&session, &taro, PinKind::User, challenge())).await.status, 201);
    let other = claim(&session, &hanako, PinKind::User, challenge());
    for _ in 0..3 {
        assert_eq!(kiosk.send_claim(&other).await.refused(), ProblemType::SessionUsed);
    }
}

#[tokio::test]
async fn a_session_is_used_up_when_its_claim_has_ended() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let session = kiosk.session().await;
    let sent = claim(&session, &holder, PinKind::User, challenge());
    let granted: Granted = kiosk.send_claim(&sent).await.json();
    kiosk.report(&granted, &Completion::Failed { reason: FailureReason::HolderLeft }).await;
    assert_eq!(kiosk.send_claim(&sent).await.refused(), ProblemType::SessionUsed);
}

#[tokio::test]
async fn a_session_is_over_after_three_minutes_and_good_for_its_own_kiosk_alone() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let (kiosk, other) = (site.kiosk("k-1", "seven-eleven").await, site.kiosk("k-2", "seven-eleven").await);
    let session = kiosk.session().await;
    let sent = claim(&session, &holder, PinKind::User, challenge());
    assert_eq!(other.send_claim(&sent).await.refused(), ProblemType::SessionInvalid);
    let forged = Claim { session: session.session.replace('.', "x"), ..sent.clone() };
    assert_eq!(kiosk.send_claim(&forged).await.refused(), ProblemType::SessionInvalid);
    site.advance(Duration::from_secs(3 * 60 + 6));
    assert_eq!(kiosk.send_claim(&sent).await.refused(), ProblemType::SessionExpired);
}

#[tokio::test]
async fn a_signature_over_anything_but_this_claim_proves_nothing() {
    let site = Site::new();
    let (holder, stranger) = (site.holder("taro"), site.holder("hanako"));
    site.registered_phone().await.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let session = kiosk.session().await;
    let good = statement(&session, PinKind::User, challenge());

    let mut nonce = good.clone();
    nonce.nonce = Nonce::from_bytes([1; 32]);
    let mut other_kiosk = good.clone();
    other_kiosk.kiosk = KioskId::parse("k-2").unwrap();
    let mut target = good.clone();
    target.target = PinKind::Signature;
    for (what, spoilt) in [("nonce", nonce), ("kiosk", other_kiosk), ("target", target)] {
        let answer = kiosk.send_claim(&claim_over(&session, &holder, &spoilt)).await;
        assert_eq!(answer.refused(), ProblemType::CardNotProved, "{what}");
    }
    let signed = claim_over(&session, &holder, &good);
    let another_challenge = Claim { card_challenge: Bytes::from([7; 16]), ..signed.clone() };
    assert_eq!(kiosk.send_claim(&another_challenge).await.refused(), ProblemType::CardNotProved);
    let another_card = Claim { signature: stranger.sign_claim(&good).1, ..signed.clone() };
    assert_eq!(kiosk.send_claim(&another_card).await.refused(), ProblemType::CardNotProved);
    let short = Claim { card_challenge: Bytes::from([7; 15]), ..signed.clone() };
    assert_eq!(kiosk.send_claim(&short).await.refused(), ProblemType::MalformedRequest);
    assert_eq!(kiosk.send_claim(&signed).await.status, 201);
}

#[tokio::test]
async fn without_a_reservation_there_is_nothing_to_claim() {
    let site = Site::new();
    let holder = site.holder("taro");
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    assert_eq!(kiosk.claim(&holder).await.refused(), ProblemType::NoReservation);
}

#[tokio::test]
async fn a_reservation_for_one_pin_is_none_for_the_other() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let session = kiosk.open(None).await.json();
    let sent = claim(&session, &holder, PinKind::Signature, challenge());
    assert_eq!(kiosk.send_claim(&sent).await.refused(), ProblemType::NoReservation);
}

#[tokio::test]
async fn a_reservation_is_good_until_the_last_second_of_its_day_and_not_one_more() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    site.at(DAY);
    assert_eq!(kiosk.claim(&holder).await.refused(), ProblemType::ReservationExpired);
    site.at(DAY - 1);
    // The record has not seen the later instant: a refusal is not committed.
    assert_eq!(kiosk.claim(&holder).await.status, 201);
}

#[tokio::test]
async fn a_second_claim_during_a_lease_is_told_when_the_lease_ends() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    let (kiosk, other) = (site.kiosk("k-1", "seven-eleven").await, site.kiosk("k-2", "seven-eleven").await);
    let granted: Granted = kiosk.claim(&holder).await.json();
    let refused = other.claim(&holder).await;
    assert_eq!(refused.refused(), ProblemType::ClaimInProgress);
    assert_eq!(refused.problem().facts.lease_ends, Some(granted.lease_ends));
    let seen: Reservation = phone.look(&reservation).await.json();
    assert_eq!(seen.state, ReservationState::Claimed { lease_ends: granted.lease_ends });
    site.advance(Duration::from_secs(5 * 60));
    assert_eq!(other.claim(&holder).await.status, 201, "the lease is over");
}

#[tokio::test]
async fn a_fourth_claim_is_refused() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    for _ in 0..3 {
        let granted: Granted = kiosk.claim(&holder).await.json();
        let failed = Completion::Failed { reason: FailureReason::CardRefused };
        assert_eq!(kiosk.report(&granted, &failed).await.status, 200);
    }
    assert_eq!(kiosk.claim(&holder).await.refused(), ProblemType::ClaimsExhausted);
    let seen: Reservation = phone.look(&reservation).await.json();
    assert_eq!(seen.state, ReservationState::Exhausted);
}

#[tokio::test]
async fn a_card_challenge_is_good_for_one_claim() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let drawn = challenge();
    let session = kiosk.session().await;
    let granted: Granted = kiosk.send_claim(&claim(&session, &holder, PinKind::User, drawn)).await.json();
    kiosk.report(&granted, &Completion::Failed { reason: FailureReason::CardRemoved }).await;
    let session = kiosk.session().await;
    let again = kiosk.send_claim(&claim(&session, &holder, PinKind::User, drawn)).await;
    assert_eq!(again.refused(), ProblemType::SessionUsed);
}

#[tokio::test]
async fn a_certificate_revoked_after_the_booking_is_refused_at_the_kiosk() {
    let site = Site::new();
    let phone = site.registered_phone().await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let now = server::clock::to_date_time(NOON);
    for (name, kind, expected) in [
        ("known", PinKind::Signature, ProblemType::CertificateRevoked),
        ("target", PinKind::User, ProblemType::TargetCertificateRevoked),
    ] {
        let holder = site.holder(name);
        phone.book(&holder).await;
        site.issuer().revoke(&holder.name, kind, now).unwrap();
        assert_eq!(kiosk.claim(&holder).await.refused(), expected);
    }
}

#[tokio::test]
async fn kiosks_are_closed_at_night_and_a_claim_just_before_may_finish() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    // Noon and eleven hours less one second: 22:59:59.
    site.at(11 * 3600 - 1);
    let session = kiosk.session().await;
    let sent = claim(&session, &holder, PinKind::User, challenge());
    site.at(11 * 3600);
    let closed = kiosk.send_claim(&sent).await;
    assert_eq!(closed.refused(), ProblemType::OutsideHours);
    // 06:30 of the next day in Japan.
    let opens = NOON.after(Duration::from_secs(18 * 3600 + 1800));
    assert_eq!(closed.problem().facts.opens_at, Some(server::clock::to_date_time(opens)));
    assert_eq!(kiosk.open(Some(PinKind::User)).await.refused(), ProblemType::OutsideHours);

    site.at(11 * 3600 - 1);
    let granted: Granted = kiosk.send_claim(&sent).await.json();
    site.at(11 * 3600 + 60);
    let again = kiosk.send_claim(&sent).await;
    assert_eq!(again.json::<Granted>(), granted, "the bytes are repeated after closing");
    let done = kiosk.report(&granted, &crate::terminal::proof(&granted, &holder)).await;
    assert_eq!(done.status, 200, "{done}");
}

#[tokio::test]
async fn an_operator_without_the_pin_kind_is_refused_before_any_pin_is_typed() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let lawson = site.kiosk("l-1", "lawson").await;
    assert_eq!(lawson.open(Some(PinKind::User)).await.refused(), ProblemType::KindNotOffered);
    assert_eq!(lawson.open(Some(PinKind::Signature)).await.status, 201);
    let session = lawson.open(None).await.json();
    let sent = claim(&session, &holder, PinKind::User, challenge());
    assert_eq!(lawson.send_claim(&sent).await.refused(), ProblemType::KindNotOffered);
}

#[tokio::test]
async fn a_machine_without_the_pin_kind_is_refused_though_its_operator_has_it() {
    let site = Site::new();
    let kiosk = crate::terminal::Terminal::admitted(&site, "k-1", "seven-eleven", &["signature"]).await;
    assert_eq!(kiosk.open(Some(PinKind::User)).await.refused(), ProblemType::KindNotOffered);
}

#[tokio::test]
async fn an_offer_begins_on_its_day_in_japan() {
    let site = Site::with(
        |_| {},
        |parts| {
            let day = reservation::offer::Day::from_days_since_epoch(20_779); // 2026-11-22
            parts.service.offers.0.retain(|offer| offer.kind == PinKind::Signature);
            parts.service.offers.0.push(reservation::offer::Offer {
                operator: reservation::OperatorId::parse("lawson").unwrap(),
                kind: PinKind::User,
                from: day,
                until: None,
            });
            parts.policy.hours = reservation::Hours::ALL_DAY;
            parts.service.hours = reservation::Hours::ALL_DAY;
        },
    );
    let kiosk = site.kiosk("l-1", "lawson").await;
    // Noon and twelve hours less one second.
    site.at(12 * 3600 - 1);
    assert_eq!(kiosk.open(Some(PinKind::User)).await.refused(), ProblemType::KindNotOffered);
    site.at(12 * 3600);
    assert_eq!(kiosk.open(Some(PinKind::User)).await.status, 201);
}

#[tokio::test]
async fn a_closure_closes_whom_it_names_and_tells_when_it_ends() {
    let until = NOON.after(Duration::from_secs(3600));
    let closure = Closure {
        operator: None,
        kiosks: vec![KioskId::parse("k-1").unwrap()],
        kind: None,
        from: NOON,
        until: Some(until),
    };
    let site = Site::with(|_| {}, |parts| parts.service.closures.0.push(closure));
    let (kiosk, other) = (site.kiosk("k-1", "seven-eleven").await, site.kiosk("k-2", "seven-eleven").await);
    let refused = kiosk.open(Some(PinKind::User)).await;
    assert_eq!(refused.refused(), ProblemType::OutsideHours);
    assert_eq!(refused.problem().facts.opens_at, Some(server::clock::to_date_time(until)));
    assert_eq!(other.open(Some(PinKind::User)).await.status, 201);
    site.at(3600);
    assert_eq!(kiosk.open(Some(PinKind::User)).await.status, 201);
}

#[tokio::test]
async fn two_kiosks_at_once_get_one_claim_between_them() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let mut sent = Vec::new();
    for name in ["k-1", "k-2", "k-3", "k-4"] {
        let kiosk = site.kiosk(name, "seven-eleven").await;
        let session = kiosk.session().await;
        let claim = claim(&session, &holder, PinKind::User, challenge());
        sent.push((kiosk, claim));
    }
    let answers =
        futures_util::future::join_all(sent.iter().map(|(kiosk, claim)| kiosk.send_claim(claim))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refused(), ProblemType::ClaimInProgress);
    }
}
