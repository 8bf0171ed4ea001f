//! The surface application (券面事項確認AP): what the card's front shows, signed by its issuer, and a key that proves
//! the card itself was there (card facts §3).
//!
//! A session changes between the two applications while the card keeps its power: [`Jpki::into_surface`],
//! [`Surface::verify`], [`SurfaceOpen::into_jpki`]. Each change makes the card forget what was verified before.
//!
//! 照合番号B opens name and address too, as pictures. They are hashed here, because the issuer signed them, and go no
//! further. What the issuer did not sign, the expiry date and the picture of the security code, is never looked at.
//!
//! | module | idea |
//! |---|---|
//! | [`session`] | the application selected, and opened with the code |
//! | [`read`] | the two files, bounded |
//! | [`objects`] | what is inside them, and what of it leaves this crate |
//! | [`contract`] | what every transport with a card behind it must do |
//!
//! [`Jpki::into_surface`]: crate::Jpki::into_surface

pub mod contract;
pub(crate) mod files;
pub mod objects;
pub mod read;
pub mod session;

pub use objects::{SurfaceMalformed, SurfaceObjects};
pub use read::SurfaceReadError;
pub use session::{CODE_TRIES, CodeFailed, Surface, SurfaceOpen, SurfaceSelectError};
