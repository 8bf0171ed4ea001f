//! What the server must believe before a face is asked for: certificate, surface file and front, all of one card.

use reqwest::Method;
use reservation::PinKind;
use reservation::statement::{BookingStatement, PresenceStatement};
use wire::Bytes;
use wire::app::{CardAccepted, Step, SurfaceFile};
use wire::problem::{Advice, ProblemType};

use crate::holder::surface_hash;
use crate::phone::{Call, evidence_call, multipart};
use crate::signing::Reading;
use crate::site::Site;

/// The reading with another surface file, which the known PIN's key signed and, if it can, the surface key.
fn with_surface(reading: &Reading, change: impl FnOnce(&mut SurfaceFile)) -> Vec<u8> {
    let mut file: SurfaceFile = serde_json::from_slice(&reading.surface).unwrap();
    change(&mut file);
    serde_json::to_vec(&file).unwrap()
}

#[tokio::test]
async fn the_signature_pins_evidence_leads_to_the_face_and_the_same_again_to_the_same_answer() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let booking = phone.start_signature().await;
    assert_eq!(booking.steps, [Step::Card, Step::Face, Step::Reservation]);
    let reading = phone.read(&booking, &holder);
    for _ in 0..3 {
        let accepted: CardAccepted = phone.send_reading(booking.booking, &reading).await.json();
        assert_eq!(accepted.next, Step::Face);
    }
    assert_eq!(site.faces.fronts(), 1, "the front is looked at once");
    assert_eq!(phone.reserve(booking.booking).await.refused(), ProblemType::BookingOutOfOrder);
}

#[tokio::test]
async fn a_surface_file_altered_by_one_byte_or_put_together_is_not_genuine_whoever_signs_it() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let booking = phone.start_signature().await;
    let good = phone.read(&booking, &holder);
    let other = site.holder("hanako");
    let (theirs, _) = other.read_surface(|hash| phone.presence(&booking, hash));
    let theirs: SurfaceFile = serde_json::from_slice(&theirs).unwrap();
    let (face, key) = (theirs.portrait.clone(), theirs.holder.clone());
    type Change = Box<dyn Fn(&mut SurfaceFile)>;
    let changes: [(&str, Change); 8] = [
        ("another genuine card's portrait", Box::new(move |file| file.portrait = face.clone())),
        ("another genuine card's key", Box::new(move |file| file.holder = key.clone())),
        ("portrait", Box::new(|file| *file.portrait.0.last_mut().unwrap() ^= 1)),
        ("surface key", Box::new(|file| file.holder.0[100] ^= 1)),
        ("pictures", Box::new(|file| file.pictures.0[0] ^= 1)),
        ("signature", Box::new(|file| file.signature.0[0] ^= 1)),
        ("certificate", Box::new(|file| file.certificate.0[60] ^= 1)),
        ("portrait cut off", Box::new(|file| file.portrait.0.truncate(10))),
    ];
    for (what, change) in changes {
        let surface = with_surface(&good, change);
        let hash = surface_hash(&surface);
        let statement = BookingStatement { surface: Some(hash), ..phone.statement(&booking) };
        let (_, presence) = holder.read_surface(|_| phone.presence(&booking, hash));
        let mut evidence = holder.sign_booking(&statement);
        evidence.presence = Some(presence);
        let reading = Reading { evidence, surface, front: good.front.clone() };
        let refused = phone.send_reading(booking.booking, &reading).await.refused();
        assert_eq!(refused, ProblemType::SurfaceNotGenuine, "{what}");
    }
    assert_eq!(site.faces.fronts(), 0, "nothing that is not believed is decoded");
    assert_eq!(phone.send_reading(booking.booking, &good).await.status, 200);
}

#[tokio::test]
async fn a_surface_file_that_the_known_pins_key_did_not_sign_proves_nothing() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let booking = phone.start_signature().await;
    let mut reading = phone.read(&booking, &holder);
    reading.surface.push(b' ');
    let refused = phone.send_reading(booking.booking, &reading).await.refused();
    assert_eq!(refused, ProblemType::CardNotProved);
}

#[tokio::test]
async fn a_thiefs_own_genuine_portrait_beside_a_stolen_card_is_another_cards() {
    let site = Site::new();
    let (stolen, thief) = (site.holder("taro"), site.holder("thief"));
    let phone = site.registered_phone().await;
    let booking = phone.start_signature().await;
    let spliced = phone.read_two(&booking, &stolen, &thief);
    let refused = phone.send_reading(booking.booking, &spliced).await.refused();
    assert_eq!(refused, ProblemType::SurfaceOfAnotherCard);
    assert_eq!(site.faces.fronts(), 0);
}

