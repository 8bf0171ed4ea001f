//! Every route of every listener, asked wrongly in every way: each answer is a problem.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use actix_web::http::Method;
use server::listener::routes::Routes;
use server::openapi::Interface;
use wire::problem::ProblemType;

use crate::answer::Answer;
use crate::phone::{Call, Phone};
use crate::site::Site;
use crate::terminal::Terminal;

const OPEN: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

fn routes(interface: Interface) -> Vec<(String, Vec<Method>)> {
    Routes::of(&interface.document(), &[])
        .iter()
        .map(|(path, methods)| (filled(path), methods.to_vec()))
        .collect()
}

/// The path with something in the place of its parameters.
fn filled(path: &str) -> String {
    path.replace("{booking}", "0192f0c1-2345-7abc-8def-0123456789ab")
        .replace("{claim}", "0192f0c1-2345-7abc-8def-0123456789ab")
        .replace("{number}", "000000000000")
        .replace("{kiosk}", "k-1")
}

/// Sends requests to one listener as somebody who may.
enum Caller<'a> {
    Phone(&'a Phone),
    Kiosk(&'a Terminal),
    Operator { address: SocketAddr, token: String },
}

impl Caller<'_> {
    /// With good credentials, and this content type and body.
    async fn send(&self, method: &Method, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_str().as_bytes()).unwrap();
        match self {
            Self::Phone(phone) => {
                let body = Some((kind.to_owned(), body));
                phone.call(Call { body, ..Call::new(method, path) }.key("0123456789abcdef")).await
            }
            Self::Kiosk(kiosk) => {
                let request = kiosk.client.request(method, format!("{}{path}", kiosk.origin));
                let request = request.bearer_auth("a.b.c").header("content-type", kind).body(body);
                Answer::read(request.send().await.unwrap()).await
            }
            Self::Operator { address, token } => {
                let client = reqwest::Client::builder().no_proxy().build().unwrap();
                let request = client.request(method, format!("http://{address}{path}")).bearer_auth(token);
                let request = request.header("content-type", kind).body(body);
                Answer::read(request.send().await.unwrap()).await
            }
        }
    }

    /// Without any credentials but the connection's.
    async fn bare(&self, method: &str, path: &str) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = match self {
            Self::Phone(phone) => phone.client.request(method, format!("{}{path}", phone.origin)),
            Self::Kiosk(kiosk) => kiosk.client.request(method, format!("{}{path}", kiosk.origin)),
            Self::Operator { address, .. } => reqwest::Client::builder()
                .no_proxy()
                .build()
                .unwrap()
                .request(method, format!("http://{address}{path}")),
        };
        Answer::read(request.send().await.unwrap()).await
    }
}

async fn walk(interface: Interface, caller: Caller<'_>) {
    let routes = routes(interface);
    assert!(!routes.is_empty());
    for (path, methods) in &routes {
        for wrong in ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
            if methods.iter().any(|method| method.as_str() == wrong) {
                continue;
            }
            let answer = caller.bare(wrong, path).await;
            assert_eq!(answer.refused(), ProblemType::MethodNotAllowed, "{wrong} {path}");
            let allow = answer.header("allow").unwrap();
            assert!(methods.iter().all(|method| allow.contains(method.as_str())), "{path}: {allow}");
        }
        if OPEN.contains(&path.as_str()) {
            continue;
        }
        for method in methods {
            let refused = caller.bare(method.as_str(), path).await;
            assert!((400..500).contains(&refused.status), "{method} {path} without credentials: {refused}");
            refused.problem();
        }
        for method in methods.iter().filter(|method| ["POST", "PUT"].contains(&method.as_str())) {
            bad_bodies(&caller, method, path).await;
        }
    }
    for path in [
        "/",
        "/app/v2/bookings",
        "/app/v1/bookings/",
        "/kiosk/v1",
        "/%2e%2e/etc",
        "/admin/v1/kiosks/a/b/c",
        "/app/v1/bookings/not-a-uuid/card/x",
    ] {
        assert_eq!(caller.bare("GET", path).await.refused(), ProblemType::NotFound, "{path}");
    }
}

