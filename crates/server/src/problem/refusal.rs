//! The error that handlers and extractors return: a kind of problem, its facts, and a cause for the log.

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use reservation::Timestamp;
use wire::problem::{Facts, ProblemType};

use super::table;

/// How long the caller should wait.
#[derive(Clone, Copy, Debug)]
enum Wait {
    For(Duration),
    Until(Timestamp),
}

/// A request that was refused. Boxed: refusals are rare, and `Result`s that carry them travel far.
#[derive(Clone, Debug)]
pub struct Refusal(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: ProblemType,
    facts: Facts,
    wait: Option<Wait>,
    allow: Option<String>,
    cause: &'static str,
}

impl Refusal {
    /// A refusal of this kind.
    pub fn new(kind: ProblemType) -> Self {
        Self(Box::new(Inner { kind, facts: Facts::default(), wait: None, allow: None, cause: "" }))
    }

    /// Adds what the operator's log says about it; the caller never sees it.
    #[must_use]
    pub fn because(mut self, cause: &'static str) -> Self {
        self.0.cause = cause;
        self
    }

    /// Adds facts for the caller's program.
    #[must_use]
    pub fn with(mut self, facts: Facts) -> Self {
        self.0.facts = facts;
        self
    }

    /// Names the field or header that was wrong.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.0.facts.field = Some(field.into());
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.wait = Some(Wait::For(wait));
        self
    }

    /// Says until when there is no use in trying again.
    #[must_use]
    pub fn retry_at(mut self, until: Timestamp) -> Self {
        self.0.wait = Some(Wait::Until(until));
        self
    }

    /// Tells the same as another kind of problem.
    #[must_use]
    pub fn instead(mut self, kind: ProblemType) -> Self {
        self.0.kind = kind;
        self
    }

    /// Says which methods the resource has.
    #[must_use]
    pub fn allow(mut self, methods: impl Into<String>) -> Self {
        self.0.allow = Some(methods.into());
        self
    }

    /// The kind of problem.
    pub fn kind(&self) -> ProblemType {
        self.0.kind
    }

    /// What a program can use.
    pub fn facts(&self) -> &Facts {
        &self.0.facts
    }

    /// What the operator's log says about it.
    pub fn cause(&self) -> &'static str {
        self.0.cause
    }

    /// The `Allow` header's value, for a wrong method.
    pub fn allowed(&self) -> Option<&str> {
        self.0.allow.as_deref()
    }

    /// Whole seconds for `Retry-After` from `now` on, at least one: what was said, or the kind's default.
    pub fn retry_after_secs(&self, now: Timestamp) -> Option<u64> {
        let said = self.0.wait.map(|wait| match wait {
            Wait::For(span) => span,
            Wait::Until(until) => until.since(now),
        });
        let wait = said.or_else(|| table::default_wait(self.0.kind))?;
        Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).map(|secs| secs.max(1))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.slug())?;
        if self.0.cause.is_empty() { Ok(()) } else { write!(f, " ({})", self.0.cause) }
    }
}

impl std::error::Error for Refusal {}

impl From<ProblemType> for Refusal {
    fn from(kind: ProblemType) -> Self {
        Self::new(kind)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        table::entry(self.0.kind).status
    }

    /// Only the status: the frame renders the document, because it knows the request's id.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
