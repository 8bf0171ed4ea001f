//! The admin listener: the operator on the same machine. Plain HTTP on loopback; a token for commands.

use std::io;
use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServiceRequest};
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Bytes, Data, PathConfig};
use actix_web::{App, HttpServer};
use utoipa_actix_web::AppExt as _;
use wire::problem::ProblemType;

use super::frame::{Frame, Gate};
use super::routes::Routes;
use crate::config::Budget;
use crate::openapi::{self, Interface};
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
    let interface = Interface::Admin;
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
    let server = bounded!(server, budget, patience, 1);
    Ok(server.listen(socket)?.run())
}
