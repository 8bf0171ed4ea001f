//! The body, read into bounded memory in bounded time before anything looks at it.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpMessage as _, HttpRequest, error::PayloadError};
use futures_util::StreamExt as _;
use wire::problem::ProblemType;

use crate::problem::Refusal;

/// JSON bodies of the app and the kiosk, and card evidence for the user PIN: a certificate and a signature.
pub const SMALL: usize = 64 * 1024;

/// In a request's extensions once its body was read to its end: only then may the connection serve another.
pub struct BodyRead;

/// Reads the whole body.
///
/// # Errors
/// `payload-too-large` as soon as more than `limit` bytes are announced or have come, `request-timeout` when it
/// takes longer than `patience`, `unsupported-media-type` for a compressed one.
pub async fn read(
    request: &HttpRequest,
    payload: Payload,
    limit: usize,
    patience: Duration,
) -> Result<Bytes, Refusal> {
    let headers = request.headers();
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Refusal::new(ProblemType::UnsupportedMediaType).field("Content-Encoding"));
    }
    if let Some(announced) = headers.get(header::CONTENT_LENGTH) {
        let announced = announced.to_str().ok().and_then(|text| text.parse::<u64>().ok());
        let fits =
            announced.is_some_and(|length| usize::try_from(length).is_ok_and(|length| length <= limit));
        if !fits {
            return Err(ProblemType::PayloadTooLarge.into());
        }
    }
    match tokio::time::timeout(patience, collect(payload, limit)).await {
        Ok(body) => {
            let body = body?;
            request.extensions_mut().insert(BodyRead);
            Ok(body)
        }
        Err(_) => Err(Refusal::new(ProblemType::RequestTimeout).because("the body came too slowly")),
    }
}

async fn collect(mut payload: Payload, limit: usize) -> Result<Bytes, Refusal> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| broken(&error))?;
        if body.len() + chunk.len() > limit {
            return Err(ProblemType::PayloadTooLarge.into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn broken(error: &PayloadError) -> Refusal {
    match error {
        PayloadError::Overflow => ProblemType::PayloadTooLarge.into(),
        _ => Refusal::new(ProblemType::MalformedRequest).because("the body broke off"),
    }
}
