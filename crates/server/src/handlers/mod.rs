//! What each interface does. A handler has four thoughts: parse, load, decide, commit.

pub mod admin;
pub mod app;
pub mod kiosk;
pub mod view;
