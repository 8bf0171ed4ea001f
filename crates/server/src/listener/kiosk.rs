//! The kiosk listener: kiosks on a closed network. Mutual TLS with an authority of its own, so that nobody
//! without a kiosk's certificate gets as far as HTTP.

use std::any::Any;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::{Extensions, Server, ServiceRequest};
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::web::{self, Bytes, Data, PathConfig};
use actix_web::{App, HttpServer};
use reservation::KioskId;
use rustls::ServerConfig;
use utoipa_actix_web::AppExt as _;
use wire::problem::ProblemType;

use super::frame::{Frame, Gate};
use super::routes::Routes;
use crate::config::Budget;
use crate::openapi::{self, Interface};
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
            let wait = Duration::from_secs(refusal.retry_after_secs().unwrap_or(1));
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
    let interface = Interface::Kiosk;
    let frame = Arc::new(Frame {
        listener: interface.name(),
        routes: Routes::of(&interface.document(), &[(openapi::PATH, Method::GET)]),
        gate: context.clone(),
        deadline: budget.answer_timeout(),
        clock: context.parts.clock.clone(),
        metrics: context.parts.metrics.clone(),
    });
    let document = Bytes::from(interface.json());
    let data = Data::from(context.clone());
    let server = HttpServer::new(move || {
        let (frame, document) = (frame.clone(), document.clone());
        App::new()
            .app_data(data.clone())
            .app_data(PathConfig::default().error_handler(|_, _| Refusal::new(ProblemType::NotFound).into()))
            .into_utoipa_app()
            .configure(interface.routes())
            .into_app()
            .route(
                openapi::PATH,
                web::get().to(move || std::future::ready(openapi::answer(document.clone()))),
            )
            .wrap(from_fn(move |request, next| super::frame::frame(frame.clone(), request, next)))
    });
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
