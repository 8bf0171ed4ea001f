//! PINs and keys that wipe themselves and cannot be printed, cloned, compared or serialised.
//!
//! One type per role, so that a user PIN can never be handed where a signature PIN is meant. Every type owns its
//! bytes on the heap (moving it copies no secret), wipes them when dropped, and prints only its own name. The one way
//! to the bytes is `expose`; beside each call stands `// EXPOSE:` and why.
//!
//! | module | idea |
//! |---|---|
//! | [`pin`] | a PIN as the holder typed it, checked for format: ready for VERIFY |
//! | [`new_pin`] | a PIN to be set: typed twice, checked by the rules |
//! | [`code`] | what a card's front prints and its surface application asks for: security code, 照合番号B |
//! | [`key`] | symmetric keys, private keys and other secret bytes |

pub mod code;
pub mod key;
pub mod new_pin;
pub mod pin;

pub use code::{ExpiryYear, SecurityCode, SecurityCodeFormat, VerificationCodeB};
pub use key::{KeyLength, SecretBytes, SecretKey32};
pub use new_pin::{NewPin, NewPinRefused, NewSignaturePin, NewUserPin};
pub use pin::{Pin, SignaturePin, UserPin};
