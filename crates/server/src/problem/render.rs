//! The document that leaves: `application/problem+json` with the headers its kind calls for.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use reservation::Timestamp;
use uuid::Uuid;
use wire::problem::{Problem, ProblemType, Sentence};

use super::{Refusal, table};

/// The media type of RFC 9457.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The problem document for a refusal of the request `instance`.
pub fn document(refusal: &Refusal, instance: Uuid) -> Problem {
    let entry = table::entry(refusal.kind());
    Problem {
        kind: refusal.kind().uri(),
        title: entry.title.to_owned(),
        status: entry.status.as_u16(),
        instance: instance.urn().to_string(),
        next_step: Sentence { ja: entry.ja.to_owned(), en: entry.en.to_owned() },
        facts: refusal.facts().clone(),
    }
}

/// The whole answer, as of now.
pub fn response(refusal: &Refusal, instance: Uuid, now: Timestamp) -> HttpResponse {
    let mut response = HttpResponse::build(table::entry(refusal.kind()).status);
    response.insert_header((header::CONTENT_TYPE, MEDIA_TYPE));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(secs) = refusal.retry_after_secs(now) {
        response.insert_header((header::RETRY_AFTER, secs.to_string()));
    }
    if let Some(methods) = refusal.allowed() {
        response.insert_header((header::ALLOW, methods));
    }
    if let Some(challenge) = table::challenge(refusal.kind()) {
        response.insert_header((header::WWW_AUTHENTICATE, challenge));
    }
    let body =
        serde_json::to_vec(&document(refusal, instance)).expect("a problem has only strings and numbers");
    response.body(body)
}

/// The refusal that stands for an error answer the framework made by itself.
pub fn from_status(status: StatusCode) -> Refusal {
    let kind = match status {
        StatusCode::NOT_FOUND => ProblemType::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ProblemType::MethodNotAllowed,
        StatusCode::REQUEST_TIMEOUT => ProblemType::RequestTimeout,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemType::PayloadTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemType::UnsupportedMediaType,
        StatusCode::TOO_MANY_REQUESTS => ProblemType::TooManyRequests,
        StatusCode::SERVICE_UNAVAILABLE => ProblemType::Unavailable,
        status if status.is_client_error() => ProblemType::MalformedRequest,
        _ => ProblemType::Internal,
    };
    Refusal::new(kind).because("answer made by the framework")
}
