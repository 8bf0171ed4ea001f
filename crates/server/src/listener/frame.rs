//! What happens round every request of every listener: id, route, rate, deadline, problem, log line, count.
//!
//! Whatever goes wrong inside, be it ours, the framework's or a panic, leaves here as an RFC 9457 problem. Bytes
//! that are not HTTP at all never get this far: the framework answers them with a bare 400 or 408.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::ConnectionType;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse};
use futures_util::FutureExt as _;
use uuid::Uuid;
use wire::problem::ProblemType;

use super::last_words::last_words;
use super::own_headers;
use super::routes::{Found, Route, Routes};
use crate::clock::Clock;
use crate::observe::Metrics;
use crate::problem::{Refusal, render};
use crate::random;
use crate::request::body::BodyRead;

/// The id of the request being served; problems and log lines carry it.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(pub Uuid);

/// What one listener does before and after its handlers.
pub trait Gate: Send + Sync {
    /// Whether this client may ask now. Cheap: it runs before anything is read, parsed or verified.
    ///
    /// # Errors
    /// The refusal, `too-many-requests` as a rule.
    fn admit(&self, request: &ServiceRequest) -> Result<(), Refusal>;

    /// Headers that every answer of this listener carries.
    fn sign_off(&self, headers: &mut HeaderMap);
}

/// The frame of one listener.
pub struct Frame {
    /// The listener's name, for logs and metrics.
    pub listener: &'static str,
    /// What it serves.
    pub routes: Routes,
    /// What it does before and after.
    pub gate: Arc<dyn Gate>,
    /// How long an answer may take.
    pub deadline: Duration,
    /// How much longer it may take where the body has pictures in it.
    pub upload: Duration,
    /// Our own clock.
    pub clock: Arc<dyn Clock>,
    /// Where requests are counted.
    pub metrics: Arc<Metrics>,
}

/// The middleware; the outermost one of each listener.
///
/// # Errors
/// Only with a finished problem document inside, where the framework leaves no request to answer with.
pub async fn frame(
    frame: Arc<Frame>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    own_headers::take(request.headers_mut());
    let started = frame.clock.monotonic();
    let id = random::uuid(frame.clock.now());
    request.extensions_mut().insert(RequestId(id));
    let announces_body = announces_body(request.headers());
    let method = method_label(request.method().as_str());
    let mut took_pictures = false;
    let (route, found) = match frame.routes.find(request.path(), request.method()) {
        Found::Route(route) => {
            took_pictures = route.takes_pictures();
            (route.pattern().to_owned(), Ok(frame.deadline_of(route)))
        }
        Found::OtherMethods(route, allow) => {
            (route.pattern().to_owned(), Err(Refusal::new(ProblemType::MethodNotAllowed).allow(allow)))
        }
        Found::Nothing => ("unmatched".to_owned(), Err(ProblemType::NotFound.into())),
    };
    // Who asks too often is told that, whatever was asked for.
    let answer = match frame.gate.admit(&request).and(found) {
        Err(refusal) => {
            let response = render::response(&refusal, id, frame.clock.now());
            Answer { outcome: Ok(request.into_response(response)), refusal: Some(refusal) }
        }
        Ok(deadline) => serve(&frame, deadline, id, method, request, next).await,
    };
    let took = frame.clock.monotonic().saturating_sub(started);
    let answer = if announces_body { answer.last_if_body_unread() } else { answer };
    let answer = if took_pictures { answer.last() } else { answer };
    frame.finish(id, &route, method, took, answer)
}

/// A finished answer, and the refusal it tells of, if it does.
struct Answer {
    outcome: Result<ServiceResponse<BoxBody>, HttpResponse>,
    refusal: Option<Refusal>,
}

impl Answer {
    /// Makes it the last one of its connection, unless the request's body was read to its end.
    fn last_if_body_unread(mut self) -> Self {
        self.outcome = match self.outcome {
            Ok(response) if response.request().extensions().contains::<BodyRead>() => Ok(response),
            Ok(response) => {
                let (request, response) = response.into_parts();
                Ok(ServiceResponse::new(request, last_words(response)))
            }
            Err(response) => Err(last_words(response)),
        };
        self
    }

