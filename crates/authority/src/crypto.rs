//! The one crypto provider behind tokens, chosen and tried out once.
//!
//! jsonwebtoken chooses a provider by its features and panics at the first signature when a dependency has switched
//! on another one or none; a panic caught there poisons it for good. So the choice is made here, before any token.

use std::sync::OnceLock;

use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

/// Tokens cannot be signed or verified in this process: another provider was installed, or the library is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the crypto provider of the tokens failed its self-test")]
pub struct CryptoSelfTest;

/// Installs the provider and tries it out; further calls repeat the first answer. First thing in a `main`.
///
/// # Errors
/// [`CryptoSelfTest`].
pub fn install_crypto() -> Result<(), CryptoSelfTest> {
    static TRIED: OnceLock<Result<(), CryptoSelfTest>> = OnceLock::new();
    *TRIED.get_or_init(|| {
        // Whoever was first may have installed the same one; the trial decides.
        let _ = aws_lc::DEFAULT_PROVIDER.install_default();
        // RFC 4231, test case 2.
        let signature = jsonwebtoken::crypto::sign(
            b"what do ya want for nothing?",
            &EncodingKey::from_secret(b"Jefe"),
            Algorithm::HS256,
        );
        let expected = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM";
        let verified = jsonwebtoken::crypto::verify(
            expected,
            b"what do ya want for nothing?",
            &DecodingKey::from_secret(b"Jefe"),
            Algorithm::HS256,
        );
        let works = signature.is_ok_and(|signature| signature == expected) && verified.is_ok_and(|good| good);
        if works { Ok(()) } else { Err(CryptoSelfTest) }
    })
}
