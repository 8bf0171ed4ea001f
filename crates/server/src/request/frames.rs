//! The multipart body of a face attempt: which attempt, the surface file again, and the frames.

use actix_web::HttpRequest;
use actix_web::web::Bytes;
use aws_lc_rs::digest::{Context, SHA256};
use face::Picture;
use face::limits::{FRAME_MAX_BYTES, FRAMES_MOST};
use reservation::{AttemptId, FrameMark, Nonce, RequestHash};
use wire::app::FaceEvidence;
use wire::problem::ProblemType;

use super::evidence::SURFACE_PART;
use super::idempotency::sha256;
use super::json;
use super::multipart::{Asked, Form};
use crate::problem::Refusal;
use crate::surface::SentSurface;

const FACE: &str = "face";
const FRAME: &str = "frame";

const ASKED: [Asked; 3] = [
    Asked { name: FACE, max_bytes: 1024, max_count: 1 },
    SURFACE_PART,
    Asked { name: FRAME, max_bytes: FRAME_MAX_BYTES as u64, max_count: FRAMES_MOST },
];

/// What was sent for a face attempt.
#[derive(Debug)]
pub struct SentFrames {
    /// The challenge that the frames answer.
    pub attempt: AttemptId,
    /// Its nonce.
    pub nonce: Nonce,
    /// The surface file.
    pub surface: SentSurface,
    /// In the order they were taken.
    pub frames: Vec<Picture>,
    /// Which they are, in the same order.
    pub marks: Vec<FrameMark>,
    /// All of it, however the body was put together.
    pub request: RequestHash,
}

/// Reads a `multipart/form-data` body.
///
/// # Errors
/// `unsupported-media-type`, `malformed-request` or `payload-too-large`, with the part or member.
pub async fn parse(request: &HttpRequest, body: Bytes) -> Result<SentFrames, Refusal> {
    let form = Form::of(request, body, &ASKED).await?;
    let FaceEvidence { attempt, nonce } = json::parse(form.need(FACE)?)?;
    let malformed = || Refusal::new(ProblemType::MalformedRequest).field("nonce").because("not 32 bytes");
    let nonce: [u8; 32] = nonce.to_array().ok_or_else(malformed)?;
    let surface = form.need(SURFACE_PART.name)?;
    let frames: Vec<[u8; 32]> = form.all(FRAME).map(|frame| sha256(frame)).collect();
    Ok(SentFrames {
        attempt: AttemptId::from_u128(attempt.as_u128()),
        nonce: Nonce::from_bytes(nonce),
        surface: SentSurface::parse(surface)?,
        frames: form.all(FRAME).map(|frame| Picture::new(frame.to_vec())).collect(),
        marks: frames.iter().map(FrameMark::of_hash).collect(),
        request: digest(attempt.as_bytes(), &nonce, surface, &frames),
    })
}

/// A digest of digests, so that no two different attempts have the same, and boundaries and headers do not count.
fn digest(attempt: &[u8; 16], nonce: &[u8; 32], surface: &[u8], frames: &[[u8; 32]]) -> RequestHash {
    let mut whole = Context::new(&SHA256);
    whole.update(attempt);
    whole.update(nonce);
    whole.update(&sha256(surface));
    for frame in frames {
        whole.update(frame);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(whole.finish().as_ref());
    RequestHash::from_bytes(hash)
}

#[cfg(test)]
mod tests {
    use super::super::multipart::tests::{KIND, body, request};
    use super::*;

    const ATTEMPT: &[u8] = br#"{"attempt":"0192f0c1-2345-7abc-8def-0123456789ab","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
    const OTHER_NONCE: &[u8] = br#"{"attempt":"0192f0c1-2345-7abc-8def-0123456789ab","nonce":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
    const FILE: &[u8] =
        br#"{"holder":"AQ","pictures":"AQ","portrait":"AQ","signature":"AQ","certificate":"AQ"}"#;

    async fn read(body: Vec<u8>, kind: &str) -> Result<SentFrames, Refusal> {
        parse(&request(kind), Bytes::from(body)).await
    }

    #[tokio::test]
    async fn the_same_attempt_in_another_wrapping_is_the_same() {
        let parts = [(FACE, ATTEMPT), ("surface", FILE), (FRAME, b"1".as_slice()), (FRAME, b"2")];
        let first = read(body(&parts), KIND).await.unwrap();
        assert_eq!(first.frames.iter().map(Picture::as_bytes).collect::<Vec<_>>(), [b"1", b"2"]);
        // SHA-256 of "1" and of "2".
        let marks = [0x6b86_b273_ff34_fce1, 0xd473_5e3a_265e_16ee].map(FrameMark::from_bits);
        assert_eq!(first.marks, marks);
        let other = String::from_utf8(body(&[parts[1], parts[2], parts[3], parts[0]])).unwrap();
        let again = read(other.replace("--x", "--yy").into_bytes(), "multipart/form-data; boundary=yy");
        assert_eq!(again.await.unwrap().request, first.request);
    }

    #[tokio::test]
    async fn other_frames_another_order_surface_or_nonce_are_another_request() {
        let sent = |face: &'static [u8], surface: &'static [u8], frames: [&'static [u8]; 2]| {
            body(&[(FACE, face), ("surface", surface), (FRAME, frames[0]), (FRAME, frames[1])])
        };
        let with = |surface, frames| sent(ATTEMPT, surface, frames);
        let spaced: &[u8] =
            br#"{"holder":"AQ", "pictures":"AQ","portrait":"AQ","signature":"AQ","certificate":"AQ"}"#;
        let mut seen = Vec::new();
        for sent in [
            with(FILE, [b"1", b"2"]),
            with(FILE, [b"2", b"1"]),
            with(FILE, [b"12", b""]),
            with(spaced, [b"1", b"2"]),
            sent(OTHER_NONCE, FILE, [b"1", b"2"]),
        ] {
            let hash = read(sent, KIND).await.unwrap().request;
            assert!(!seen.contains(&hash));
            seen.push(hash);
        }
    }
}