    /// Makes it the last one of its connection, whose buffers hold parts of the pictures that came for as long as it
    /// lives.
    fn last(mut self) -> Self {
        let head = match &mut self.outcome {
            Ok(response) => response.response_mut().head_mut(),
            Err(response) => response.head_mut(),
        };
        head.set_connection_type(ConnectionType::Close);
        self
    }
}

fn announces_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    headers.contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length.as_bytes() != b"0")
}

async fn serve(
    frame: &Frame,
    deadline: Duration,
    id: Uuid,
    method: &'static str,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Answer {
    let work = AssertUnwindSafe(next.call(request)).catch_unwind();
    let rendered = |refusal: &Refusal| render::response(refusal, id, frame.clock.now());
    let failed = |refusal: Refusal| Answer { outcome: Err(rendered(&refusal)), refusal: Some(refusal) };
    match tokio::time::timeout(deadline, work).await {
        Err(_) if method == "GET" => failed(Refusal::new(ProblemType::Unavailable).because("deadline")),
        // A commit may have been under way.
        Err(_) => failed(Refusal::new(ProblemType::OutcomeUnknown).because("deadline")),
        Ok(Err(_)) => failed(Refusal::new(ProblemType::Internal).because("a handler panicked")),
        Ok(Ok(Err(error))) => failed(refusal_of(&error)),
        Ok(Ok(Ok(response))) => {
            let refusal = match response.response().error() {
                Some(error) => Some(refusal_of(error)),
                None if is_bare_error(&response) => Some(render::from_status(response.status())),
                None => None,
            };
            let outcome = match &refusal {
                Some(refusal) => Ok(response.into_response(rendered(refusal))),
                None => Ok(response.map_into_boxed_body()),
            };
            Answer { outcome, refusal }
        }
    }
}

/// An error answer that the framework made without telling why.
fn is_bare_error<B>(response: &ServiceResponse<B>) -> bool {
    let failed = response.status().is_client_error() || response.status().is_server_error();
    failed && response.headers().get(header::CONTENT_TYPE).is_none()
}

/// The refusal inside an error, or the one that stands for the framework's own.
fn refusal_of(error: &Error) -> Refusal {
    match error.as_error::<Refusal>() {
        Some(refusal) => refusal.clone(),
        None => render::from_status(error.as_response_error().status_code()),
    }
}

impl Frame {
    fn deadline_of(&self, route: &Route) -> Duration {
        if route.takes_pictures() { self.deadline + self.upload } else { self.deadline }
    }

    fn finish(
        &self,
        id: Uuid,
        route: &str,
        method: &'static str,
        took: Duration,
        answer: Answer,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        let Answer { mut outcome, refusal } = answer;
        let (status, headers) = match &mut outcome {
            Ok(response) => (response.status(), response.headers_mut()),
            Err(response) => (response.status(), response.headers_mut()),
        };
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
            headers.insert(HeaderName::from_static("x-request-id"), value);
        }
        self.gate.sign_off(headers);
        self.metrics.request(self.listener, route, method, status.as_u16(), took);
        self.log(id, route, method, status.as_u16(), took, refusal.as_ref());
        outcome.map_err(|response| InternalError::from_response("problem", response).into())
    }

    fn log(
        &self,
        id: Uuid,
        route: &str,
        method: &'static str,
        status: u16,
        took: Duration,
        refusal: Option<&Refusal>,
    ) {
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let Some(refusal) = refusal else {
            tracing::info!(
                listener = self.listener,
                request.id = %id,
                http.method = method,
                http.route = route,
                http.status = status,
                duration_ms,
                "answered"
            );
            return;
        };
        let problem = refusal.kind().slug();
        self.metrics.problem(self.listener, route, problem);
        let cause = refusal.cause();
        macro_rules! refused {
            ($level:ident) => {
                tracing::$level!(
                    listener = self.listener,
                    request.id = %id,
                    http.method = method,
                    http.route = route,
                    http.status = status,
                    duration_ms,
                    problem,
                    cause,
                    "refused"
                )
            };
        }
        // A phone that asks again too soon is nothing to look into.
        let ours = status >= 500 && refusal.kind() != ProblemType::AttemptInProgress;
        if ours { refused!(warn) } else { refused!(info) }
    }
}

/// A method as a label: clients may send any word.
fn method_label(method: &str) -> &'static str {
    match method {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        _ => "other",
    }
}
