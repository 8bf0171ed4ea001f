//! Bodies that nobody should send, over the real TLS of phones and kiosks: two gigabytes, no end, and garbage in place of a
//! certificate. The server answers before it has come, keeps nothing of it, and serves the others.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::io::{Read, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use client::clock::{Clock as _, SystemClock};
use client::{Connection, Endpoint, Retry};
use end_to_end::child::Child;
use end_to_end::keys::CardKey;
use end_to_end::site::Site;
use end_to_end::stack::OPERATOR;
use end_to_end::terminal::{self, Terminal, problem};
use mobile_bridge::dpop::Proof;
use mobile_bridge::{BookingServer as _, HttpBookingServer, SoftwareKey};
use reservation::PinKind;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;
use uuid::Uuid;
use wire::app::StartBooking;
use wire::kiosk::Claim;
use wire::problem::ProblemType;

const PATIENCE: Duration = Duration::from_secs(10);
/// A thousand times what any body may have.
const POURED: usize = 64 * 1024 * 1024;
/// A server that kept what it is sent would grow by more than this.
const GROWTH_AT_MOST_KIB: usize = 64 * 1024;
const CARD: &str = "card";
const KIOSK: &str = "kiosk";

/// A server with one kiosk.
struct Field {
    server: Child,
    kiosk: std::path::PathBuf,
    site: Site,
    folder: TempDir,
}

impl Field {
    fn start() -> Self {
        let folder = TempDir::with_prefix("hostile-").unwrap();
        let site = Site::make(folder.path(), folder.path());
        site.open_all_day();
        site.admit_any_rate();
        site.issue(CARD, &[]);
        let server = site.serve("server", &[], site.admin_port());
        let kiosk = site.add_kiosk(KIOSK, OPERATOR, site.kiosk_port());
        Self { server, kiosk, site, folder }
    }

    fn terminal(&self) -> Terminal {
        Terminal::of(&self.kiosk, self.site.kiosk_port())
    }

    /// A connection of a phone's, or with the kiosk's certificate of the kiosk's.
    fn connect(&self, listener: Listener) -> StreamOwned<ClientConnection, TcpStream> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let (port, config) = match listener {
            Listener::App => {
                let builder = builder.with_root_certificates(roots(&self.site.file("tls/app-ca.pem")));
                (self.site.app_port(), builder.with_no_client_auth())
            }
            Listener::Kiosk => {
                let builder = builder.with_root_certificates(roots(&self.kiosk.join("server-ca.pem")));
                let key = PrivateKeyDer::from_pem_file(self.kiosk.join("kiosk-key.pem")).unwrap();
                let own = chain(&self.kiosk.join("kiosk.pem"));
                (self.site.kiosk_port(), builder.with_client_auth_cert(own, key).unwrap())
            }
        };
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
    }

    /// The most memory that the server ever had, in KiB.
    fn peak(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.server.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// The answer to a body of two gigabytes of which not one byte has come.
    fn announced(&self, request: &Request) -> String {
        let mut connection = self.connect(request.listener);
        let head = format!("{}Content-Length: 2147483648\r\n\r\n", request.head);
        connection.write_all(head.as_bytes()).unwrap();
        answer(&mut connection)
    }

    /// The answer to a body that has not ended when 64 MiB of it were sent.
    fn poured(&self, request: &Request) -> String {
        let mut connection = self.connect(request.listener);
        let head = format!("{}Transfer-Encoding: chunked\r\n\r\n", request.head);
        connection.write_all(head.as_bytes()).unwrap();
        let chunk = [b"4000\r\n".as_slice(), &[b' '; 0x4000], b"\r\n"].concat();
        for _ in 0..POURED / 0x4000 {
            connection.write_all(&chunk).unwrap();
        }
        answer(&mut connection)
    }
}

fn answer(connection: &mut impl Read) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    // A problem is one JSON object, the last of whose inner ones is not its end.
    while !answer.ends_with(b"\"}") && !answer.ends_with(b"}}") {
        match connection.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => answer.extend_from_slice(&buffer[..count]),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn chain(file: &Path) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(file).unwrap().map(Result::unwrap).collect()
}

fn roots(file: &Path) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    chain(file).into_iter().for_each(|certificate| roots.add(certificate).unwrap());
    roots
}

#[derive(Clone, Copy, Debug)]
enum Listener {
    App,
    Kiosk,
}

/// A request up to the length of its body.
struct Request {
    listener: Listener,
    head: String,
}

/// A phone that is registered, has begun a booking, and then turns hostile: its proofs are good, its bodies are not.
struct HostilePhone {
    key: Arc<SoftwareKey>,
    connection: Connection,
    booking: Uuid,
}

impl HostilePhone {
    async fn begin(field: &Field) -> Self {
        let key = Arc::new(SoftwareKey::load_or_create(&field.folder.path().join("device-key")).unwrap());
        let endpoint = Endpoint {
            base: &format!("https://localhost:{}", field.site.app_port()),
            authority_pem: &fs::read(field.site.file("tls/app-ca.pem")).unwrap(),
            identity_pem: None,
            user_agent: "hostile",
        };
        let connection = Connection::prepare(&endpoint).unwrap();
        let server = HttpBookingServer::new(
            connection.clone(),
            key.clone(),
            Arc::new(SystemClock),
            Retry::PERSON_WAITS,
        );
        let terms = server.register("hostile 1").await.unwrap().terms.version;
        let body = StartBooking { target: wire::PinKind::User, terms, consent: true };
        let booking = server.start(Uuid::new_v4(), &body).await.unwrap().booking;
        Self { key, connection, booking }
    }

