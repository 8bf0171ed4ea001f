//! The kiosk listener: kiosks on a closed network. Mutual TLS with an authority of its own, so that nobody
//! without a kiosk's certificate gets as far as HTTP.

use std::any::Any;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::HttpServer;
use actix_web::dev::{Extensions, Server, ServiceRequest};
use actix_web::http::header::HeaderMap;
use actix_web::rt::net::TcpStream;
use reservation::KioskId;
use rustls::ServerConfig;
use wire::problem::ProblemType;

use super::frame::Gate;
use super::served::Served;
use crate::config::Budget;
use crate::openapi::Interface;
use crate::parts::Parts;
use crate::pki::Peer;
use crate::problem::Refusal;
use crate::rate::Limiter;

/// What the kiosk's extractors and handlers work with.
pub struct KioskContext {
    /// What the server is made of.
    pub parts: Arc<Parts>,
    /// How long a body may take.
    pub body_timeout: Duration,
    /// Per kiosk.
    pub rate: Limiter<KioskId>,
}

impl Gate for KioskContext {
    fn admit(&self, request: &ServiceRequest) -> Result<(), Refusal> {
        let refused = Refusal::new(ProblemType::KioskRefused).because("the certificate names no kiosk");
        let peer = request.conn_data::<Peer>().ok_or(refused)?;
        self.rate.admit(&peer.kiosk).map_err(|refusal| {
            // To a kiosk any 4xx is final, and how a reset ended must not get lost for being told too often.
            let wait = Duration::from_secs(refusal.retry_after_secs(self.parts.clock.now()).unwrap_or(1));
            if request.path().ends_with("/completion") {
                Refusal::new(ProblemType::Unavailable).retry_after(wait).because("rate of completions")
            } else {
                refusal
            }
        })
    }

    fn sign_off(&self, _: &mut HeaderMap) {}
}

/// Serves on `socket`.
///
/// # Errors
/// Whatever the system says about the socket.
pub fn serve(
    socket: TcpListener,
    tls: ServerConfig,
    context: &Arc<KioskContext>,
    budget: &Budget,
    patience: Duration,
) -> io::Result<Server> {
    let served = Served::new(Interface::Kiosk, context, &context.parts, budget);
    let server = HttpServer::new(move || served.app());
    let server = bounded!(server, budget, patience, 2);
    Ok(server.on_connect(remember_peer).listen_rustls_0_23(socket, tls)?.run())
}

/// Keeps what the client's certificate says with the connection; TLS has verified it by then.
fn remember_peer(connection: &dyn Any, extensions: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TlsStream<TcpStream>>() else { return };
    let (_, session) = stream.get_ref();
    let certificate = session.peer_certificates().and_then(|chain| chain.first());
    if let Some(peer) = certificate.and_then(|certificate| Peer::from_der(certificate)) {
        extensions.insert(peer);
    }
}
