//! `Authorization` headers: at most one, of the scheme that is asked for.

use actix_web::HttpRequest;
use actix_web::http::header;

/// A token is no longer than this; ours have about 500 characters.
const TOKEN_MAX_BYTES: usize = 4096;

/// What stands in `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authorization<'a> {
    /// No such header.
    Absent,
    /// A token of the scheme that was asked for.
    Token(&'a str),
    /// Another scheme, more than one header, or not a token.
    Unfit,
}

/// Reads a token of `scheme`; scheme names ignore case (RFC 9110 §11.1).
pub fn authorization<'a>(request: &'a HttpRequest, scheme: &str) -> Authorization<'a> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = values.next() else { return Authorization::Absent };
    if values.next().is_some() || value.len() > TOKEN_MAX_BYTES {
        return Authorization::Unfit;
    }
    let parts = value.to_str().ok().and_then(|text| text.split_once(' '));
    match parts {
        Some((found, token)) if found.eq_ignore_ascii_case(scheme) && is_token(token) => {
            Authorization::Token(token)
        }
        _ => Authorization::Unfit,
    }
}

/// RFC 6750 §2.1, `b64token`.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn only_one_token_of_the_right_scheme_counts() {
        let request = |value: &str| {
            TestRequest::default().insert_header((header::AUTHORIZATION, value)).to_http_request()
        };
        assert_eq!(authorization(&request("DPoP abc"), "DPoP"), Authorization::Token("abc"));
        assert_eq!(authorization(&request("dpop abc"), "DPoP"), Authorization::Token("abc"));
        for bad in ["Bearer abc", "DPoP", "DPoP ", "DPoP a b", "DPoP a\"b"] {
            assert_eq!(authorization(&request(bad), "DPoP"), Authorization::Unfit, "{bad}");
        }
        let none = TestRequest::default().to_http_request();
        assert_eq!(authorization(&none, "DPoP"), Authorization::Absent);
        let two = TestRequest::default()
            .append_header((header::AUTHORIZATION, "DPoP a"))
            .append_header((header::AUTHORIZATION, "DPoP b"))
            .to_http_request();
        assert_eq!(authorization(&two, "DPoP"), Authorization::Unfit);
    }
}
