//! [`BookingServer`] over HTTPS: each call proves the device key, and is repeated when that is safe and useful.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use client::clock::Clock;
use client::{Answer, Call, Connection, Failure, Method, Retry};
use reqwest::header::{AUTHORIZATION, HeaderName};
use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;
use wire::app::{
    Booking, CardAccepted, FaceChallenge, FaceEvidence, FaceVerdict, Installation, RegisterInstallation,
    Reservation, StartBooking,
};
use wire::problem::ProblemType;
use zeroize::Zeroizing;

use crate::device_key::DeviceKey;
use crate::dpop::Proof;
use crate::multipart::{self, Multipart};
use crate::pictures::Frames;
use crate::proof::{CardProof, SurfaceBytes};
use crate::server::{BookingServer, CallError, IdempotencyKey};

const DPOP: HeaderName = HeaderName::from_static("dpop");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const DPOP_NONCE: &str = "dpop-nonce";

/// From here on a wrong clock is the likeliest reason for a proof that is not accepted.
const SKEW_WORTH_TELLING: Duration = Duration::from_secs(60);

/// The app listener of a server.
pub struct HttpBookingServer {
    connection: Connection,
    key: Arc<dyn DeviceKey>,
    clock: Arc<dyn Clock>,
    retry: Retry,
    /// The latest nonce the server gave, with any answer (RFC 9449 §8.2).
    nonce: Mutex<Option<String>>,
    /// How far the server's clock was ahead of this phone's when it last answered.
    ahead: Mutex<time::Duration>,
}

/// A call that is the same however often it is made; only its proof is fresh each time.
struct Request {
    method: Method,
    path: String,
    idempotency_key: Option<IdempotencyKey>,
    token: Option<String>,
    /// Content type and bytes, which are wiped when dropped.
    body: Option<(String, Zeroizing<Vec<u8>>)>,
}

impl Request {
    fn new(method: Method, path: String) -> Self {
        Self { method, path, idempotency_key: None, token: None, body: None }
    }

    fn json(mut self, body: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(body).expect("the bodies of the interface are always JSON");
        self.body = Some(("application/json".to_owned(), Zeroizing::new(bytes)));
        self
    }

    fn multipart(mut self, body: Multipart) -> Self {
        self.body = Some((body.content_type, body.bytes));
        self
    }
}

impl HttpBookingServer {
    /// The server behind this connection, called with this device key.
    pub fn new(connection: Connection, key: Arc<dyn DeviceKey>, clock: Arc<dyn Clock>, retry: Retry) -> Self {
        let ahead = Mutex::new(time::Duration::ZERO);
        Self { connection, key, clock, retry, nonce: Mutex::new(None), ahead }
    }

    /// Makes the call until it has an answer, or until patience ends.
    async fn call(&self, request: &Request) -> Result<Answer, CallError> {
        let mut attempts = self.retry.begin();
        loop {
            let failure = match self.attempt(request).await {
                Err(CallError::Failure(failure)) => failure,
                other => return other,
            };
            match attempts.wait_after(&failure) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(failure.into()),
            }
        }
    }

    /// One attempt; a second proof where the server first asks for its nonce.
    async fn attempt(&self, request: &Request) -> Result<Answer, CallError> {
        let mut answer = self.send(request).await?;
        if problem_of(&answer) == Some(ProblemType::DpopNonceRequired) {
            answer = self.send(request).await?;
        }
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let failure = Failure::from_answer(&answer);
        Err(match failure.kind() {
            Some(ProblemType::DpopInvalid) => with_clock_hint(failure, answer.date(), self.clock.now()),
            _ => failure,
        }
        .into())
    }

    async fn send(&self, request: &Request) -> Result<Answer, CallError> {
        let nonce = self.nonce.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let proof = Proof {
            method: request.method.as_str(),
            address: &self.connection.address(&request.path),
            issued_at: self.clock.now(),
            id: Uuid::new_v4(),
            nonce: nonce.as_deref(),
            token: request.token.as_deref(),
            body: request.body.as_ref().map(|(_, bytes)| bytes.as_slice()),
        }
        .sign(self.key.as_ref())?;
        let mut headers = vec![(DPOP, proof)];
        if let Some(key) = request.idempotency_key {
            headers.push((IDEMPOTENCY_KEY, idempotency_header(key)));
        }
        if let Some(token) = &request.token {
            headers.push((AUTHORIZATION, format!("DPoP {token}")));
        }
        let call = Call {
            method: request.method.clone(),
            path: &request.path,
            headers,
            // The copy that the HTTP client sends from becomes its own, and TLS makes further ones: none can be wiped.
            body: request.body.as_ref().map(|(content_type, bytes)| (content_type.as_str(), bytes.to_vec())),
        };
        let answer = self.connection.exchange(call).await?;
        if let Some(nonce) = answer.header(DPOP_NONCE) {
            *self.nonce.lock().unwrap_or_else(PoisonError::into_inner) = Some(nonce.to_owned());
        }
        if let Some(date) = answer.date() {
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = date - self.clock.now();
        }
        Ok(answer)
    }
}

