//! The admin listener: the operator on the same machine. Plain HTTP on loopback; a token for commands.

use std::io;
use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::{Server, ServiceRequest};
use actix_web::http::header::HeaderMap;
use wire::problem::ProblemType;

use super::frame::Gate;
use super::served::Served;
use crate::config::Budget;
use crate::openapi::Interface;
use crate::parts::Parts;
use crate::pki::Authority;
use crate::problem::Refusal;
use crate::rate::Limiter;

/// What the operator's extractors and handlers work with.
pub struct AdminContext {
    /// What the server is made of.
    pub parts: Arc<Parts>,
    /// SHA-256 of the operator's token.
    pub token_hash: [u8; 32],
    /// Signs kiosks' certificates.
    pub kiosk_authority: Authority,
    /// How long such a certificate lives.
    pub kiosk_certificate_life: Duration,
    /// How long a body may take.
    pub body_timeout: Duration,
    /// Per address.
    pub address_rate: Limiter<IpAddr>,
}

impl Gate for AdminContext {
    fn admit(&self, request: &ServiceRequest) -> Result<(), Refusal> {
        let peer =
            request.peer_addr().ok_or(Refusal::new(ProblemType::Internal).because("no peer address"))?;
        self.address_rate.admit(&peer.ip())
    }

    fn sign_off(&self, _: &mut HeaderMap) {}
}

/// Serves on `socket`.
///
/// # Errors
/// Whatever the system says about the socket.
pub fn serve(
    socket: TcpListener,
    context: &Arc<AdminContext>,
    budget: &Budget,
    patience: Duration,
) -> io::Result<Server> {
    let served = Served::new(Interface::Admin, context, &context.parts, budget);
    let server = HttpServer::new(move || served.app());
    let server = bounded!(server, budget, patience, 1);
    Ok(server.listen(socket)?.run())
}
