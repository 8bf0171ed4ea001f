//! The one place that turns errors into RFC 9457 problems.
//!
//! | module | idea |
//! |---|---|
//! | [`table`] | every kind of problem: its status, its title, the person's next step |
//! | [`refusal`] | the error that handlers and extractors return |
//! | [`render`] | the document that leaves |
//! | [`errors`], [`from_rules`] | what the other crates' errors mean to a caller |

pub mod errors;
pub mod from_rules;
pub mod refusal;
pub mod render;
pub mod table;

pub use refusal::Refusal;
