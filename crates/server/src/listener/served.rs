//! What every listener serves in the same way: the routes of its interface and its document, inside the frame.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Bytes, Data, PathConfig};
use actix_web::{App, Error};
use utoipa_actix_web::AppExt as _;
use wire::problem::ProblemType;

use super::frame::{self, Frame, Gate};
use super::routes::Routes;
use crate::config::Budget;
use crate::openapi::{self, Interface};
use crate::parts::Parts;
use crate::problem::Refusal;

/// One listener's interface with its frame and its context; each worker makes its application of it.
pub(super) struct Served<C: 'static> {
    interface: Interface,
    frame: Arc<Frame>,
    document: Bytes,
    context: Data<C>,
}

impl<C: 'static> Clone for Served<C> {
    fn clone(&self) -> Self {
        Self {
            interface: self.interface,
            frame: self.frame.clone(),
            document: self.document.clone(),
            context: self.context.clone(),
        }
    }
}

impl<C: Gate + 'static> Served<C> {
    /// The interface, whose handlers work with `context`.
    pub(super) fn new(interface: Interface, context: &Arc<C>, parts: &Parts, budget: &Budget) -> Self {
        let frame = Frame {
            listener: interface.name(),
            routes: Routes::of(&interface.document(), &[(openapi::PATH, Method::GET)]),
            gate: context.clone(),
            deadline: budget.answer_timeout(),
            upload: budget.upload_timeout(),
            clock: parts.clock.clone(),
            metrics: parts.metrics.clone(),
        };
        Self {
            interface,
            frame: Arc::new(frame),
            document: Bytes::from(interface.json()),
            context: Data::from(context.clone()),
        }
    }

    /// The application of one worker.
    pub(super) fn app(
        &self,
    ) -> App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<BoxBody>,
            Error = Error,
            InitError = (),
        > + use<C>,
    > {
        let Self { interface, frame, document, context } = self.clone();
        App::new()
            .app_data(context)
            .app_data(PathConfig::default().error_handler(|_, _| Refusal::new(ProblemType::NotFound).into()))
            .into_utoipa_app()
            .configure(interface.routes())
            .into_app()
            .route(
                openapi::PATH,
                web::get().to(move || std::future::ready(openapi::answer(document.clone()))),
            )
            .wrap(from_fn(move |request, next| frame::frame(frame.clone(), request, next)))
    }
}
