//! The contract and the faults, on real Redis servers of our own.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up its server ends there")]

mod contract;
mod faults;
mod gate;
mod proxy;
mod server;
mod tls;
