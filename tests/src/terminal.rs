//! A kiosk that sends whatever a test wants it to, over real mutual TLS.

use std::fs;
use std::path::Path;

use client::{Answer, Call, Connection, Endpoint, Failure, Method, Retry};
use reqwest::header::AUTHORIZATION;
use reservation::statement::{CardChallenge, ClaimStatement, CompletionStatement};
use reservation::{ClaimId, KioskId, Nonce, PinKind, SessionId};
use serde::Serialize;
use uuid::Uuid;
use wire::kiosk::{Claim, Completion, Granted, OpenSession, Session};
use wire::problem::{Problem, ProblemType};

use crate::keys::CardKey;

/// A kiosk, admitted or not.
#[derive(Clone, Debug)]
pub struct Terminal {
    connection: Connection,
}

impl Terminal {
    /// The kiosk whose files `jpki-reset kiosk add` wrote to `folder`.
    ///
    /// # Panics
    /// If they do not hold what they should.
    pub fn of(folder: &Path, port: u16) -> Self {
        let read = |name: &str| fs::read(folder.join(name)).unwrap();
        Self::with(&read("kiosk.pem"), &read("kiosk-key.pem"), &read("server-ca.pem"), port)
    }

    /// A kiosk with this certificate and key, PEM.
    ///
    /// # Panics
    /// If they are none.
    pub fn with(certificate: &[u8], key: &[u8], authority: &[u8], port: u16) -> Self {
        let identity = [certificate, b"\n", key].concat();
        let endpoint = Endpoint {
            base: &format!("https://localhost:{port}"),
            authority_pem: authority,
            identity_pem: Some(&identity),
            user_agent: "end-to-end",
        };
        Self { connection: Connection::prepare(&endpoint).expect("a kiosk's files") }
    }

    /// One request; its answer, whatever it is.
    ///
    /// # Errors
    /// [`Failure`] if there was none.
    pub async fn post(
        &self,
        path: &str,
        body: &impl Serialize,
        token: Option<&str>,
    ) -> Result<Answer, Failure> {
        let bytes = serde_json::to_vec(body).unwrap();
        let headers = token.map(|token| (AUTHORIZATION, format!("Bearer {token}"))).into_iter().collect();
        let body = Some(("application/json", bytes));
        self.connection.exchange(Call { method: Method::POST, path, headers, body }).await
    }

    /// The same bytes again while no answer comes, as every kiosk does: a connection may close under a request.
    async fn post_until_answered(&self, path: &str, body: &impl Serialize, token: Option<&str>) -> Answer {
        let mut attempts = Retry::PERSON_WAITS.begin();
        loop {
            match self.post(path, body, token).await {
                Ok(answer) => return answer,
                Err(failure) => {
                    let wait = attempts.wait_after(&failure).expect("a server that answers");
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    /// Opens a session.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn session(&self, target: Option<PinKind>) -> Session {
        let body = OpenSession { target: target.map(Into::into) };
        self.post_until_answered("/kiosk/v1/sessions", &body, None).await.json().unwrap()
    }

    /// Claims.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn claim(&self, claim: &Claim) -> Answer {
        self.post_until_answered("/kiosk/v1/claims", claim, None).await
    }

    /// Says how a claim ended.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn complete(&self, granted: &Granted, completion: &Completion) -> Answer {
        let path = format!("/kiosk/v1/claims/{}/completion", granted.claim);
        self.post_until_answered(&path, completion, Some(&granted.claim_token)).await
    }
}

/// What the card signs in a session.
///
/// # Panics
/// If the session is not of the interface's form.
pub fn claim_statement(session: &Session, target: PinKind, card_challenge: CardChallenge) -> ClaimStatement {
    ClaimStatement {
        session: SessionId::from_u128(session.id.as_u128()),
        nonce: Nonce::from_bytes(session.nonce.to_array().expect("256 bits")),
        kiosk: KioskId::parse(&session.kiosk).expect("a kiosk's name"),
        target,
        card_challenge,
    }
}

/// The claim of a card that drew this challenge: `known` signs for the session.
pub fn claim(session: &Session, known: &CardKey, target: PinKind, card_challenge: CardChallenge) -> Claim {
    let statement = claim_statement(session, target, card_challenge);
    Claim {
        session: session.session.clone(),
        certificate: known.certificate().into(),
        signature: known.sign(&statement.to_bytes()).into(),
        card_challenge: card_challenge.into(),
    }
}

/// A challenge as a card draws it.
pub fn random_challenge() -> CardChallenge {
    *Uuid::new_v4().as_bytes()
}

/// The proof of a card that took the new PIN: `target` signs for the claim.
///
/// # Panics
/// If the grant is not of the interface's form.
pub fn proof(granted: &Granted, target: &CardKey) -> Completion {
    let statement = CompletionStatement {
        claim: ClaimId::from_u128(granted.claim.as_u128()),
        nonce: Nonce::from_bytes(granted.completion_nonce.to_array().expect("256 bits")),
        target: granted.target.into(),
    };
    Completion::Completed { proof: target.sign(&statement.to_bytes()).into() }
}

/// The kind of problem an answer names.
pub fn problem(answer: &Answer) -> Option<ProblemType> {
    serde_json::from_slice::<Problem>(&answer.body).ok()?.problem_type()
}
