//! A `multipart/form-data` body, split into the parts that are asked for, from bytes already bounded and hashed.
//!
//! Parts that are not asked for are refused, so that nobody sends pictures that nobody asked for.

use std::convert::Infallible;
use std::fmt;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::stream;
use multer::{Constraints, Multipart, SizeLimit};
use wire::problem::ProblemType;

use crate::problem::Refusal;

/// A part that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Its name.
    pub name: &'static str,
    /// Most bytes of each part of this name.
    pub max_bytes: u64,
    /// Most parts of this name.
    pub max_count: usize,
}

/// The parts of a body, in their order.
pub struct Form(Vec<(&'static str, Bytes)>);

impl fmt::Debug for Form {
    /// Names and lengths: what is inside may be a person's picture.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, bytes)| (name, bytes.len()))).finish()
    }
}

impl Form {
    /// Splits a body.
    ///
    /// # Errors
    /// `unsupported-media-type` for another kind of body, `malformed-request` for other, surplus or broken parts,
    /// `payload-too-large` for a part over its bound; each with the part's name where there is one.
    pub async fn of(request: &HttpRequest, body: Bytes, asked: &[Asked]) -> Result<Self, Refusal> {
        let refuse = || Refusal::new(ProblemType::UnsupportedMediaType).field("Content-Type");
        let kind = request.headers().get(header::CONTENT_TYPE).ok_or_else(refuse)?;
        let boundary = multer::parse_boundary(kind.to_str().map_err(|_| refuse())?).map_err(|_| refuse())?;
        let limits = asked
            .iter()
            .fold(SizeLimit::new().per_field(0), |limits, part| limits.for_field(part.name, part.max_bytes));
        let names = asked.iter().map(|part| part.name).collect::<Vec<_>>();
        let constraints = Constraints::new().allowed_fields(names).size_limit(limits);
        let whole = stream::iter([Ok::<_, Infallible>(body)]);
        let mut stream = Multipart::with_constraints(whole, boundary, constraints);
        let mut form = Self(Vec::new());
        while let Some(part) = stream.next_field().await.map_err(|error| broken(&error, asked))? {
            let rule = asked.iter().find(|rule| Some(rule.name) == part.name());
            let rule = rule.ok_or_else(|| malformed("", "a part of no known name"))?;
            if form.all(rule.name).count() >= rule.max_count {
                return Err(malformed(rule.name, "more parts of this name than are asked for"));
            }
            let bytes = part.bytes().await.map_err(|error| broken(&error, asked))?;
            form.0.push((rule.name, bytes));
        }
        Ok(form)
    }

    /// All parts of this name, in their order.
    pub fn all(&self, name: &'static str) -> impl Iterator<Item = &Bytes> {
        self.0.iter().filter(move |(of, _)| *of == name).map(|(_, bytes)| bytes)
    }

    /// The part of this name, if there is one.
    pub fn find(&self, name: &'static str) -> Option<&Bytes> {
        self.all(name).next()
    }

    /// The part of this name.
    ///
    /// # Errors
    /// `malformed-request` if there is none.
    pub fn need(&self, name: &'static str) -> Result<&Bytes, Refusal> {
        self.find(name).ok_or_else(|| malformed(name, "no part of that name"))
    }
}

fn malformed(part: &str, cause: &'static str) -> Refusal {
    Refusal::new(ProblemType::MalformedRequest).field(part).because(cause)
}

fn broken(error: &multer::Error, asked: &[Asked]) -> Refusal {
    match error {
        multer::Error::FieldSizeExceeded { field_name, .. } => {
            let known = |part: &&Asked| Some(part.name) == field_name.as_deref();
            let name = asked.iter().find(known).map_or("", |part| part.name);
            Refusal::new(ProblemType::PayloadTooLarge).field(name).because("a part over its bound")
        }
        _ => malformed(asked.first().map_or("", |part| part.name), "multipart"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    pub(crate) const KIND: &str = "multipart/form-data; boundary=x";

    /// A body of these parts.
    pub(crate) fn body(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, bytes) in parts {
            let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--x--\r\n");
        body
    }

    /// A request with that content type.
    pub(crate) fn request(kind: &str) -> HttpRequest {
        TestRequest::default().insert_header((header::CONTENT_TYPE, kind)).to_http_request()
    }

    const ASKED: [Asked; 2] = [
        Asked { name: "text", max_bytes: 8, max_count: 1 },
        Asked { name: "picture", max_bytes: 16, max_count: 2 },
    ];

    async fn split(kind: &str, body: Vec<u8>) -> Result<Form, Refusal> {
        Form::of(&request(kind), Bytes::from(body), &ASKED).await
    }

    async fn refused(kind: &str, body: Vec<u8>) -> (ProblemType, Option<String>) {
        let refusal = split(kind, body).await.unwrap_err();
        (refusal.kind(), refusal.facts().field.clone())
    }

    #[tokio::test]
    async fn parts_come_out_byte_for_byte_and_in_their_order() {
        let hard: &[u8] = b"\r\n--y\0\xff--";
        let form = split(KIND, body(&[("picture", hard), ("text", b""), ("picture", b"2")])).await.unwrap();
        assert_eq!(form.all("picture").collect::<Vec<_>>(), [hard, b"2"]);
        assert_eq!(form.need("text").unwrap(), "");
        let form = split(KIND, body(&[])).await.unwrap();
        assert!(form.find("text").is_none() && form.need("text").is_err());
    }

    #[tokio::test]
    async fn other_surplus_and_broken_parts_are_refused() {
        let whole = body(&[("text", b"1"), ("picture", b"2")]);
        for bad in [
            body(&[("text", b"1"), ("name", b"2")]),
            body(&[("text", b"1"), ("text", b"1")]),
            body(&[("picture", b"1"), ("picture", b"2"), ("picture", b"3")]),
            Vec::new(),
            whole[..whole.len() - 6].to_vec(),
            whole[..60].to_vec(),
        ] {
            assert_eq!(refused(KIND, bad.clone()).await.0, ProblemType::MalformedRequest, "{bad:?}");
        }
        for kind in ["application/json", "multipart/form-data", "text/plain; boundary=x"] {
            assert_eq!(refused(kind, whole.clone()).await.0, ProblemType::UnsupportedMediaType, "{kind}");
        }
    }

    #[tokio::test]
    async fn a_part_over_its_bound_is_refused_by_its_name() {
        let large = refused(KIND, body(&[("picture", &[0; 16]), ("text", &[0; 9])])).await;
        assert_eq!(large, (ProblemType::PayloadTooLarge, Some("text".to_owned())));
    }
}
