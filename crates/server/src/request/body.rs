//! The body, read into bounded memory in bounded time before anything looks at it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpMessage as _, HttpRequest, error::PayloadError};
use futures_util::StreamExt as _;
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
/// more than this. One address takes no more than a share of it, so that a few stalled phones cannot have it all.
#[derive(Clone, Debug)]
pub struct UploadMemory {
    taken: Arc<Mutex<Taken>>,
    /// In pieces, as everything here.
    all: usize,
    share: usize,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by: HashMap<IpAddr, usize>,
}

/// A piece of [`UploadMemory`], in bytes: a body takes one after the other as it comes, never by its announcement.
const PIECE: usize = 64 * 1024;

/// The part of [`UploadMemory`] that a body takes, until this is dropped.
#[derive(Debug)]
pub struct Held {
    memory: UploadMemory,
    client: IpAddr,
    pieces: usize,
}

impl UploadMemory {
    /// So many MiB. An address has a quarter of it, or two of the largest bodies, whichever is more.
    pub fn mib(size: usize) -> Self {
        let all = size.saturating_mul(1024 * 1024 / PIECE).max(1);
        let share = (all / 4).max(2 * FACE / PIECE).min(all);
        Self { taken: Arc::default(), all, share }
    }

    /// Nothing yet, for a body from this address.
    pub fn begin(&self, client: IpAddr) -> Held {
        Held { memory: self.clone(), client, pieces: 0 }
    }
}

impl Held {
    /// Takes what a body of so many bytes needs beyond what it holds. The first [`SMALL`] bytes are free, as those of
    /// every other body are: what fits into them never waits for pictures.
    fn grow(&mut self, bytes: usize) -> Result<(), Refusal> {
        let more = bytes.saturating_sub(SMALL).div_ceil(PIECE).saturating_sub(self.pieces);
        if more == 0 {
            return Ok(());
        }
        let mut taken = self.memory.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = taken.by.get(&self.client).copied().unwrap_or(0);
        let full = |cause| Err(Refusal::new(ProblemType::Unavailable).because(cause));
        if mine + more > self.memory.share {
            return full("too many pictures at once from one address");
        }
        if taken.all + more > self.memory.all {
            return full("too many pictures at once");
        }
        taken.all += more;
        taken.by.insert(self.client, mine + more);
        self.pieces += more;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.pieces == 0 {
            return;
        }
        let mut taken = self.memory.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all = taken.all.saturating_sub(self.pieces);
        let left = taken.by.get(&self.client).map_or(0, |mine| mine.saturating_sub(self.pieces));
        if left == 0 {
            taken.by.remove(&self.client);
        } else {
            taken.by.insert(self.client, left);
        }
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
    receive(request, payload, limit, patience, async |chunk: &[u8]| {
        body.extend_from_slice(chunk);
        Ok(())
    })
    .await?;
    Ok(body.freeze())
}

/// Reads the whole of a body with pictures into memory that it shares with all others. No more than [`SMALL`] bytes of
/// it are taken before `worthwhile` has agreed.
///
/// # Errors
/// As [`read`] and as `worthwhile`, and `unavailable` when there are too many at once.
pub async fn read_upload(
    request: &HttpRequest,
    payload: Payload,
    limit: usize,
    patience: Duration,
    mut held: Held,
    worthwhile: impl Future<Output = Result<(), Refusal>>,
) -> Result<(Bytes, Held), Refusal> {
    let (mut body, mut unasked) = (BytesMut::new(), Some(worthwhile));
    receive(request, payload, limit, patience, async |chunk: &[u8]| {
        let length = body.len() + chunk.len();
        if length > SMALL
            && let Some(worthwhile) = unasked.take()
        {
            worthwhile.await?;
        }
        held.grow(length)?;
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
    receive(request, payload, limit, patience, async |_: &[u8]| Ok(())).await
}

async fn receive(
    request: &HttpRequest,
    mut payload: Payload,
    limit: usize,
    patience: Duration,
    mut take: impl AsyncFnMut(&[u8]) -> Result<(), Refusal>,
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
            take(&chunk).await?;
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

    const MIB: usize = 1024 * 1024;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn bodies_share_one_memory_and_give_it_back() {
        let memory = UploadMemory::mib(1);
        let (mut first, mut second) = (memory.begin(address(1)), memory.begin(address(2)));
        first.grow(SMALL + 700_000).unwrap();
        first.grow(SMALL + 700_001).unwrap();
        second.grow(SMALL + 300_000).unwrap();
        assert_eq!(second.grow(SMALL + 600_000).unwrap_err().kind(), ProblemType::Unavailable);
        drop(first);
        second.grow(SMALL + MIB).unwrap();
        assert!(second.grow(SMALL + MIB + 1).is_err());
    }

    #[test]
    fn a_small_body_passes_though_all_memory_is_taken() {
        let memory = UploadMemory::mib(1);
        memory.begin(address(1)).grow(SMALL).unwrap();
        let mut all = memory.begin(address(1));
        all.grow(SMALL + MIB).unwrap();
        let mut small = memory.begin(address(2));
        small.grow(SMALL).unwrap();
        assert!(small.grow(SMALL + 1).is_err());
    }

    #[test]
    fn an_address_has_a_quarter_and_others_have_the_rest() {
        let memory = UploadMemory::mib(128);
        let bodies = |last: u8, count: usize| -> Vec<Held> {
            (0..count)
                .map_while(|_| {
                    let mut held = memory.begin(address(last));
                    held.grow(SMALL + 8 * MIB).ok().map(|()| held)
                })
                .collect()
        };
        let first = bodies(1, 20);
        assert_eq!(first.len(), 4);
        let others: Vec<_> = (2..5).map(|last| bodies(last, 20)).collect();
        assert_eq!(others.iter().map(Vec::len).sum::<usize>(), 12);
        assert!(bodies(5, 1).is_empty(), "all of it is taken");
        drop(first);
        assert_eq!(bodies(5, 20).len(), 4);
        drop(others);
        assert!(memory.taken.lock().unwrap().by.is_empty(), "who holds nothing is forgotten");
    }
}
