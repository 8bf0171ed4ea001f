//! What the server signs: authorisations that make one card accept one reset, and tokens for kiosks and phones.
//!
//! | part | signs | key |
//! |---|---|---|
//! | [`CardAuthority`] | a card's challenge, target and known key (docs/card-reset.md, *simulated*) | its own P-256 key, whose public half is on the cards |
//! | [`Tokens`] | what a client hands back later: session, reservation, claim | another P-256 key, several accepted while keys rotate |
//!
//! One key never serves both uses. Keys lie in files that only their owner can read, and are neither printed nor
//! serialised. The trait [`AuthorisesResets`] stands between the server and the key, so that a hardware module can
//! take the file's place.

mod card_authority;
mod claims;
#[doc(hidden)]
pub mod contract;
mod crypto;
mod key_file;
mod public_key;
mod tokens;

pub use card_authority::{AuthorisesResets, AuthorityUnavailable, CardAuthority};
pub use claims::{ClaimToken, ReservationToken, SessionToken};
pub use crypto::{CryptoSelfTest, install_crypto};
pub use key_file::{KeyFileError, KeyFileProblem};
pub use public_key::{AuthorityKey, BadPublicKey};
pub use tokens::{CLAIM_TOKEN_LIFE, LEEWAY, NotGenuine, TokenError, TokenKey, TokenKeyError, Tokens};
