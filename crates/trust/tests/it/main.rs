//! The rules of `trust` against certificates, lists, registers and signatures that are wrong in one way each.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod anchors;
mod authority;
mod certificates;
mod corpus;
mod crl;
mod der;
mod forged;
mod holder;
mod hostile;
mod openssl;
mod published;
mod register;
mod signatures;
mod surface;
