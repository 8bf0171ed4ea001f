//! The contract and the faults, on real Redis servers of our own.

mod contract;
mod faults;
mod gate;
mod proxy;
mod server;
