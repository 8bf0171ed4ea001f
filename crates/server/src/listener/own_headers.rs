//! A request's headers in memory of their own.
//!
//! The framework's headers are parts of the buffer in which they came, up to 128 KiB of what followed them included,
//! and it keeps the headers of a request that is done until it needs their place for another one: pieces of somebody's
//! pictures would stay for as long.

use actix_web::http::header::{HeaderMap, HeaderValue};

/// Moves the headers out of the buffer in which they came.
pub(super) fn take(headers: &mut HeaderMap) {
    headers.retain(|_, value| {
        // It never fails, because these are the bytes of a value; a value that did is none.
        HeaderValue::from_bytes(value.as_bytes()).map(|own| *value = own).is_ok()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderName;
    use actix_web::web::Bytes;

    #[test]
    fn headers_stay_as_they_are_and_hold_the_buffer_no_longer() {
        let buffer = Bytes::from(b"one, two; picture".to_vec());
        let mut headers = HeaderMap::new();
        for range in [0..3, 5..8] {
            let value = HeaderValue::from_maybe_shared(buffer.slice(range)).unwrap();
            headers.append(HeaderName::from_static("dpop"), value);
        }
        assert!(!buffer.is_unique(), "the buffer is held");
        take(&mut headers);
        assert!(buffer.is_unique());
        assert_eq!(headers.get_all("DPoP").collect::<Vec<_>>(), ["one", "two"]);
    }
}