/// The key as the header wants it: a structured-field string (draft-ietf-httpapi-idempotency-key-header-07 §2.1).
fn idempotency_header(key: IdempotencyKey) -> String {
    format!("\"{key}\"")
}

fn problem_of(answer: &Answer) -> Option<ProblemType> {
    if answer.status != 401 {
        return None;
    }
    Failure::from_answer(answer).kind()
}

/// Tells the person that the clock is wrong, where the server's own time says so.
fn with_clock_hint(failure: Failure, server: Option<OffsetDateTime>, phone: OffsetDateTime) -> Failure {
    let (Failure::Refused(mut refusal), Some(server)) = (failure.clone(), server) else {
        return failure;
    };
    let skew = phone - server;
    if skew.unsigned_abs() < SKEW_WORTH_TELLING {
        return failure;
    }
    let minutes = skew.unsigned_abs().as_secs().div_ceil(60);
    let (ja, en) = if skew.is_positive() { ("進んで", "fast") } else { ("遅れて", "slow") };
    refusal.next_step.ja = format!(
        "この端末の時計が約{minutes}分{ja}います。時刻を自動設定にしてから、もう一度お試しください。"
    );
    refusal.next_step.en =
        format!("This device's clock is about {minutes} minutes {en}. Set it to automatic, then try again.");
    Failure::Refused(refusal)
}

#[async_trait]
impl BookingServer for HttpBookingServer {
    fn now(&self) -> OffsetDateTime {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let here = self.clock.now();
        // A server may send any date: one at the end of time is no help.
        here.checked_add(ahead).unwrap_or(here)
    }

    async fn register(&self, app: &str) -> Result<Installation, CallError> {
        let request = Request::new(Method::POST, "/app/v1/installations".to_owned())
            .json(&RegisterInstallation { app: app.to_owned() });
        Ok(self.call(&request).await?.json()?)
    }

    async fn start(&self, key: IdempotencyKey, body: &StartBooking) -> Result<Booking, CallError> {
        let mut request = Request::new(Method::POST, "/app/v1/bookings".to_owned()).json(body);
        request.idempotency_key = Some(key);
        Ok(self.call(&request).await?.json()?)
    }

    async fn prove_card(&self, booking: Uuid, proof: &CardProof) -> Result<CardAccepted, CallError> {
        let request = Request::new(Method::PUT, format!("/app/v1/bookings/{booking}/card"))
            .multipart(multipart::card(proof));
        Ok(self.call(&request).await?.json()?)
    }

    async fn face_challenge(&self, key: IdempotencyKey, booking: Uuid) -> Result<FaceChallenge, CallError> {
        let mut request = Request::new(Method::POST, format!("/app/v1/bookings/{booking}/face-challenge"));
        request.idempotency_key = Some(key);
        Ok(self.call(&request).await?.json()?)
    }

    async fn show_face(
        &self,
        booking: Uuid,
        evidence: &FaceEvidence,
        surface: &SurfaceBytes,
        frames: &Frames,
    ) -> Result<FaceVerdict, CallError> {
        let request = Request::new(Method::POST, format!("/app/v1/bookings/{booking}/face"))
            .multipart(multipart::face(evidence, surface, frames));
        Ok(self.call(&request).await?.json()?)
    }

    async fn reserve(&self, key: IdempotencyKey, booking: Uuid) -> Result<Reservation, CallError> {
        let mut request = Request::new(Method::POST, format!("/app/v1/bookings/{booking}/reservation"));
        request.idempotency_key = Some(key);
        Ok(self.call(&request).await?.json()?)
    }

    async fn reservation(&self, number: &str, token: &str) -> Result<Reservation, CallError> {
        let mut request = Request::new(Method::GET, format!("/app/v1/reservations/{number}"));
        request.token = Some(token.to_owned());
        Ok(self.call(&request).await?.json()?)
    }

    async fn cancel(&self, number: &str, token: &str) -> Result<Reservation, CallError> {
        let mut request = Request::new(Method::DELETE, format!("/app/v1/reservations/{number}"));
        request.token = Some(token.to_owned());
        Ok(self.call(&request).await?.json()?)
    }
}
