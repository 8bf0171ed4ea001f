//! The app listener: phones on the internet. TLS, an address's rate before anything, DPoP in every handler.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::{Server, ServiceRequest};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use reservation::{CardId, InstallationId};
use rustls::ServerConfig;
use wire::problem::ProblemType;

use super::frame::Gate;
use super::served::Served;
use crate::config::{self, Budget, Origin};
use crate::openapi::Interface;
use crate::parts::Parts;
use crate::problem::Refusal;
use crate::rate::{Limiter, address_key};
use crate::request::body::UploadMemory;
use crate::request::forwarded;

/// What the app's extractors and handlers work with.
pub struct AppContext {
    /// What the server is made of.
    pub parts: Arc<Parts>,
    /// The origin that DPoP proofs name.
    pub origin: Origin,
    /// How strictly proofs are judged.
    pub dpop: config::Dpop,
    /// Whether the user PIN can be booked; the signature PIN can if the parts have what it takes.
    pub book_user: bool,
    /// Our own proxies.
    pub trusted_proxies: Vec<IpAddr>,
    /// How long a body may take.
    pub body_timeout: Duration,
    /// How long a body with pictures may take.
    pub upload_timeout: Duration,
    /// What all bodies with pictures may take, and those from one address.
    pub upload_memory: UploadMemory,
    /// Per address.
    pub address_rate: Limiter<IpAddr>,
    /// Per device key.
    pub installation_rate: Limiter<InstallationId>,
    /// Per proved card, what the face engine is asked for.
    pub face_rate: Limiter<CardId>,
}

impl AppContext {
    /// The address a request counts against.
    ///
    /// # Errors
    /// `internal` if the connection has none.
    pub fn client(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> Result<IpAddr, Refusal> {
        let peer = peer.ok_or(Refusal::new(ProblemType::Internal).because("no peer address"))?;
        Ok(address_key(forwarded::client(peer.ip(), headers, &self.trusted_proxies)))
    }
}

impl Gate for AppContext {
    fn admit(&self, request: &ServiceRequest) -> Result<(), Refusal> {
        self.address_rate.admit(&self.client(request.peer_addr(), request.headers())?)
    }

    /// Every answer brings the nonce for the next proof (RFC 9449 §8.2).
    fn sign_off(&self, headers: &mut HeaderMap) {
        let nonce = self.parts.nonces.current(self.parts.clock.now());
        if let Ok(nonce) = HeaderValue::from_str(&nonce) {
            headers.insert(HeaderName::from_static("dpop-nonce"), nonce);
        }
    }
}

/// Serves on `socket`.
///
/// # Errors
/// Whatever the system says about the socket.
pub fn serve(
    socket: TcpListener,
    tls: ServerConfig,
    context: &Arc<AppContext>,
    budget: &Budget,
    patience: Duration,
) -> io::Result<Server> {
    let served = Served::new(Interface::App, context, &context.parts, budget);
    let server = HttpServer::new(move || served.app());
    let server = bounded!(server, budget, patience, 2);
    Ok(server.listen_rustls_0_23(socket, tls)?.run())
}
