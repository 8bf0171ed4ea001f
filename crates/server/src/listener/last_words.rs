//! The answer to a request whose body was not read to its end: the document, a moment to receive it, and the end of the
//! connection. The framework would read on for as long as the client sends.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::ConnectionType;
use actix_web::web::Bytes;

/// How long the client has to receive the answer before the connection ends.
const MOMENT: Duration = Duration::from_secs(1);

/// Makes this answer the last one of its connection, whatever the client still sends.
pub(super) fn last_words(response: HttpResponse) -> HttpResponse {
    let (response, body) = response.into_parts();
    let body = match body.try_into_bytes() {
        Ok(document) => BoxBody::new(LastWords {
            length: document.len() as u64,
            document: Some(document),
            end: Box::pin(tokio::time::sleep(MOMENT)),
        }),
        // None of our answers is a stream.
        Err(body) => body,
    };
    let mut response = response.set_body(body);
    response.head_mut().set_connection_type(ConnectionType::Close);
    response
}

struct LastWords {
    length: u64,
    document: Option<Bytes>,
    end: Pin<Box<tokio::time::Sleep>>,
}

/// Ends the connection: an error of the answer's body is the one thing that does.
#[derive(Debug, thiserror::Error)]
#[error("the client was answered and went on sending")]
struct Over;

impl MessageBody for LastWords {
    type Error = Over;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Over>>> {
        if let Some(document) = self.document.take() {
            return Poll::Ready(Some(Ok(document)));
        }
        ready!(self.end.as_mut().poll(context));
        Poll::Ready(Some(Err(Over)))
    }
}
