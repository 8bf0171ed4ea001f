//! A completion goes out until the answer is final, over a real socket.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use client::{Connection, Retry};
use kiosk::delivery::deliver;
use kiosk::{ClaimToken, Delivery, HttpKioskServer, KioskServer as _, Verdict};
use uuid::Uuid;
use wire::kiosk::{Claim, Completion, FailureReason};

use crate::support::kill::StandingClock;
use crate::support::world::RETRY;

const COMPLETED: &str = r#"{"is":"completed"}"#;
const FAILED: Completion = Completion::Failed { reason: FailureReason::HolderLeft };

/// A server that gives these answers, one per connection: a status and a body, or nothing at all. What came in is
/// handed back.
fn server(answers: Vec<Option<(u16, &'static str)>>) -> (HttpKioskServer, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let served = thread::spawn(move || {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !is_whole(&request) {
                let length = stream.read(&mut buffer).unwrap();
                assert!(length > 0, "the request broke off");
                request.extend_from_slice(&buffer[..length]);
            }
            requests.push(String::from_utf8(request).unwrap());
            if let Some((status, body)) = answer {
                let length = body.len();
                write!(
                    stream,
                    "HTTP/1.1 {status} x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                )
                .unwrap();
            }
        }
        requests
    });
    let fast = Retry { attempts: 3, ..Retry::PERSON_WAITS };
    let fast = Retry { first: std::time::Duration::from_millis(1), ..fast };
    (HttpKioskServer::new(Connection::danger_without_tls(&base), fast).unwrap(), served)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    body.len() >= length.parse().unwrap()
}

fn send(answers: Vec<Option<(u16, &'static str)>>) -> (Delivery, Vec<String>) {
    let (server, served) = server(answers);
    let token = ClaimToken::new("abc.def".into());
    let delivery = deliver(&server, &StandingClock::default(), RETRY, (Uuid::from_u128(5), &token, &FAILED));
    (delivery, served.join().unwrap())
}

#[test]
fn a_completion_is_sent_until_the_answer_is_final_and_each_time_the_same() {
    let (delivery, requests) = send(vec![None, Some((503, "")), Some((200, COMPLETED))]);
    assert!(matches!(delivery, Delivery::Final(Verdict::Completed)), "{delivery:?}");
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| *request == requests[0]));
    assert!(
        requests[0]
            .starts_with("POST /kiosk/v1/claims/00000000-0000-0000-0000-000000000005/completion HTTP/1.1")
    );
    assert!(requests[0].contains("authorization: Bearer abc.def\r\n"));
    assert!(requests[0].ends_with(r#"{"outcome":"failed","reason":"holder-left"}"#));
}

#[test]
fn every_4xx_is_final_but_those_that_ask_for_a_repetition() {
    for status in [400, 401, 403, 404, 409, 410, 422] {
        let (delivery, requests) = send(vec![Some((status, ""))]);
        let Delivery::Final(Verdict::Refused { status: told, .. }) = delivery else {
            panic!("{status}: {delivery:?}");
        };
        assert_eq!((told, requests.len()), (status, 1));
    }
    for status in [408, 425, 429] {
        let (delivery, requests) = send(vec![Some((status, "")), Some((200, COMPLETED))]);
        assert!(matches!(delivery, Delivery::Final(Verdict::Completed)), "{status}");
        assert_eq!(requests.len(), 2);
    }
}

#[test]
fn patience_ends_and_the_message_is_kept() {
    let (delivery, requests) = send(vec![Some((500, "")), None, Some((502, ""))]);
    assert!(matches!(delivery, Delivery::NotYet(_)), "{delivery:?}");
    assert_eq!(requests.len(), 3);
}

#[test]
fn an_acceptance_in_unknown_words_is_an_acceptance() {
    let (delivery, _) = send(vec![Some((200, r#"{"is":"something-new"}"#))]);
    assert!(matches!(delivery, Delivery::Final(Verdict::Taken)), "{delivery:?}");
}

#[test]
fn a_redirect_decides_nothing() {
    let (delivery, _) = send(vec![Some((307, ""))]);
    assert!(matches!(delivery, Delivery::NotYet(_)), "{delivery:?}");
}

#[test]
fn a_claim_is_repeated_with_the_same_bytes() {
    let granted = r#"{"claim":"00000000-0000-0000-0000-000000000007","target":"user","authorisation":"AA",
        "completion_nonce":"AA","claim_token":"t","lease_ends":"2026-11-21T03:08:00Z"}"#;
    let (server, served) = server(vec![None, Some((200, granted))]);
    let claim = Claim {
        session: "s".into(),
        certificate: [1].into(),
        signature: [2].into(),
        card_challenge: [3; 16].into(),
    };
    assert_eq!(server.claim(&claim).unwrap().claim, Uuid::from_u128(7));
    let requests = served.join().unwrap();
    assert_eq!(requests[0], requests[1]);
}
