//! The app as a client.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use reqwest::{Certificate, Client, Method};
use reservation::statement::BookingStatement;
use reservation::{BookingId, InstallationId, Nonce};
use serde::Serialize;
use serde_json::json;
use server::clock::{Clock as _, ManualClock};
use uuid::Uuid;
use wire::app::{Booking, CardEvidence, Installation, RegisterInstallation, Reservation, StartBooking};
use wire::problem::ProblemType;

use crate::answer::Answer;
use crate::holder::Holder;
use crate::proof::{DeviceKey, Draft, hash};
use crate::site::Site;

/// A phone.
pub struct Phone {
    /// Its device key.
    pub key: DeviceKey,
    /// Its connection.
    pub client: Client,
    /// The origin of the server.
    pub origin: String,
    clock: Arc<ManualClock>,
    nonce: Mutex<String>,
}

/// A request before its proof.
#[derive(Clone)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: String,
    /// Content type and body.
    pub body: Option<(String, Vec<u8>)>,
    /// The idempotency key.
    pub key: Option<String>,
    /// The reservation token.
    pub token: Option<String>,
}

impl Call {
    /// Without a body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: None, key: None, token: None }
    }

    /// With a JSON body.
    pub fn json(path: &str, body: &impl Serialize) -> Self {
        let body = Some(("application/json".to_owned(), serde_json::to_vec(body).unwrap()));
        Self { body, ..Self::new(Method::POST, path) }
    }

    /// With an idempotency key.
    pub fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// With a reservation token.
    pub fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }
}

/// A client that trusts one authority and reaches `localhost` at this address.
pub fn https_client(address: SocketAddr, authority: &Path) -> reqwest::ClientBuilder {
    let pem = std::fs::read(authority).unwrap();
    Client::builder()
        .tls_certs_only([Certificate::from_pem(&pem).unwrap()])
        .resolve("localhost", address)
        .no_proxy()
}

impl Phone {
    /// A phone with a new key.
    pub async fn new(address: SocketAddr, authority: &Path, clock: Arc<ManualClock>) -> Self {
        let client = https_client(address, authority).build().unwrap();
        let origin = format!("https://localhost:{}", address.port());
        let first = client.get(format!("{origin}/openapi.json")).send().await.unwrap();
        let nonce = Mutex::new(first.headers()["dpop-nonce"].to_str().unwrap().to_owned());
        Self { key: DeviceKey::new(), client, origin, clock, nonce }
    }

    /// The same phone after the server was started again at another port.
    pub async fn reconnected(self, site: &Site) -> Self {
        Self { key: self.key, ..site.phone().await }
    }

    /// The installation's id.
    pub fn installation(&self) -> InstallationId {
        InstallationId::from_bytes(self.key.thumbprint())
    }

