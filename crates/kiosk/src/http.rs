//! [`KioskServer`] over HTTPS with the kiosk's own certificate.

use client::{Answer, Call, Connection, Failure, Method, Retry};
use reqwest::header::AUTHORIZATION;
use reservation::PinKind;
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;
use wire::kiosk::{Claim, Completion, Granted, OpenSession, Session, Settled};

use crate::server::KioskServer;
use crate::stage::ClaimToken;

const JSON: &str = "application/json";

/// The kiosk listener of a server. Calls block, so it must not be called from within an async runtime.
pub struct HttpKioskServer {
    connection: Connection,
    retry: Retry,
    runtime: Runtime,
}

impl HttpKioskServer {
    /// The server behind this connection; calls that may be repeated are, with this patience.
    ///
    /// # Errors
    /// The operating system's, if it gives no runtime.
    pub fn new(connection: Connection, retry: Retry) -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { connection, retry, runtime })
    }

    fn post(&self, path: &str, body: &impl Serialize, token: Option<&ClaimToken>) -> Result<Answer, Failure> {
        let bytes = serde_json::to_vec(body).expect("the bodies of the interface are always JSON");
        let mut headers = Vec::new();
        if let Some(token) = token {
            // EXPOSE: the server that gave it is the one that must see it.
            headers.push((AUTHORIZATION, format!("Bearer {}", token.expose())));
        }
        let call = Call { method: Method::POST, path, headers, body: Some((JSON, bytes)) };
        let answer = self.runtime.block_on(self.connection.exchange(call))?;
        if (200..300).contains(&answer.status) { Ok(answer) } else { Err(Failure::from_answer(&answer)) }
    }

    fn post_patiently(&self, path: &str, body: &impl Serialize) -> Result<Answer, Failure> {
        let mut attempts = self.retry.begin();
        let mut perhaps_made = false;
        loop {
            let failure = match self.post(path, body, None) {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            perhaps_made |= matches!(failure, Failure::Interrupted | Failure::Busy { .. });
            match attempts.wait_after(&failure) {
                Some(wait) => std::thread::sleep(wait),
                // That the last attempt did not get through does not unmake an earlier one.
                None if perhaps_made && matches!(failure, Failure::Unreachable(_)) => {
                    return Err(Failure::Interrupted);
                }
                None => return Err(failure),
            }
        }
    }
}

impl KioskServer for HttpKioskServer {
    fn open_session(&self, target: Option<PinKind>) -> Result<Session, Failure> {
        let body = OpenSession { target: target.map(Into::into) };
        self.post_patiently("/kiosk/v1/sessions", &body)?.json()
    }

    fn claim(&self, claim: &Claim) -> Result<Granted, Failure> {
        self.post_patiently("/kiosk/v1/claims", claim)?.json()
    }

    fn complete(&self, claim: Uuid, token: &ClaimToken, completion: &Completion) -> Result<Settled, Failure> {
        self.post(&format!("/kiosk/v1/claims/{claim}/completion"), completion, Some(token))?.json()
    }
}
