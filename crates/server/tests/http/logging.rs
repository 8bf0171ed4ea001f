//! Log lines: one per request, and nothing in them that a holder or a client would miss.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use server::clock::ManualClock;
use server::observe::log;
use wire::kiosk::{Completion, FailureReason, Granted};

use crate::site::{NOON, Site};

#[tokio::test]
async fn a_whole_story_leaves_no_token_certificate_number_or_proof_in_the_log() {
    let lines = Arc::new(Mutex::new(Vec::<u8>::new()));
    log::install(tracing::Level::TRACE, ManualClock::at(NOON), lines.clone());
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let booking = phone.start().await;
    let evidence = phone.evidence(&booking, &holder);
    phone.prove(booking.booking, &evidence).await;
    let reservation: wire::app::Reservation = phone.reserve(booking.booking).await.json();
    phone.look(&reservation).await;
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let session = kiosk.session().await;
    let granted: Granted = kiosk.claim(&holder).await.json();
    kiosk.report(&granted, &Completion::Failed { reason: FailureReason::HolderLeft }).await;
    let signature = phone.start_signature().await;
    let reading = phone.read(&signature, &holder);
    phone.send_reading(signature.booking, &reading).await;
    let at = crate::signing::AtFace { booking: signature.booking, surface: reading.surface.clone() };
    phone.attempt(&at, "canary", 77).await;
    let challenge = phone.challenge(at.booking).await;
    phone.show(&at, &challenge, &crate::signing::recipes(&["canary", "canary", "canary"])).await;
    phone.fail(&at, 4).await;
    phone.try_challenge(at.booking).await;

    let text = String::from_utf8(lines.lock().unwrap().clone()).unwrap();
    assert!(text.contains(r#""http.route":"/kiosk/v1/claims""#), "{text}");
    let mut secrets = vec![
        reservation.number.clone(),
        reservation.token.clone().unwrap(),
        session.session,
        granted.claim_token,
        site.admin_token(),
        "ABC123".to_owned(),
        URL_SAFE_NO_PAD.encode(phone.key.thumbprint()),
        hex::encode(phone.key.thumbprint()),
    ];
    for bytes in [&evidence.certificate.0, &evidence.signature.0, &granted.authorisation.0, &booking.nonce.0]
    {
        secrets.extend([hex::encode(bytes), STANDARD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes)]);
    }
    let file: wire::app::SurfaceFile = serde_json::from_slice(&reading.surface).unwrap();
    let presence = reading.evidence.presence.unwrap();
    for bytes in [&file.holder.0, &file.pictures.0, &file.portrait.0, &file.signature.0, &presence.0] {
        secrets.extend([hex::encode(bytes), STANDARD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes)]);
    }
    // Portrait, front and frames are texts here, all with one of these in them.
    secrets.extend(["face:".to_owned(), "canary".to_owned()]);
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} stands in the log");
    }
    let dropped = text.lines().find(|line| line.contains("\"dropped\"") && ours(line));
    assert_eq!(dropped, None, "a field of ours is not on the list");
}

fn ours(line: &str) -> bool {
    ["server", "ledger", "trust", "authority"]
        .iter()
        .any(|name| line.contains(&format!("\"target\":\"{name}")))
}