    /// A good proof for a call, to be spoilt.
    pub fn draft(&self, call: &Call) -> Draft {
        let mut claims = json!({
            "jti": Uuid::new_v4().to_string(),
            "htm": call.method.as_str(),
            "htu": format!("{}{}", self.origin, call.path),
            "iat": self.clock.now().unix_secs(),
            "nonce": *self.nonce.lock().unwrap(),
        });
        if let Some((_, body)) = &call.body {
            claims["body_sha256"] = hash(body).into();
        }
        if let Some(token) = &call.token {
            claims["ath"] = hash(token.as_bytes()).into();
        }
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.jwk() });
        Draft { header, claims, key: self.key.clone() }
    }

    /// Sends a call with this proof.
    pub async fn send(&self, call: &Call, proof: &str) -> Answer {
        let mut request = self.client.request(call.method.clone(), format!("{}{}", self.origin, call.path));
        request = request.header("DPoP", proof);
        if let Some((kind, body)) = &call.body {
            request = request.header("content-type", kind).body(body.clone());
        }
        if let Some(key) = &call.key {
            request = request.header("idempotency-key", format!("\"{key}\""));
        }
        if let Some(token) = &call.token {
            request = request.header("authorization", format!("DPoP {token}"));
        }
        let answer = Answer::read(request.send().await.unwrap()).await;
        *self.nonce.lock().unwrap() =
            answer.header("dpop-nonce").expect("every answer brings a nonce").to_owned();
        answer
    }

    /// Makes a call with a good proof; again if the nonce was too old, as an app does.
    pub async fn call(&self, call: Call) -> Answer {
        let answer = self.send(&call, &self.draft(&call).sign()).await;
        if answer.status == 401 && answer.refused() == ProblemType::DpopNonceRequired {
            return self.send(&call, &self.draft(&call).sign()).await;
        }
        answer
    }

    /// Registers the device key.
    pub async fn register(&self) -> Installation {
        let body = RegisterInstallation { app: "test 1".into() };
        self.call(Call::json("/app/v1/installations", &body)).await.json()
    }

    /// The body that begins a booking of the user PIN.
    pub fn wanted() -> StartBooking {
        StartBooking { target: wire::PinKind::User, terms: "2026-11-01".into(), consent: true }
    }

    /// Begins a booking of the user PIN.
    pub async fn start(&self) -> Booking {
        self.try_start(wire::PinKind::User).await.json()
    }

    /// Asks to begin a booking.
    pub async fn try_start(&self, target: wire::PinKind) -> Answer {
        let key = Uuid::new_v4().to_string();
        let wanted = StartBooking { target, ..Self::wanted() };
        self.call(Call::json("/app/v1/bookings", &wanted).key(&key)).await
    }

    /// What this booking asks the card to sign.
    pub fn statement(&self, booking: &Booking) -> BookingStatement {
        BookingStatement {
            booking: BookingId::from_u128(booking.booking.as_u128()),
            nonce: Nonce::from_bytes(booking.nonce.to_array().unwrap()),
            target: booking.target.into(),
            installation: self.installation(),
            surface: None,
        }
    }

    /// The evidence of this holder's card for this booking.
    pub fn evidence(&self, booking: &Booking, holder: &Holder) -> CardEvidence {
        holder.sign_booking(&self.statement(booking))
    }

    /// Sends evidence.
    pub async fn prove(&self, booking: Uuid, evidence: &CardEvidence) -> Answer {
        self.call(evidence_call(booking, &serde_json::to_vec(evidence).unwrap())).await
    }

    /// Asks for the reservation.
    pub async fn reserve(&self, booking: Uuid) -> Answer {
        let path = format!("/app/v1/bookings/{booking}/reservation");
        self.call(Call::new(Method::POST, path).key("0123456789abcdef")).await
    }

    /// Books the user PIN of this holder from beginning to end.
    pub async fn book(&self, holder: &Holder) -> Reservation {
        let booking = self.start().await;
        let proved = self.prove(booking.booking, &self.evidence(&booking, holder)).await;
        assert_eq!(proved.status, 200, "{proved}");
        self.reserve(booking.booking).await.json()
    }

    /// Looks at a reservation.
    pub async fn look(&self, reservation: &Reservation) -> Answer {
        let path = format!("/app/v1/reservations/{}", reservation.number);
        self.call(Call::new(Method::GET, path).token(reservation.token.as_ref().unwrap())).await
    }

    /// Cancels a reservation.
    pub async fn cancel(&self, reservation: &Reservation) -> Answer {
        let path = format!("/app/v1/reservations/{}", reservation.number);
        self.call(Call::new(Method::DELETE, path).token(reservation.token.as_ref().unwrap())).await
    }
}

/// The multipart call with these bytes as evidence.
pub fn evidence_call(booking: Uuid, evidence: &[u8]) -> Call {
    multipart(Method::PUT, &format!("/app/v1/bookings/{booking}/card"), &[("evidence", evidence)])
}

/// A call with these parts.
pub fn multipart(method: Method, path: &str, parts: &[(&str, &[u8])]) -> Call {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let head = format!("--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--frontier--\r\n");
    let kind = "multipart/form-data; boundary=frontier".to_owned();
    Call { body: Some((kind, body)), ..Call::new(method, path) }
}
