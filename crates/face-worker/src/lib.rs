//! The face engine's own process: everything that touches a hostile picture.
