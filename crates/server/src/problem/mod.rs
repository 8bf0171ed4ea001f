//! The one place that turns errors into RFC 9457 problems.
//!
//! | module | idea |
//! |---|---|
//! | [`table`] | every kind of problem: its status, its title, the person's next step |
//! | [`refusal`] | the error that handlers and extractors return |
//! | [`render`] | the document that leaves |
//! | [`errors`] | what the other crates' errors mean to a caller |

pub mod errors;
pub mod refusal;
pub mod render;
pub mod table;

pub use refusal::Refusal;