    async fn nonce(&self) -> String {
        let call = client::Call {
            method: client::Method::GET,
            path: "/openapi.json",
            headers: Vec::new(),
            body: None,
        };
        self.connection.exchange(call).await.unwrap().header("dpop-nonce").unwrap().to_owned()
    }

    /// Only the body's digest in the proof is wrong, which nobody can know before the body has ended.
    async fn request(&self, method: &str, path: &str, kind: &str) -> Request {
        let nonce = self.nonce().await;
        let proof = Proof {
            method,
            address: &self.connection.address(path),
            issued_at: SystemClock.now(),
            id: Uuid::new_v4(),
            nonce: Some(&nonce),
            token: None,
            body: Some(b"what it will never be"),
        };
        let proof = proof.sign(self.key.as_ref()).unwrap();
        let key = Uuid::new_v4();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nDPoP: {proof}\r\nIdempotency-Key: \"{key}\"\r\n\
             Content-Type: {kind}\r\n"
        );
        Request { listener: Listener::App, head }
    }

    async fn requests(&self) -> Vec<Request> {
        let booking = self.booking;
        let (json, multipart) = ("application/json", "multipart/form-data; boundary=frontier");
        let mut requests = Vec::new();
        for (method, path, kind) in [
            ("POST", "/app/v1/installations".to_owned(), json),
            ("POST", "/app/v1/bookings".to_owned(), json),
            ("PUT", format!("/app/v1/bookings/{booking}/card"), multipart),
            ("POST", format!("/app/v1/bookings/{booking}/face-challenge"), json),
            ("POST", format!("/app/v1/bookings/{booking}/face"), multipart),
            ("POST", format!("/app/v1/bookings/{booking}/reservation"), json),
        ] {
            requests.push(self.request(method, &path, kind).await);
        }
        requests
    }
}

fn requests_of_a_kiosk() -> Vec<Request> {
    let claim = Uuid::new_v4();
    let head = |path: String| {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Authorization: Bearer none\r\n"
        );
        Request { listener: Listener::Kiosk, head }
    };
    [
        "/kiosk/v1/sessions".to_owned(),
        "/kiosk/v1/claims".to_owned(),
        format!("/kiosk/v1/claims/{claim}/completion"),
    ]
    .map(head)
    .into()
}

#[track_caller]
fn too_large(request: &Request, answer: &str) {
    let refused = answer.starts_with("HTTP/1.1 413") && answer.contains("payload-too-large");
    assert!(refused, "{:?} {}: {answer}", request.listener, request.head);
}

#[test]
fn a_body_of_two_gigabytes_or_without_end_is_refused_on_every_route_and_never_kept() {
    let field = Field::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let phone = runtime.block_on(HostilePhone::begin(&field));
    let before = field.peak();
    for request in runtime.block_on(phone.requests()).into_iter().chain(requests_of_a_kiosk()) {
        too_large(&request, &field.announced(&request));
    }
    for request in runtime.block_on(phone.requests()).into_iter().chain(requests_of_a_kiosk()) {
        too_large(&request, &field.poured(&request));
    }
    let grown = field.peak() - before;
    assert!(grown < GROWTH_AT_MOST_KIB, "the server has grown by {grown} KiB");
    runtime.block_on(field.terminal().session(None));
    runtime.block_on(phone.nonce());
}

#[test]
fn garbage_in_place_of_a_certificate_at_the_kiosk_proves_nothing() {
    let field = Field::start();
    let known = CardKey::read(&field.site.card(CARD), PinKind::Signature);
    let kiosk = field.terminal();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let session = kiosk.session(Some(PinKind::User)).await;
        let good = terminal::claim(&session, &known, PinKind::User, terminal::random_challenge());
        for garbage in garbage(&good.certificate.0) {
            let answer = kiosk.claim(&Claim { certificate: garbage.as_slice().into(), ..good.clone() }).await;
            let refused = problem(&answer);
            assert_eq!(refused, Some(ProblemType::CardNotProved), "{}", hex::encode(&garbage));
        }
        // Now the card is proved, and only the reservation is missing.
        let answer = kiosk.claim(&good).await;
        assert_eq!(problem(&answer), Some(ProblemType::NoReservation));
    });
}

fn garbage(certificate: &[u8]) -> Vec<Vec<u8>> {
    let mut garbage = vec![
        Vec::new(),
        vec![0x30],
        vec![0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
        [0x30, 0x80].repeat(500),
        vec![0xFF; 3000],
        [certificate, &[0]].concat(),
    ];
    garbage.extend((0..certificate.len()).step_by(97).map(|end| certificate[..end].to_vec()));
    garbage.extend((0..certificate.len()).step_by(53).map(|at| {
        let mut flipped = certificate.to_vec();
        flipped[at] ^= 0x41;
        flipped
    }));
    garbage
}
