//! How a reset ended: proofs at any time, failures at once, doubt until the lease ends.

use std::time::Duration;

use wire::Bytes;
use wire::app::{Reservation, ReservationState};
use wire::kiosk::{Completion, FailureReason, Granted, Settled};
use wire::problem::ProblemType;

use crate::site::Site;
use crate::terminal::{made_up, proof};

const FAILED: Completion = Completion::Failed { reason: FailureReason::CardRemoved };
const LEASE: Duration = Duration::from_secs(5 * 60);

#[tokio::test]
async fn the_same_proof_again_gets_the_same_answer() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let granted: Granted = kiosk.claim(&holder).await.json();
    let proof = proof(&granted, &holder);
    for _ in 0..3 {
        assert_eq!(kiosk.report(&granted, &proof).await.json::<Settled>(), Settled::Completed);
        site.advance(Duration::from_secs(3600));
    }
}

#[tokio::test]
async fn a_proof_that_does_not_verify_settles_nothing() {
    let site = Site::new();
    let (holder, stranger) = (site.holder("taro"), site.holder("hanako"));
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let granted: Granted = kiosk.claim(&holder).await.json();
    let bad = [
        ("another card's", proof(&granted, &stranger)),
        ("over another claim", proof(&made_up(&granted), &holder)),
        ("empty", Completion::Completed { proof: Bytes(Vec::new()) }),
        ("garbage", Completion::Completed { proof: Bytes(vec![1; 256]) }),
    ];
    for (what, proof) in bad {
        assert_eq!(kiosk.report(&granted, &proof).await.refused(), ProblemType::ProofInvalid, "{what}");
    }
    let seen: Reservation = phone.look(&reservation).await.json();
    assert!(matches!(seen.state, ReservationState::Claimed { .. }));
}

#[tokio::test]
async fn a_certain_failure_frees_the_reservation_at_once() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let granted: Granted = kiosk.claim(&holder).await.json();
    let settled: Settled = kiosk.report(&granted, &FAILED).await.json();
    assert_eq!(settled, Settled::Released { claims_left: 2 });
    assert_eq!(kiosk.report(&granted, &FAILED).await.json::<Settled>(), settled, "again, the same");
    assert_eq!(kiosk.claim(&holder).await.status, 201);
}

#[tokio::test]
async fn doubt_waits_for_the_end_of_the_lease() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let granted: Granted = kiosk.claim(&holder).await.json();
    let settled: Settled = kiosk.report(&granted, &Completion::Unknown {}).await.json();
    assert_eq!(settled, Settled::Waiting { lease_ends: granted.lease_ends });
    assert_eq!(kiosk.claim(&holder).await.refused(), ProblemType::ClaimInProgress);
    site.advance(LEASE);
    assert_eq!(kiosk.claim(&holder).await.status, 201);
}

#[tokio::test]
async fn a_late_proof_completes_though_the_lease_and_the_day_are_over() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let granted: Granted = kiosk.claim(&holder).await.json();
    site.advance(Duration::from_secs(3 * 86_400));
    let seen: Reservation = phone.look(&reservation).await.json();
    assert_eq!(seen.state, ReservationState::Expired);
    assert_eq!(kiosk.report(&granted, &proof(&granted, &holder)).await.json::<Settled>(), Settled::Completed);
    let seen: Reservation = phone.look(&reservation).await.json();
    assert!(matches!(seen.state, ReservationState::Completed { .. }));
}

#[tokio::test]
async fn a_proof_after_cancelling_is_history() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let granted: Granted = kiosk.claim(&holder).await.json();
    site.advance(LEASE);
    assert_eq!(phone.cancel(&reservation).await.status, 200);
    assert_eq!(kiosk.report(&granted, &proof(&granted, &holder)).await.json::<Settled>(), Settled::Noted);
    let seen: Reservation = phone.look(&reservation).await.json();
    assert!(matches!(seen.state, ReservationState::Cancelled { .. }));
}

#[tokio::test]
async fn a_failure_after_the_end_of_the_lease_is_told_that_it_is_over() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let granted: Granted = kiosk.claim(&holder).await.json();
    site.advance(LEASE);
    assert_eq!(kiosk.report(&granted, &FAILED).await.refused(), ProblemType::ClaimEnded);
    assert_eq!(kiosk.report(&granted, &Completion::Unknown {}).await.refused(), ProblemType::ClaimEnded);
}

#[tokio::test]
async fn only_the_kiosk_that_claimed_can_report_and_only_on_that_claim() {
    let site = Site::new();
    let holder = site.holder("taro");
    site.registered_phone().await.book(&holder).await;
    let (kiosk, other) = (site.kiosk("k-1", "seven-eleven").await, site.kiosk("k-2", "seven-eleven").await);
    let granted: Granted = kiosk.claim(&holder).await.json();
    assert_eq!(other.report(&granted, &FAILED).await.refused(), ProblemType::ClaimTokenInvalid);
    let elsewhere = made_up(&granted);
    assert_eq!(kiosk.report(&elsewhere, &FAILED).await.refused(), ProblemType::ClaimTokenInvalid);
    let path = format!("/kiosk/v1/claims/{}/completion", granted.claim);
    for token in [None, Some("x.y.z"), Some(kiosk.session().await.session.as_str())] {
        let refused = kiosk.post(&path, &FAILED, token).await;
        assert_eq!(refused.refused(), ProblemType::ClaimTokenInvalid, "{token:?}");
    }
}
