//! The multipart body of the card evidence (RFC 7578): one part, `evidence`, in JSON.
//!
//! Its bytes are built here and not by the HTTP client, because the DPoP proof carries their hash and the same
//! evidence must give the same bytes when it is sent again.

use wire::app::CardEvidence;

/// The body and its content type.
pub struct Multipart {
    /// For the `Content-Type` header.
    pub content_type: &'static str,
    /// The body.
    pub bytes: Vec<u8>,
}

// JSON with base64url values never holds this line, so it need not be random (RFC 2046 §5.1.1).
const CONTENT_TYPE: &str = "multipart/form-data; boundary=jpki-reset-card-evidence";
const BEFORE: &str = "--jpki-reset-card-evidence\r\n\
    Content-Disposition: form-data; name=\"evidence\"\r\n\
    Content-Type: application/json\r\n\r\n";
const AFTER: &str = "\r\n--jpki-reset-card-evidence--\r\n";

/// The evidence as a multipart body.
pub fn evidence(evidence: &CardEvidence) -> Multipart {
    let json = serde_json::to_vec(evidence).expect("base64url strings are always JSON");
    let bytes = [BEFORE.as_bytes(), &json, AFTER.as_bytes()].concat();
    Multipart { content_type: CONTENT_TYPE, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_one_json_part_between_two_boundaries() {
        let part =
            evidence(&CardEvidence { certificate: [1, 2].into(), signature: [3].into(), presence: None });
        let text = String::from_utf8(part.bytes).unwrap();
        assert_eq!(
            text,
            "--jpki-reset-card-evidence\r\n\
             Content-Disposition: form-data; name=\"evidence\"\r\n\
             Content-Type: application/json\r\n\r\n\
             {\"certificate\":\"AQI\",\"signature\":\"Aw\"}\r\n\
             --jpki-reset-card-evidence--\r\n"
        );
        assert!(part.content_type.ends_with("boundary=jpki-reset-card-evidence"));
    }
}
