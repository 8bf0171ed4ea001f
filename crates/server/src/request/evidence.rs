//! The multipart body with the card's evidence, split from bytes already bounded and hashed.
//!
//! For the user PIN the only part is `evidence`, JSON. Parts that are not asked for are refused, so that nobody
//! sends pictures that nobody asked for.

use std::convert::Infallible;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::stream;
use multer::{Constraints, Multipart, SizeLimit};
use wire::app::CardEvidence;
use wire::problem::ProblemType;

use super::json;
use crate::problem::Refusal;

const PART: &str = "evidence";
/// A certificate of at most 4 KiB and a signature of 256 bytes, as base64url with room to spare.
const PART_MAX_BYTES: u64 = 16 * 1024;

/// The evidence in a `multipart/form-data` body.
///
/// # Errors
/// `unsupported-media-type` for another kind of body, `malformed-request` for other, doubled or missing parts.
pub async fn parse(request: &HttpRequest, body: Bytes) -> Result<CardEvidence, Refusal> {
    let refuse = || Refusal::new(ProblemType::UnsupportedMediaType).field("Content-Type");
    let kind = request.headers().get(header::CONTENT_TYPE).ok_or_else(refuse)?;
    let boundary = multer::parse_boundary(kind.to_str().map_err(|_| refuse())?).map_err(|_| refuse())?;
    let limits = SizeLimit::new().per_field(PART_MAX_BYTES);
    let constraints = Constraints::new().allowed_fields(vec![PART]).size_limit(limits);
    let whole = stream::iter([Ok::<_, Infallible>(body)]);
    let mut parts = Multipart::with_constraints(whole, boundary, constraints);
    let malformed = |_| Refusal::new(ProblemType::MalformedRequest).field(PART).because("multipart");
    let missing = Refusal::new(ProblemType::MalformedRequest).field(PART).because("no part of that name");
    let part = parts.next_field().await.map_err(malformed)?.ok_or(missing)?;
    let text = part.bytes().await.map_err(malformed)?;
    if parts.next_field().await.map_err(malformed)?.is_some() {
        return Err(Refusal::new(ProblemType::MalformedRequest).field(PART).because("the part stands twice"));
    }
    json::parse(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    const GOOD: &str = "--x\r\nContent-Disposition: form-data; name=\"evidence\"\r\n\
        Content-Type: application/json\r\n\r\n{\"certificate\":\"AQ\",\"signature\":\"Ag\"}\r\n--x--\r\n";

    async fn parsed(kind: &str, body: &str) -> Result<CardEvidence, ProblemType> {
        let request = TestRequest::default().insert_header((header::CONTENT_TYPE, kind)).to_http_request();
        parse(&request, Bytes::from(body.to_owned())).await.map_err(|refusal| refusal.kind())
    }

    #[tokio::test]
    async fn the_one_part_is_read() {
        let evidence = parsed("multipart/form-data; boundary=x", GOOD).await.unwrap();
        assert_eq!(evidence.certificate.0, [1]);
        assert_eq!(evidence.signature.0, [2]);
    }

    #[tokio::test]
    async fn other_doubled_missing_and_broken_parts_are_refused() {
        let kind = "multipart/form-data; boundary=x";
        let doubled = GOOD.replace("--x--\r\n", GOOD);
        let other = GOOD.replace("name=\"evidence\"", "name=\"front\"");
        for bad in [doubled.as_str(), other.as_str(), "--x--\r\n", "", "--x\r\n", &GOOD[..60]] {
            assert_eq!(parsed(kind, bad).await, Err(ProblemType::MalformedRequest), "{bad}");
        }
        for kind in ["application/json", "multipart/form-data", "text/plain; boundary=x"] {
            assert_eq!(parsed(kind, GOOD).await, Err(ProblemType::UnsupportedMediaType), "{kind}");
        }
    }

    #[tokio::test]
    async fn a_part_larger_than_any_evidence_is_refused() {
        let large = GOOD.replace("AQ", &"A".repeat(20_000));
        assert_eq!(
            parsed("multipart/form-data; boundary=x", &large).await,
            Err(ProblemType::MalformedRequest)
        );
    }
}
