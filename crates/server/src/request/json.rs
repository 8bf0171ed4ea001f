//! JSON that is exactly what the interface describes: right type, no unknown members, bounded depth.

use actix_web::HttpRequest;
use actix_web::http::header;
use serde::de::DeserializeOwned;
use wire::problem::ProblemType;

use crate::problem::Refusal;

/// A field's name in a problem is cut off here: it may be the client's own invention.
const FIELD_MAX_CHARS: usize = 64;

/// Checks that the request says its body is JSON.
///
/// # Errors
/// `unsupported-media-type` otherwise.
pub fn check_type(request: &HttpRequest) -> Result<(), Refusal> {
    if media_type(request).is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
        Ok(())
    } else {
        Err(Refusal::new(ProblemType::UnsupportedMediaType).field("Content-Type"))
    }
}

/// The media type of a request without its parameters.
pub fn media_type(request: &HttpRequest) -> Option<&str> {
    let whole = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(whole.split(';').next().unwrap_or_default().trim())
}

/// Parses a body. serde_json stops at a depth of 128.
///
/// # Errors
/// `malformed-request`, with the path of the member that was wrong.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let field = error.path().to_string();
        Refusal::new(ProblemType::MalformedRequest)
            .field(field.chars().take(FIELD_MAX_CHARS).collect::<String>())
            .because("the JSON is not what the interface describes")
    })?;
    reader
        .end()
        .map_err(|_| Refusal::new(ProblemType::MalformedRequest).because("something follows the JSON"))?;
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::app::StartBooking;

    #[test]
    fn the_member_that_is_wrong_is_named() {
        let error = parse::<StartBooking>(br#"{"target":"other","terms":"1","consent":true}"#).unwrap_err();
        assert_eq!(error.kind(), ProblemType::MalformedRequest);
        assert_eq!(error.facts().field.as_deref(), Some("target"));
    }

    #[test]
    fn unknown_doubled_and_trailing_things_are_refused() {
        for bad in [
            r#"{"target":"user","terms":"1","consent":true,"more":1}"#,
            r#"{"target":"user","target":"user","terms":"1","consent":true}"#,
            r#"{"target":"user","terms":"1","consent":true} {}"#,
            r#"{"target":"user","terms":"1"}"#,
            "",
            "[]",
        ] {
            assert!(parse::<StartBooking>(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let deep = "[".repeat(30_000);
        assert!(parse::<StartBooking>(deep.as_bytes()).is_err());
        assert!(parse::<serde_json::Value>(deep.as_bytes()).is_err());
    }
}
