//! The `Idempotency-Key` header: made and kept by the app before it sends, so that a repeat is known as one.

use actix_web::HttpRequest;
use aws_lc_rs::digest::{SHA256, digest};
use reservation::{RequestHash, RequestKey};
use wire::problem::ProblemType;

use crate::problem::Refusal;

/// The header's name.
pub const HEADER: &str = "Idempotency-Key";
const LEAST: usize = 16;
const MOST: usize = 128;

/// Reads the key: 16 to 128 visible ASCII characters, in double quotes or not (RFC 8941 §3.3.3). Only its digest
/// goes on.
///
/// # Errors
/// `idempotency-key-missing` if there is none, more than one, or it is of another form.
pub fn key(request: &HttpRequest) -> Result<RequestKey, Refusal> {
    let refuse = || Refusal::new(ProblemType::IdempotencyKeyMissing).field(HEADER);
    let mut values = request.headers().get_all(HEADER);
    let value = values.next().ok_or_else(refuse)?;
    let text = value.to_str().map_err(|_| refuse())?;
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    if values.next().is_some() || !plain || !(LEAST..=MOST).contains(&text.len()) {
        return Err(refuse());
    }
    Ok(RequestKey::from_bytes(sha256(text.as_bytes())))
}

/// What a client sent in a body, to tell a repeat from a change.
pub fn body_hash(body: &[u8]) -> RequestHash {
    RequestHash::from_bytes(sha256(body))
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn parsed(value: &str) -> Result<RequestKey, Refusal> {
        key(&TestRequest::default().insert_header((HEADER, value)).to_http_request())
    }

    #[test]
    fn a_key_is_the_same_in_quotes_or_not() {
        let uuid = "0192f0c1-2345-7abc-8def-0123456789ab";
        assert_eq!(parsed(uuid).unwrap(), parsed(&format!("\"{uuid}\"")).unwrap());
    }

    #[test]
    fn short_long_and_odd_keys_are_refused() {
        for bad in ["", "short", &"x".repeat(129), "with a space in its middle", "back\\slash\\back\\slash"] {
            assert_eq!(parsed(bad).unwrap_err().kind(), ProblemType::IdempotencyKeyMissing, "{bad}");
        }
        assert!(key(&TestRequest::default().to_http_request()).is_err());
    }
}
