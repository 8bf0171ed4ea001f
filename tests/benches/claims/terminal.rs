//! The kiosk's side: connections that stay open, each with one request at a time.

use std::fs;
use std::net::SocketAddr;

use futures_util::future::join_all;
use reqwest::{Certificate, Client, Identity, StatusCode};
use reservation::statement::ClaimStatement;
use reservation::{KioskId, Nonce, PinKind, SessionId};
use wire::Bytes;
use wire::kiosk::{Claim, OpenSession, Session};

use crate::site::{Cards, KIOSK, Site};
use crate::work::{Item, identity};

/// A kiosk's open connections.
pub(crate) struct Terminal {
    connections: Vec<Client>,
    origin: String,
}

impl Terminal {
    /// Connects to the server at this address when first used.
    pub(crate) fn new(site: &Site, address: SocketAddr, connections: usize) -> Self {
        let authority = fs::read(site.file("tls/kiosk-ca.pem")).unwrap();
        let connect = || {
            Client::builder()
                .tls_certs_only([Certificate::from_pem(&authority).unwrap()])
                .identity(Identity::from_pem(site.kiosk_pair.as_bytes()).unwrap())
                .resolve("localhost", address)
                .pool_max_idle_per_host(1)
                .no_proxy()
                .build()
                .unwrap()
        };
        let origin = format!("https://localhost:{}", address.port());
        Self { connections: (0..connections).map(|_| connect()).collect(), origin }
    }

    /// Posts these bodies, spread over all connections; the answers in the bodies' order.
    async fn post(&self, path: &str, bodies: &[Vec<u8>], expected: StatusCode) -> Vec<Vec<u8>> {
        let address = format!("{}{path}", self.origin);
        let lane = |(number, client): (usize, &Client)| {
            let (client, address) = (client.clone(), address.clone());
            let own = bodies.iter().enumerate().skip(number).step_by(self.connections.len());
            let own: Vec<(usize, Vec<u8>)> = own.map(|(index, body)| (index, body.clone())).collect();
            async move {
                let mut answers = Vec::new();
                for (index, body) in own {
                    let request = client.post(&address).header("content-type", "application/json").body(body);
                    let answer = request.send().await.unwrap();
                    let status = answer.status();
                    let body = answer.bytes().await.unwrap();
                    assert_eq!(status, expected, "{}", String::from_utf8_lossy(&body));
                    answers.push((index, body.to_vec()));
                }
                answers
            }
        };
        let mut answers = join_all(self.connections.iter().enumerate().map(lane)).await.concat();
        answers.sort_by_key(|(index, _)| *index);
        answers.into_iter().map(|(_, body)| body).collect()
    }

    /// Opens this many sessions for the user PIN.
    pub(crate) async fn sessions(&self, count: usize) -> Vec<Session> {
        let body = serde_json::to_vec(&OpenSession { target: Some(PinKind::User.into()) }).unwrap();
        let answers = self.post("/kiosk/v1/sessions", &vec![body; count], StatusCode::CREATED).await;
        answers.iter().map(|answer| serde_json::from_slice(answer).unwrap()).collect()
    }

    /// Makes the claims that were prepared, and notes how long each answer is.
    pub(crate) async fn claim(&self, items: &mut [Item]) {
        let bodies: Vec<Vec<u8>> = items.iter().map(|item| item.body.clone()).collect();
        let answers = self.post("/kiosk/v1/claims", &bodies, StatusCode::CREATED).await;
        for (item, answer) in items.iter_mut().zip(answers) {
            item.reply_bytes = answer.len();
        }
    }

    /// Sends claims whose body is no claim: TLS, HTTP, the kiosk's record, and JSON, and then a problem as the answer.
    pub(crate) async fn refused(&self, count: usize) {
        self.post("/kiosk/v1/claims", &vec![b"{}".to_vec(); count], StatusCode::BAD_REQUEST).await;
    }
}

/// The claim of a card in a round, signed by the card.
pub(crate) fn signed(cards: &Cards, round: usize, card: usize, session: &Session) -> Item {
    let mut card_challenge = [0; 16];
    aws_lc_rs::rand::fill(&mut card_challenge).unwrap();
    let id = SessionId::from_u128(session.id.as_u128());
    let statement = ClaimStatement {
        session: id,
        nonce: Nonce::from_bytes(session.nonce.to_array().unwrap()),
        kiosk: KioskId::parse(KIOSK).unwrap(),
        target: PinKind::User,
        card_challenge,
    };
    let (certificate, signature) = cards.sign(card, &statement);
    let body = Claim {
        session: session.session.clone(),
        certificate: Bytes(certificate.clone()),
        signature: Bytes(signature.clone()),
        card_challenge: Bytes::from(card_challenge),
    };
    Item {
        identity: identity(round, card),
        session: id.as_u128(),
        session_token: session.session.clone(),
        certificate,
        statement: statement.to_bytes(),
        signature,
        card_challenge,
        body: serde_json::to_vec(&body).unwrap(),
        target_key: cards.key(card, PinKind::User),
        reply_bytes: 0,
    }
}
