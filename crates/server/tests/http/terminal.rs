//! A kiosk as a client.

use std::net::SocketAddr;
use std::path::Path;

use aws_lc_rs::rand;
use reqwest::{Client, Identity};
use reservation::statement::{CardChallenge, ClaimStatement, CompletionStatement};
use reservation::{ClaimId, KioskId, Nonce, PinKind, SessionId};
use serde::Serialize;
use serde_json::json;
use server::pki::authority::kiosk_request;
use uuid::Uuid;
use wire::Bytes;
use wire::kiosk::{Claim, Completion, Granted, OpenSession, Session};

use crate::answer::Answer;
use crate::holder::Holder;
use crate::phone::https_client;
use crate::site::Site;

/// A kiosk.
pub struct Terminal {
    /// Its connection.
    pub client: Client,
    /// The origin of the server.
    pub origin: String,
}

impl Terminal {
    /// Admits a kiosk through the admin listener, and connects as it.
    pub async fn admitted(site: &Site, name: &str, operator: &str, kinds: &[&str]) -> Self {
        let (request, key) = kiosk_request(&KioskId::parse(name).unwrap()).unwrap();
        let body = json!({ "kiosk": name, "operator": operator, "kinds": kinds, "request": request });
        let address = format!("http://{}/admin/v1/kiosks", site.running().admin_addr);
        let answer =
            Client::new().post(address).bearer_auth(site.admin_token()).json(&body).send().await.unwrap();
        let made: wire::admin::KioskCertificate = Answer::read(answer).await.json();
        Self::with_pair(site, &made.certificate, &key)
    }

    /// Connects with this certificate and key.
    pub fn with_pair(site: &Site, certificate: &str, key: &str) -> Self {
        let address = site.running().kiosk_addr;
        let client = client(address, &site.file("tls/kiosk-ca.pem"), Some((certificate, key)));
        Self { client, origin: format!("https://localhost:{}", address.port()) }
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &impl Serialize, token: Option<&str>) -> Answer {
        let mut request = self.client.post(format!("{}{path}", self.origin)).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Answer::read(request.send().await.unwrap()).await
    }

    /// Asks for a session.
    pub async fn open(&self, target: Option<PinKind>) -> Answer {
        let target = target.map(Into::into);
        self.post("/kiosk/v1/sessions", &OpenSession { target }, None).await
    }

    /// A session for the user PIN.
    pub async fn session(&self) -> Session {
        self.open(Some(PinKind::User)).await.json()
    }

    /// Sends a claim.
    pub async fn send_claim(&self, claim: &Claim) -> Answer {
        self.post("/kiosk/v1/claims", claim, None).await
    }

    /// Claims the reservation of this holder in a new session.
    pub async fn claim(&self, holder: &Holder) -> Answer {
        self.claim_for(holder, PinKind::User).await
    }

    /// Claims the reservation of this PIN of this holder in a new session.
    pub async fn claim_for(&self, holder: &Holder, target: PinKind) -> Answer {
        let session: Session = self.open(Some(target)).await.json();
        self.send_claim(&claim(&session, holder, target, challenge())).await
    }

    /// Reports how a reset ended.
    pub async fn report(&self, granted: &Granted, completion: &Completion) -> Answer {
        let path = format!("/kiosk/v1/claims/{}/completion", granted.claim);
        self.post(&path, completion, Some(&granted.claim_token)).await
    }
}

/// A client, with or without a certificate.
pub fn client(address: SocketAddr, authority: &Path, pair: Option<(&str, &str)>) -> Client {
    let mut builder = https_client(address, authority);
    if let Some((certificate, key)) = pair {
        builder = builder.identity(Identity::from_pem(format!("{certificate}{key}").as_bytes()).unwrap());
    }
    builder.build().unwrap()
}

/// A challenge that no card drew.
pub fn challenge() -> CardChallenge {
    let mut challenge = [0; 16];
    rand::fill(&mut challenge).unwrap();
    challenge
}

/// What the known PIN's key signs in this session.
pub fn statement(session: &Session, target: PinKind, card_challenge: CardChallenge) -> ClaimStatement {
    ClaimStatement {
        session: SessionId::from_u128(session.id.as_u128()),
        nonce: Nonce::from_bytes(session.nonce.to_array().unwrap()),
        kiosk: KioskId::parse(&session.kiosk).unwrap(),
        target,
        card_challenge,
    }
}

/// A claim in this session, signed by this holder's card.
pub fn claim(session: &Session, holder: &Holder, target: PinKind, card_challenge: CardChallenge) -> Claim {
    claim_over(session, holder, &statement(session, target, card_challenge))
}

/// A claim in this session with a signature over this statement.
pub fn claim_over(session: &Session, holder: &Holder, statement: &ClaimStatement) -> Claim {
    let (certificate, signature) = holder.sign_claim(statement);
    Claim {
        session: session.session.clone(),
        certificate,
        signature,
        card_challenge: Bytes::from(statement.card_challenge),
    }
}

/// What the target key signs to complete this claim.
pub fn completion(granted: &Granted) -> CompletionStatement {
    CompletionStatement {
        claim: ClaimId::from_u128(granted.claim.as_u128()),
        nonce: Nonce::from_bytes(granted.completion_nonce.to_array().unwrap()),
        target: granted.target.into(),
    }
}

/// A proof by this holder's card for this claim.
pub fn proof(granted: &Granted, holder: &Holder) -> Completion {
    Completion::Completed { proof: holder.sign_completion(&completion(granted)) }
}

/// A claim that was never made.
pub fn made_up(granted: &Granted) -> Granted {
    Granted { claim: Uuid::new_v4(), ..granted.clone() }
}