#[tokio::test]
async fn a_copy_of_the_cards_files_without_its_surface_key_is_not_present() {
    let site = Site::new();
    let (holder, other) = (site.holder("taro"), site.holder("hanako"));
    let phone = site.registered_phone().await;
    let booking = phone.start_signature().await;
    let good = phone.read(&booking, &holder);
    let hash = surface_hash(&good.surface);
    let of = |statement: PresenceStatement| holder.read_surface(|_| statement).1;
    let base = phone.presence(&booking, hash);
    let second = site.registered_phone().await;
    for (what, presence) in [
        ("another card's key", other.read_surface(|_| base.clone()).1),
        (
            "another booking",
            of(PresenceStatement { booking: reservation::BookingId::from_u128(7), ..base.clone() }),
        ),
        (
            "another nonce",
            of(PresenceStatement { nonce: reservation::Nonce::from_bytes([7; 32]), ..base.clone() }),
        ),
        ("another phone", of(PresenceStatement { installation: second.installation(), ..base.clone() })),
        ("another file", of(PresenceStatement { surface: surface_hash(b"x"), ..base.clone() })),
        ("nothing", Bytes(Vec::new())),
        ("the known PIN's signature", good.evidence.signature.clone()),
    ] {
        let mut reading = good.clone();
        reading.evidence.presence = Some(presence);
        let refused = phone.send_reading(booking.booking, &reading).await.refused();
        assert_eq!(refused, ProblemType::SurfaceNotGenuine, "{what}");
    }
}

#[tokio::test]
async fn a_second_card_or_another_surface_file_is_not_taken_into_a_booking() {
    let site = Site::new();
    let (first, second) = (site.holder("taro"), site.holder("hanako"));
    let phone = site.registered_phone().await;
    let booking = phone.start_signature().await;
    let reading = phone.read(&booking, &first);
    assert_eq!(phone.send_reading(booking.booking, &reading).await.status, 200);
    let other = phone.read(&booking, &second);
    assert_eq!(phone.send_reading(booking.booking, &other).await.refused(), ProblemType::AnotherCard);
    // The same card and portrait, but other bytes, properly signed.
    let mut surface = reading.surface.clone();
    surface.push(b'\n');
    let hash = surface_hash(&surface);
    let statement = BookingStatement { surface: Some(hash), ..phone.statement(&booking) };
    let mut evidence = first.sign_booking(&statement);
    evidence.presence = Some(first.read_surface(|_| phone.presence(&booking, hash)).1);
    let respaced = Reading { evidence, surface, front: reading.front.clone() };
    assert_eq!(phone.send_reading(booking.booking, &respaced).await.refused(), ProblemType::AnotherCard);
    assert_eq!(phone.send_reading(booking.booking, &reading).await.status, 200);
}

#[tokio::test]
async fn a_front_that_cannot_be_used_is_taken_again_and_nothing_is_stored() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let booking = phone.start_signature().await;
    let mut reading = phone.read(&booking, &holder);
    let good = reading.front.clone();
    for (front, advice) in [
        ("face:hanako", Advice::PhotographThisCard),
        ("noface", Advice::NoFace),
        ("two", Advice::SeveralFaces),
        ("dark", Advice::MoreLight),
        ("huge", Advice::TooLarge),
        ("no picture", Advice::NotAPicture),
    ] {
        reading.front = front.as_bytes().to_vec();
        let refused = phone.send_reading(booking.booking, &reading).await;
        assert_eq!(refused.refused(), ProblemType::FrontUnfit, "{front}");
        assert_eq!(refused.problem().facts.advice, Some(advice), "{front}");
        let next = phone.try_challenge(booking.booking).await.refused();
        assert_eq!(next, ProblemType::BookingOutOfOrder, "{front}");
    }
    site.faces.set_busy(true);
    reading.front = good;
    let busy = phone.send_reading(booking.booking, &reading).await;
    assert_eq!((busy.refused(), busy.header("retry-after")), (ProblemType::Unavailable, Some("2")));
    site.faces.set_busy(false);
    assert_eq!(phone.send_reading(booking.booking, &reading).await.status, 200);
    // Accepted is accepted, whatever becomes of the engine.
    site.faces.set_busy(true);
    assert_eq!(phone.send_reading(booking.booking, &reading).await.status, 200);
}

#[tokio::test]
async fn a_genuine_portrait_that_no_face_can_be_compared_with_leads_to_the_office() {
    for portrait in ["noface", "not a JPEG 2000"] {
        let site = Site::new();
        let holder = site.holder_with("taro", |order| order.portrait = portrait.as_bytes().to_vec());
        let phone = site.registered_phone().await;
        let booking = phone.start_signature().await;
        let reading = phone.read(&booking, &holder);
        let refused = phone.send_reading(booking.booking, &reading).await.refused();
        assert_eq!(refused, ProblemType::PortraitUnfit, "{portrait}");
    }
}

