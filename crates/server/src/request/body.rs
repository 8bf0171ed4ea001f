//! The body, read into bounded memory in bounded time before anything looks at it.

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpMessage as _, HttpRequest, error::PayloadError};
use futures_util::StreamExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wire::problem::ProblemType;

use crate::problem::Refusal;

/// JSON bodies of the app, the kiosk and the operator.
pub const SMALL: usize = 64 * 1024;

/// A card's evidence: a photograph of 4 MiB, the surface file, certificate and signatures.
pub const CARD: usize = 4 * 1024 * 1024 + 128 * 1024;

/// A face attempt, its frames together.
pub const FACE: usize = 12 * 1024 * 1024;

/// In a request's extensions once its body was read to its end: only then may the connection serve another.
pub struct BodyRead;

/// Memory that all bodies with pictures share while they are received and judged, so that a flood of them takes no
/// more than this.
#[derive(Clone, Debug)]
pub struct UploadMemory(Arc<Semaphore>);

/// A piece of [`UploadMemory`], in bytes: a body takes one after the other as it comes, never by its announcement.
const PIECE: usize = 64 * 1024;

/// The part of [`UploadMemory`] that a body takes, until this is dropped.
#[derive(Debug, Default)]
pub struct Held(Option<OwnedSemaphorePermit>);

impl UploadMemory {
    /// So many MiB.
    pub fn mib(size: usize) -> Self {
        let pieces = size.saturating_mul(1024 * 1024 / PIECE).clamp(1, Semaphore::MAX_PERMITS);
        Self(Arc::new(Semaphore::new(pieces)))
    }

    /// Takes what a body of so many bytes needs beyond what it holds.
    fn grow(&self, held: &mut Held, bytes: usize) -> Result<(), Refusal> {
        let has = held.0.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = u32::try_from(bytes.div_ceil(PIECE).saturating_sub(has)).unwrap_or(u32::MAX);
        if more == 0 {
            return Ok(());
        }
        let full = |_| Refusal::new(ProblemType::Unavailable).because("too many pictures at once");
        let piece = self.0.clone().try_acquire_many_owned(more).map_err(full)?;
        match &mut held.0 {
            Some(whole) => whole.merge(piece),
            none @ None => *none = Some(piece),
        }
        Ok(())
    }
}

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
    let mut body = BytesMut::new();
    receive(request, payload, limit, patience, |chunk| {
        body.extend_from_slice(chunk);
        Ok(())
    })
    .await?;
    Ok(body.freeze())
}

/// Reads the whole of a body with pictures into memory that it shares with all others.
///
/// # Errors
/// As [`read`], and `unavailable` when there are too many at once.
pub async fn read_upload(
    request: &HttpRequest,
    payload: Payload,
    limit: usize,
    patience: Duration,
    memory: &UploadMemory,
) -> Result<(Bytes, Held), Refusal> {
    let (mut body, mut held) = (BytesMut::new(), Held::default());
    receive(request, payload, limit, patience, |chunk| {
        memory.grow(&mut held, body.len() + chunk.len())?;
        body.extend_from_slice(chunk);
        Ok(())
    })
    .await?;
    Ok((body.freeze(), held))
}

/// Takes a body in and forgets it, so that the connection lives on.
///
/// # Errors
/// As [`read`].
pub async fn drain(
    request: &HttpRequest,
    payload: Payload,
    limit: usize,
    patience: Duration,
) -> Result<(), Refusal> {
    receive(request, payload, limit, patience, |_| Ok(())).await
}

async fn receive(
    request: &HttpRequest,
    mut payload: Payload,
    limit: usize,
    patience: Duration,
    mut take: impl FnMut(&[u8]) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
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
    let whole = async {
        let mut length = 0;
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| broken(&error))?;
            length += chunk.len();
            if length > limit {
                return Err(Refusal::new(ProblemType::PayloadTooLarge));
            }
            take(&chunk)?;
        }
        Ok(())
    };
    match tokio::time::timeout(patience, whole).await {
        Ok(received) => {
            received?;
            request.extensions_mut().insert(BodyRead);
            Ok(())
        }
        Err(_) => Err(Refusal::new(ProblemType::RequestTimeout).because("the body came too slowly")),
    }
}

fn broken(error: &PayloadError) -> Refusal {
    match error {
        PayloadError::Overflow => ProblemType::PayloadTooLarge.into(),
        _ => Refusal::new(ProblemType::MalformedRequest).because("the body broke off"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_share_one_memory_and_give_it_back() {
        let memory = UploadMemory::mib(1);
        let (mut first, mut second) = (Held::default(), Held::default());
        memory.grow(&mut first, 700_000).unwrap();
        memory.grow(&mut first, 700_001).unwrap();
        memory.grow(&mut second, 300_000).unwrap();
        assert_eq!(memory.grow(&mut second, 600_000).unwrap_err().kind(), ProblemType::Unavailable);
        drop(first);
        memory.grow(&mut second, 1024 * 1024).unwrap();
        assert!(memory.grow(&mut second, 1024 * 1024 + 1).is_err());
    }
}
