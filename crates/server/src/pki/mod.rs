//! The certificates of our own listeners and kiosks. Nothing here has to do with the card's certificates.
//!
//! | module | idea |
//! |---|---|
//! | [`authority`] | a certificate authority, and what it signs |
//! | [`peer`] | a kiosk's certificate as the kiosk listener sees it |

pub mod authority;
pub mod peer;

pub use authority::{Authority, PkiError};
pub use peer::Peer;
