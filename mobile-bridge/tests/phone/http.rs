//! The calls as they stand on the wire: nonce, repetition, idempotency key, hash of the body.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use client::clock::Clock;
use client::{Connection, Failure, Retry};
use mobile_bridge::{BookingServer as _, CallError, Frames, HttpBookingServer, SoftwareKey, SurfaceBytes};
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::datetime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;
use wire::app::{CardEvidence, FaceEvidence, FaceVerdict, Pose, StartBooking, SurfaceFile};
use wire::problem::Advice;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> OffsetDateTime {
        datetime!(2026-11-21 03:00 UTC)
    }
}

struct Seen {
    head: String,
    body: Vec<u8>,
}

impl Seen {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn claims(&self) -> Value {
        let claims = self.header("dpop").unwrap().split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
    }
}

/// A server that gives these answers (head lines after the status, and a body), one per connection; an empty head
/// breaks the connection.
async fn server(answers: Vec<(&'static str, &'static str)>) -> (HttpBookingServer, JoinHandle<Vec<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let mut seen = Vec::new();
        for (head, body) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let (end, length) = loop {
                let mut buffer = [0; 8192];
                let read = stream.read(&mut buffer).await.unwrap();
                assert!(read > 0);
                request.extend_from_slice(&buffer[..read]);
                if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
                    let head = String::from_utf8_lossy(&request[..end]);
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                    let length: usize = length.map_or(0, |length| length.parse().unwrap());
                    if request.len() >= end + 4 + length {
                        break (end, length);
                    }
                }
            };
            let head_text = String::from_utf8(request[..end].to_vec()).unwrap();
            seen.push(Seen { head: head_text, body: request[end + 4..][..length].to_vec() });
            if !head.is_empty() {
                let answer = format!(
                    "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
        seen
    });
    let dir = tempfile::tempdir().unwrap();
    let key = SoftwareKey::load_or_create(&dir.path().join("key")).unwrap();
    let retry = Retry { attempts: 3, first: Duration::from_millis(1), longest: Duration::from_secs(2) };
    let connection = Connection::danger_without_tls(&base);
    (HttpBookingServer::new(connection, Arc::new(key), Arc::new(Noon), retry), served)
}

const INSTALLATION: &str = r#"{"installation":"AA","terms":{"version":"1","ja":"規約","en":"terms"}}"#;
const NONCE_REQUIRED: &str = r#"{"type":"urn:jpki-reset:problem:dpop-nonce-required","title":"nonce","status":401,
    "instance":"urn:uuid:0","next_step":{"ja":"x","en":"x"}}"#;
const DPOP_INVALID: &str = r#"{"type":"urn:jpki-reset:problem:dpop-invalid","title":"invalid","status":401,
    "instance":"urn:uuid:0","next_step":{"ja":"x","en":"x"}}"#;
const BOOKING: &str = r#"{"booking":"00000000-0000-0000-0000-000000000001","target":"user","nonce":"AA",
    "steps":["card","reservation"],"expires_at":"2026-11-21T03:15:00Z"}"#;

fn start_body() -> StartBooking {
    StartBooking { target: wire::PinKind::User, terms: "1".into(), consent: true }
}

#[tokio::test]
async fn a_nonce_that_is_asked_for_is_used_at_once_and_from_then_on() {
    let (server, served) = server(vec![
        ("401 x\r\nDPoP-Nonce: n-1", NONCE_REQUIRED),
        ("200 OK\r\nDPoP-Nonce: n-2", INSTALLATION),
        ("200 OK", INSTALLATION),
    ])
    .await;
    server.register("test").await.unwrap();
    server.register("test").await.unwrap();
    let seen = served.await.unwrap();
    let nonces: Vec<_> = seen.iter().map(|seen| seen.claims()["nonce"].clone()).collect();
    assert_eq!(nonces, [Value::Null, "n-1".into(), "n-2".into()]);
    let ids: std::collections::BTreeSet<_> =
        seen.iter().map(|seen| seen.claims()["jti"].to_string()).collect();
    assert_eq!(ids.len(), 3, "each proof is fresh");
    assert!(seen[0].head.starts_with("POST /app/v1/installations HTTP/1.1"));
}

