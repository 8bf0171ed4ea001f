//! The operator: whoever can read the token file on this machine.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use aws_lc_rs::constant_time;
use wire::problem::ProblemType;

use super::bearer::{Authorization, authorization};
use super::body;
use super::idempotency::sha256;
use crate::listener::admin::AdminContext;
use crate::problem::Refusal;

/// An operator who showed the token, and the body.
#[derive(Debug)]
pub struct Operator {
    /// What was sent.
    pub body: Bytes,
}

impl FromRequest for Operator {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let context =
                request.app_data::<Data<AdminContext>>().expect("the admin listener carries its context");
            let Authorization::Token(token) = authorization(&request, "Bearer") else {
                return Err(ProblemType::AdminTokenInvalid.into());
            };
            // Digests have one length, so the comparison's time tells nothing.
            let shown = sha256(token.as_bytes());
            constant_time::verify_slices_are_equal(&shown, &context.token_hash)
                .map_err(|_| Refusal::new(ProblemType::AdminTokenInvalid))?;
            let body = body::read(&request, payload, body::SMALL, context.body_timeout).await?;
            Ok(Self { body })
        })
    }
}
