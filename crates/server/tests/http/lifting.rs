//! Two members of staff lift a card's lock, and the phone's with it.

use std::time::Duration;

use reqwest::Client;
use serde_json::json;
use wire::admin::{Card, CardLock};
use wire::app::FaceVerdict;
use wire::problem::ProblemType;

use crate::answer::Answer;
use crate::site::Site;

async fn command(site: &Site, number: &str, command: &str, staff: &str) -> Answer {
    let address = format!("http://{}/admin/v1/cards/{number}/{command}", site.running().admin_addr);
    let request = Client::new().post(address).bearer_auth(site.admin_token());
    Answer::read(request.json(&json!({ "staff": staff })).send().await.unwrap()).await
}

async fn look(site: &Site, number: &str) -> Answer {
    let address = format!("http://{}/admin/v1/cards/{number}", site.running().admin_addr);
    Answer::read(Client::new().get(address).bearer_auth(site.admin_token()).send().await.unwrap()).await
}

#[tokio::test]
async fn a_lock_is_lifted_by_two_different_people_and_the_phones_with_it() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let FaceVerdict::Locked { number, .. } = phone.fail(&at, 5).await else { panic!("not locked") };

    assert_eq!(command(&site, &number, "lift", "tanaka").await.refused(), ProblemType::NotApproved);
    let agreed: Card = command(&site, &number, "approve-lift", "suzuki").await.json();
    let CardLock::LockedUntil { approval: Some(approval), .. } = agreed.lock else { panic!("{agreed:?}") };
    assert_eq!(approval.staff, "suzuki");
    for same in ["suzuki", "Suzuki", "SUZUKI"] {
        assert_eq!(command(&site, &number, "lift", same).await.refused(), ProblemType::SamePerson, "{same}");
    }
    assert_eq!(phone.try_start(wire::PinKind::User).await.refused(), ProblemType::InstallationLocked);
    for _ in 0..2 {
        let lifted: Card = command(&site, &number, "lift", "tanaka").await.json();
        assert_eq!((lifted.lock, lifted.failures_in_all), (CardLock::Open { failures: 0 }, 0));
    }
    assert_eq!(command(&site, &number, "lift", "suzuki").await.refused(), ProblemType::NotLocked);
    phone.book_signature(&holder).await;
}

#[tokio::test]
async fn a_first_approval_stands_for_an_hour() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let FaceVerdict::Locked { number, .. } = phone.fail(&at, 5).await else { panic!("not locked") };
    command(&site, &number, "approve-lift", "suzuki").await.json::<Card>();
    site.advance(Duration::from_secs(3600));
    assert_eq!(command(&site, &number, "lift", "tanaka").await.refused(), ProblemType::NotApproved);
    let seen: Card = look(&site, &number).await.json();
    assert!(matches!(seen.lock, CardLock::LockedUntil { approval: None, .. }), "{seen:?}");
    command(&site, &number, "approve-lift", "suzuki").await.json::<Card>();
    site.advance(Duration::from_secs(3599));
    command(&site, &number, "lift", "tanaka").await.json::<Card>();
}

#[tokio::test]
async fn a_number_that_is_not_a_cards_current_one_leads_nowhere() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let FaceVerdict::Locked { number, .. } = phone.fail(&at, 5).await else { panic!("not locked") };
    site.advance(Duration::from_secs(86_400));
    site.refresh_lists();
    // A new booking, no reservation living: the card has another number now.
    phone.at_face(&holder).await;
    for number in [number.as_str(), "000000000000", "12345", "x"] {
        assert_eq!(look(&site, number).await.refused(), ProblemType::NumberUnknown, "{number}");
        for what in ["approve-lift", "lift"] {
            let refused = command(&site, number, what, "suzuki").await.refused();
            assert_eq!(refused, ProblemType::NumberUnknown, "{what} {number}");
        }
    }
}

#[tokio::test]
async fn what_the_desk_sees_names_nobody_and_an_open_card_has_nothing_to_lift() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book_signature(&holder).await;
    let at = phone.at_face(&holder).await;
    phone.fail(&at, 2).await;
    let answer = look(&site, &reservation.number).await;
    let seen: Card = answer.json();
    assert_eq!((seen.lock, seen.failures_in_all), (CardLock::Open { failures: 2 }, 2));
    assert_eq!(seen.reservation.unwrap().target, wire::PinKind::Signature);
    let state = site.card(&reservation.number).await;
    let text = String::from_utf8(answer.body).unwrap();
    let installation = hex::encode(state.live.unwrap().installation.as_bytes());
    assert!(!text.contains(&installation) && !text.contains("card_id"), "{text}");
    let refused = command(&site, &reservation.number, "approve-lift", "suzuki").await.refused();
    assert_eq!(refused, ProblemType::NotLocked);
    let bad = command(&site, &reservation.number, "approve-lift", "two words").await;
    assert_eq!(bad.problem().facts.field.as_deref(), Some("staff"));
}
