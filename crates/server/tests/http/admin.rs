//! The operator's commands, health and metrics.

use reqwest::Client;
use reservation::KioskId;
use serde_json::json;
use server::pki::authority::kiosk_request;
use wire::admin::Kiosks;
use wire::problem::ProblemType;

use crate::answer::Answer;
use crate::site::Site;

async fn post(site: &Site, body: &serde_json::Value, token: Option<&str>) -> Answer {
    let mut request =
        Client::new().post(format!("http://{}/admin/v1/kiosks", site.running().admin_addr)).json(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    Answer::read(request.send().await.unwrap()).await
}

async fn get(site: &Site, path: &str) -> Answer {
    let request = Client::new().get(format!("http://{}{path}", site.running().admin_addr));
    Answer::read(request.bearer_auth(site.admin_token()).send().await.unwrap()).await
}

fn body(name: &str) -> serde_json::Value {
    let (request, _) = kiosk_request(&KioskId::parse("any").unwrap()).unwrap();
    json!({ "kiosk": name, "operator": "seven-eleven", "kinds": ["user"], "request": request })
}

#[tokio::test]
async fn a_command_without_the_token_does_nothing() {
    let site = Site::new();
    let token = site.admin_token();
    for wrong in [None, Some("wrong"), Some(&token[1..]), Some("")] {
        assert_eq!(post(&site, &body("k-1"), wrong).await.refused(), ProblemType::AdminTokenInvalid);
    }
    let listed: Kiosks = get(&site, "/admin/v1/kiosks").await.json();
    assert!(listed.kiosks.is_empty());
}

#[tokio::test]
async fn a_kiosk_is_admitted_once_and_listed() {
    let site = Site::new();
    let token = site.admin_token();
    assert_eq!(post(&site, &body("k-1"), Some(&token)).await.status, 201);
    assert_eq!(post(&site, &body("k-1"), Some(&token)).await.refused(), ProblemType::KioskExists);
    let listed: Kiosks = get(&site, "/admin/v1/kiosks").await.json();
    assert_eq!(listed.kiosks.len(), 1);
    assert_eq!(listed.kiosks[0].kinds, [wire::PinKind::User]);
    assert!(listed.kiosks[0].enabled && !listed.more);
}

#[tokio::test]
async fn what_cannot_be_admitted_is_told_by_its_field() {
    let site = Site::new();
    let token = site.admin_token();
    let with = |member: &str, value: serde_json::Value| {
        let mut body = body("k-1");
        body[member] = value;
        body
    };
    for (bad, field) in [
        (with("kiosk", "a b".into()), "kiosk"),
        (with("operator", "".into()), "operator"),
        (with("kinds", json!([])), "kinds"),
        (with("request", "no PEM".into()), "request"),
    ] {
        let answer = post(&site, &bad, Some(&token)).await;
        assert_eq!(answer.refused(), ProblemType::MalformedRequest, "{field}");
        assert_eq!(answer.problem().facts.field.as_deref(), Some(field));
    }
    let unknown = with("operator", "corner-shop".into());
    assert_eq!(post(&site, &unknown, Some(&token)).await.refused(), ProblemType::OperatorUnknown);
    let address = format!("http://{}/admin/v1/kiosks/nobody/disable", site.running().admin_addr);
    let answer = Client::new().post(address).bearer_auth(&token).send().await.unwrap();
    assert_eq!(Answer::read(answer).await.refused(), ProblemType::KioskUnknown);
}

#[tokio::test]
async fn a_long_list_of_kiosks_comes_in_pages() {
    let site = Site::with(|config| crate::limits::admit_all(&mut config.rates), |_| {});
    let token = site.admin_token();
    for number in 0..103 {
        assert_eq!(post(&site, &body(&format!("k-{number:03}")), Some(&token)).await.status, 201);
    }
    let first: Kiosks = get(&site, "/admin/v1/kiosks").await.json();
    assert_eq!((first.kiosks.len(), first.more), (100, true));
    let rest: Kiosks = get(&site, "/admin/v1/kiosks?after=k-099").await.json();
    assert_eq!((rest.kiosks.len(), rest.more), (3, false));
    assert_eq!(get(&site, "/admin/v1/kiosks?after=a%20b").await.refused(), ProblemType::MalformedRequest);
    assert_eq!(get(&site, "/admin/v1/kiosks?other=1").await.refused(), ProblemType::MalformedRequest);
}

#[tokio::test]
async fn metrics_count_routes_and_problems_and_name_nobody() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    phone.look(&reservation).await;
    let text = String::from_utf8(get(&site, "/metrics").await.body).unwrap();
    assert!(text.contains(r#"jpki_reset_requests_total{listener="app",route="/app/v1/reservations/{number}",method="GET",status="200"} 1"#), "{text}");
    assert!(text.contains(r#"jpki_reset_events_total{event="reserved"} 1"#), "{text}");
    assert!(!text.contains(&reservation.number));
    assert_eq!(get(&site, "/healthz").await.status, 200);
    assert_eq!(get(&site, "/readyz").await.status, 200);
}

#[tokio::test]
async fn metrics_count_face_attempts_by_verdict_and_what_the_engine_was_asked() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    phone.fail(&at, 2).await;
    phone.attempt(&at, "taro", 1).await;
    site.faces.set_busy(true);
    let again = phone.start_signature().await;
    let reading = phone.read(&again, &holder);
    phone.send_reading(again.booking, &reading).await;
    let text = String::from_utf8(get(&site, "/metrics").await.body).unwrap();
    for line in [
        r#"jpki_reset_face_attempts_total{verdict="another-face"} 2"#,
        r#"jpki_reset_face_attempts_total{verdict="accepted"} 1"#,
        r#"jpki_reset_face_engine_total{step="inspect",outcome="answered"} 3"#,
        r#"jpki_reset_face_engine_total{step="front",outcome="busy"} 1"#,
        r#"jpki_reset_face_engine_seconds_count{step="compare"} 3"#,
    ] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
}