#[tokio::test]
async fn parts_that_the_target_does_not_ask_for_are_refused_and_so_are_missing_ones() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let booking = phone.start().await;
    let path = format!("/app/v1/bookings/{}/card", booking.booking);
    let evidence = serde_json::to_vec(&phone.evidence(&booking, &holder)).unwrap();
    let call = multipart(Method::PUT, &path, &[("evidence", &evidence), ("front", b"face:taro")]);
    let answer = phone.call(call).await;
    assert_eq!(answer.refused(), ProblemType::MalformedRequest);
    assert_eq!(answer.problem().facts.field.as_deref(), Some("front"));
    assert_eq!(phone.call(evidence_call(booking.booking, &evidence)).await.status, 200);

    let booking = phone.start_signature().await;
    let reading = phone.read(&booking, &holder);
    let evidence = serde_json::to_vec(&reading.evidence).unwrap();
    let answer = phone.call(evidence_call(booking.booking, &evidence)).await;
    assert_eq!(answer.refused(), ProblemType::MalformedRequest);
    assert_eq!(answer.problem().facts.field.as_deref(), Some("surface"));
}

#[tokio::test]
async fn a_part_over_its_bound_and_a_body_over_its_own_are_refused() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let booking = phone.start_signature().await;
    let mut reading = phone.read(&booking, &holder);
    reading.front = vec![b'x'; 4 * 1024 * 1024 + 1];
    let answer = phone.send_reading(booking.booking, &reading).await;
    assert_eq!(answer.refused(), ProblemType::PayloadTooLarge);
    assert_eq!(answer.problem().facts.field.as_deref(), Some("front"));
    reading.front = vec![b'x'; 5 * 1024 * 1024];
    let answer = phone.send_reading(booking.booking, &reading).await;
    assert_eq!(answer.refused(), ProblemType::PayloadTooLarge);
    reading.front = vec![b'x'; 4 * 1024 * 1024];
    assert_eq!(phone.send_reading(booking.booking, &reading).await.refused(), ProblemType::FrontUnfit);
}

#[tokio::test]
async fn a_large_body_with_an_old_nonce_is_taken_in_so_that_its_answer_arrives() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let booking = phone.start_signature().await;
    let mut reading = phone.read(&booking, &holder);
    reading.front = vec![b'x'; 3 * 1024 * 1024];
    let call = crate::phone::Phone::reading_call(booking.booking, &reading);
    let mut draft = phone.draft(&call);
    draft.claims["nonce"] = "old".into();
    let refused = phone.send(&call, &draft.sign()).await;
    assert_eq!(refused.refused(), ProblemType::DpopNonceRequired);
    // It held pictures, so nothing of it may stay in the buffers of a connection.
    assert_eq!(refused.header("connection"), Some("close"));
    assert_eq!(phone.call(call).await.refused(), ProblemType::FrontUnfit);
}

#[tokio::test]
async fn without_a_face_engine_the_signature_pin_is_not_offered() {
    let site = Site::with(|_| {}, |parts| parts.face = None);
    let phone = site.registered_phone().await;
    let refused = phone.try_start(wire::PinKind::Signature).await.refused();
    assert_eq!(refused, ProblemType::TargetNotOffered);
    assert_eq!(phone.start().await.target, wire::PinKind::User);
    let challenge = phone.try_challenge(uuid::Uuid::new_v4()).await.refused();
    assert_eq!(challenge, ProblemType::TargetNotOffered);
}

#[tokio::test]
async fn a_card_that_is_asked_about_too_often_waits_before_the_engine_is_troubled() {
    let site = Site::with(|config| config.rates.face = crate::limits::rate(2, 60), |_| {});
    let holder = site.holder("taro");
    let phones =
        [site.registered_phone().await, site.registered_phone().await, site.registered_phone().await];
    let mut last = None;
    for phone in &phones {
        let booking = phone.start_signature().await;
        let mut reading = phone.read(&booking, &holder);
        reading.front = b"noface".to_vec();
        last = Some(phone.send_reading(booking.booking, &reading).await);
    }
    assert_eq!(last.unwrap().refused(), ProblemType::TooManyRequests);
    assert_eq!(site.faces.fronts(), 2);
}

#[tokio::test]
async fn a_reading_for_the_other_pin_proves_nothing() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let booking = phone.start_signature().await;
    let mut reading = phone.read(&booking, &holder);
    let mut statement = phone.statement(&booking);
    statement.target = PinKind::User;
    let other = holder.sign_booking(&statement);
    reading.evidence.certificate = other.certificate;
    reading.evidence.signature = other.signature;
    assert_eq!(phone.send_reading(booking.booking, &reading).await.refused(), ProblemType::CardNotProved);
    let call = Call { path: "/app/v1/bookings/x/card".into(), ..Call::new(Method::PUT, "") };
    assert_eq!(phone.call(call).await.refused(), ProblemType::NotFound);
}