#[tokio::test]
async fn a_nonce_is_asked_for_only_once_per_attempt() {
    let answers = vec![("401 x\r\nDPoP-Nonce: n-1", NONCE_REQUIRED); 2];
    let (server, served) = server(answers).await;
    assert!(matches!(server.register("test").await, Err(CallError::Failure(Failure::Refused(_)))));
    assert_eq!(served.await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_repeated_call_carries_the_same_key_and_body_and_a_fresh_proof() {
    let (server, served) = server(vec![("", ""), ("503 x\r\nRetry-After: 0", ""), ("201 x", BOOKING)]).await;
    server.start(Uuid::from_u128(9), &start_body()).await.unwrap();
    let seen = served.await.unwrap();
    assert_eq!(seen.len(), 3);
    for one in &seen {
        assert_eq!(one.header("idempotency-key"), Some("\"00000000-0000-0000-0000-000000000009\""));
        assert_eq!(one.body, seen[0].body);
        let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, &one.body));
        assert_eq!(one.claims()["body_sha256"], hash);
    }
    assert_ne!(seen[0].claims()["jti"], seen[1].claims()["jti"]);
}

#[tokio::test]
async fn the_evidence_is_one_multipart_part_whose_hash_is_in_the_proof() {
    let (server, served) = server(vec![("200 OK", r#"{"next":"reservation"}"#)]).await;
    let evidence = CardEvidence { certificate: [1; 2000].into(), signature: [2; 256].into(), presence: None };
    server.prove_card(Uuid::from_u128(5), &evidence.into()).await.unwrap();
    let seen = served.await.unwrap();
    assert!(
        seen[0].head.starts_with("PUT /app/v1/bookings/00000000-0000-0000-0000-000000000005/card HTTP/1.1")
    );
    assert!(seen[0].header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
    assert_eq!(seen[0].claims()["body_sha256"], URL_SAFE_NO_PAD.encode(digest(&SHA256, &seen[0].body)));
    assert_eq!(seen[0].claims()["htm"], "PUT");
}

const CHALLENGE: &str = r#"{"attempt":"00000000-0000-0000-0000-000000000008",
    "nonce":"CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk","poses":["front","left","right"],
    "expires_at":"2026-11-21T03:02:00Z","frames_least":7,"frames_most":18}"#;
const IN_PROGRESS: &str = r#"{"type":"urn:jpki-reset:problem:attempt-in-progress","title":"wait","status":503,
    "instance":"urn:uuid:0","next_step":{"ja":"x","en":"x"}}"#;

#[tokio::test]
async fn a_challenge_is_asked_for_with_its_key_and_no_body() {
    let (server, served) = server(vec![("503 x\r\nRetry-After: 0", ""), ("201 x", CHALLENGE)]).await;
    let challenge = server.face_challenge(Uuid::from_u128(9), Uuid::from_u128(5)).await.unwrap();
    assert_eq!((challenge.attempt, &challenge.nonce), (Uuid::from_u128(8), &[9; 32].into()));
    assert_eq!(challenge.poses, [Pose::Front, Pose::Left, Pose::Right]);
    for one in served.await.unwrap() {
        let line = "POST /app/v1/bookings/00000000-0000-0000-0000-000000000005/face-challenge HTTP/1.1";
        assert!(one.head.starts_with(line));
        assert_eq!(one.header("idempotency-key"), Some("\"00000000-0000-0000-0000-000000000009\""));
        assert!(one.body.is_empty() && one.claims().get("body_sha256").is_none());
    }
}

#[tokio::test]
async fn a_face_whose_answer_is_lost_or_still_to_come_is_sent_again_byte_for_byte() {
    let (server, served) = server(vec![
        ("", ""),
        ("503 x\r\nRetry-After: 1", IN_PROGRESS),
        ("200 OK", r#"{"is":"not-matched","tries_left":4,"advice":"turn-further"}"#),
    ])
    .await;
    let surface = SurfaceBytes::of(&SurfaceFile {
        holder: [1; 300].into(),
        pictures: [2; 32].into(),
        portrait: [3; 3000].into(),
        signature: [4; 256].into(),
        certificate: [5; 500].into(),
    });
    let evidence = FaceEvidence { attempt: Uuid::from_u128(8), nonce: [9; 32].into() };
    let frames = Frames::new((1..=7).map(|number| vec![number; 100]).collect()).unwrap();
    let verdict = server.show_face(Uuid::from_u128(5), &evidence, &surface, &frames).await.unwrap();
    assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: 4, advice: Some(Advice::TurnFurther) });
    let seen = served.await.unwrap();
    assert_eq!(seen.len(), 3);
    for one in &seen {
        assert!(
            one.head.starts_with("POST /app/v1/bookings/00000000-0000-0000-0000-000000000005/face HTTP/1.1")
        );
        assert_eq!((&one.body, one.header("content-type")), (&seen[0].body, seen[0].header("content-type")));
        assert_eq!(one.claims()["body_sha256"], URL_SAFE_NO_PAD.encode(digest(&SHA256, &one.body)));
    }
    let body = String::from_utf8_lossy(&seen[0].body).into_owned();
    let nonce = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk";
    let face = format!(r#"{{"attempt":"00000000-0000-0000-0000-000000000008","nonce":"{nonce}"}}"#);
    assert!(body.contains(&face));
    assert_eq!(body.matches("name=\"frame\"").count(), 7);
}

#[tokio::test]
async fn a_token_is_sent_as_dpop_and_bound_into_the_proof() {
    let gone = r#"{"type":"urn:jpki-reset:problem:reservation-unknown","title":"no","status":404,
        "instance":"urn:uuid:0","next_step":{"ja":"ja","en":"en"}}"#;
    let (server, served) = server(vec![("404 x", gone)]).await;
    let error = server.reservation("000000000000", "abc").await.unwrap_err();
    let CallError::Failure(Failure::Refused(refusal)) = error else { panic!("{error:?}") };
    assert_eq!((refusal.next_step.ja.as_str(), refusal.next_step.en.as_str()), ("ja", "en"));
    let seen = served.await.unwrap();
    assert_eq!(seen[0].header("authorization"), Some("DPoP abc"));
    assert_eq!(seen[0].claims()["ath"], URL_SAFE_NO_PAD.encode(digest(&SHA256, b"abc")));
    assert_eq!(seen[0].claims().get("body_sha256"), None);
}

#[tokio::test]
async fn a_wrong_clock_is_named_as_the_likely_reason() {
    let (server, _served) =
        server(vec![("401 x\r\nDate: Sat, 21 Nov 2026 03:10:00 GMT", DPOP_INVALID)]).await;
    let error = server.register("test").await.unwrap_err();
    let CallError::Failure(failure) = error else { panic!("{error:?}") };
    assert_eq!(
        failure.next_step().en,
        "This device's clock is about 10 minutes slow. Set it to automatic, then try again."
    );
}

#[tokio::test]
async fn a_refusal_is_not_repeated() {
    let (server, served) = server(vec![("401 x\r\nDate: Sat, 21 Nov 2026 03:00:10 GMT", DPOP_INVALID)]).await;
    let error = server.register("test").await.unwrap_err();
    let CallError::Failure(failure) = error else { panic!("{error:?}") };
    assert_eq!(failure.next_step().en, "x", "a clock that is nearly right is not blamed");
    assert_eq!(served.await.unwrap().len(), 1);
}

#[tokio::test]
async fn deadlines_are_measured_by_the_servers_clock_once_it_has_told_its_time() {
    let answers = [
        "200 x",
        "200 x\r\nDate: Sat, 21 Nov 2026 03:00:40 GMT",
        "200 x\r\nDate: Fri, 31 Dec 9999 23:59:59 GMT",
        "200 x\r\nDate: yesterday",
    ];
    let (server, _served) = server(answers.map(|head| (head, INSTALLATION)).into()).await;
    let noon = datetime!(2026-11-21 03:00 UTC);
    assert_eq!(server.now(), noon);
    for now in [
        noon,
        datetime!(2026-11-21 03:00:40 UTC),
        datetime!(9999-12-31 23:59:59 UTC),
        datetime!(9999-12-31 23:59:59 UTC),
    ] {
        server.register("test").await.unwrap();
        assert_eq!(server.now(), now);
    }
}