async fn bad_bodies(caller: &Caller<'_>, method: &Method, path: &str) {
    let takes_body = !["/reservation", "/disable", "/face-challenge"].iter().any(|end| path.ends_with(end));
    let takes_pictures = ["/card", "/face"].iter().any(|end| path.ends_with(end));
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("empty", "application/json", Vec::new()),
        ("not JSON", "application/json", b"{".to_vec()),
        ("deep JSON", "application/json", "[".repeat(30_000).into_bytes()),
        ("an unknown member", "application/json", br#"{"unknown":1}"#.to_vec()),
        ("not UTF-8", "application/json", vec![0xff; 100]),
        ("another type", "text/plain", b"{}".to_vec()),
        ("no type", "", b"{}".to_vec()),
    ];
    for (what, kind, body) in cases {
        let answer = caller.send(method, path, kind, body).await;
        if !takes_body {
            assert!(answer.status >= 400, "{what}: {method} {path}: {answer}");
            answer.problem();
            continue;
        }
        let kind = answer.refused();
        let expected = [ProblemType::MalformedRequest, ProblemType::UnsupportedMediaType];
        assert!(expected.contains(&kind), "{what}: {method} {path}: {answer}");
    }
    let too_much = if takes_pictures { 12 * 1024 * 1024 + 1 } else { 70_000 };
    let answer = caller.send(method, path, "application/json", vec![b' '; too_much]).await;
    assert_eq!(answer.refused(), ProblemType::PayloadTooLarge, "{method} {path}");
}

#[tokio::test]
async fn every_wrong_request_to_the_app_listener_gets_a_problem() {
    let site = Site::with(|config| crate::limits::admit_all(&mut config.rates), |_| {});
    let phone = site.registered_phone().await;
    walk(Interface::App, Caller::Phone(&phone)).await;
}

#[tokio::test]
async fn every_wrong_request_to_the_kiosk_listener_gets_a_problem() {
    let site = Site::with(|config| crate::limits::admit_all(&mut config.rates), |_| {});
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    walk(Interface::Kiosk, Caller::Kiosk(&kiosk)).await;
}

#[tokio::test]
async fn every_wrong_request_to_the_admin_listener_gets_a_problem() {
    let site = Site::with(|config| crate::limits::admit_all(&mut config.rates), |_| {});
    let (address, token) = (site.running().admin_addr, site.admin_token());
    walk(Interface::Admin, Caller::Operator { address, token }).await;
}

#[tokio::test]
async fn path_parameters_of_the_wrong_form_lead_nowhere() {
    let site = Site::new();
    let phone = site.registered_phone().await;
    let call =
        Call::new(reqwest::Method::POST, "/app/v1/bookings/not-a-uuid/reservation").key("0123456789abcdef");
    assert_eq!(phone.call(call).await.refused(), ProblemType::NotFound);
}

#[tokio::test]
async fn a_body_of_two_gigabytes_is_refused_by_its_announcement() {
    let site = Site::new();
    let head = format!(
        "POST /admin/v1/kiosks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 2147483648\r\n\r\n",
        site.admin_token()
    );
    let answer = raw(site.running().admin_addr, head.as_bytes(), &[]).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("payload-too-large") && answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn an_endless_body_is_cut_off_at_its_bound() {
    let site = Site::new();
    let head = format!(
        "POST /admin/v1/kiosks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        site.admin_token()
    );
    let chunk = [b"4000\r\n".as_slice(), &[b' '; 0x4000], b"\r\n"].concat();
    let answer = raw(site.running().admin_addr, head.as_bytes(), &chunk).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let site = Site::with(|config| config.listen.admin.budget.body_timeout_secs = Some(1), |_| {});
    let head = format!(
        "POST /admin/v1/kiosks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{",
        site.admin_token()
    );
    let answer = raw(site.running().admin_addr, head.as_bytes(), &[]).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request-timeout"), "{answer}");
}

#[tokio::test]
async fn a_compressed_body_is_not_opened() {
    let site = Site::new();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(format!("http://{}/admin/v1/kiosks", site.running().admin_addr));
    let request = request.bearer_auth(site.admin_token()).header("content-type", "application/json");
    let answer = request.header("content-encoding", "gzip").body(vec![0x1f, 0x8b]).send().await.unwrap();
    assert_eq!(Answer::read(answer).await.refused(), ProblemType::UnsupportedMediaType);
}

/// Sends bytes, then `more` again and again until the server has answered, and reads the answer.
async fn raw(address: SocketAddr, head: &[u8], more: &[u8]) -> String {
    let (head, more) = (head.to_vec(), more.to_vec());
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(&head).unwrap();
        // Until the server has closed its side: at most 1 MiB, sixteen times the bound.
        for _ in 0..64 {
            if more.is_empty() || stream.write_all(&more).is_err() {
                break;
            }
        }
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(count) = stream.read(&mut buffer) {
            answer.extend_from_slice(&buffer[..count]);
            if count == 0 || answer.ends_with(b"}") {
                break;
            }
        }
        String::from_utf8_lossy(&answer).to_lowercase().replacen("http", "HTTP", 1)
    })
    .await
    .unwrap()
}
