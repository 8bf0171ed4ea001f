//! Symmetric keys, private keys and other secret bytes.

use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// The bytes are not 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a 256-bit key has 32 bytes, not {found}")]
pub struct KeyLength {
    /// How many there were.
    pub found: usize,
}

/// A 256-bit key.
#[derive(ZeroizeOnDrop)]
pub struct SecretKey32(Box<[u8; 32]>);

impl SecretKey32 {
    /// Lets `fill` write the key where it will stay, so that no copy is left behind elsewhere.
    ///
    /// # Errors
    /// Whatever `fill` returns, say a failed random generator; what it wrote is wiped.
    pub fn fill<E>(fill: impl FnOnce(&mut [u8; 32]) -> Result<(), E>) -> Result<Self, E> {
        let mut key = Self(Box::new([0; 32]));
        fill(&mut key.0)?;
        Ok(key)
    }

    /// Takes the key's bytes and wipes them where they stood.
    ///
    /// # Errors
    /// [`KeyLength`] if they are not 32.
    pub fn take(mut bytes: Vec<u8>) -> Result<Self, KeyLength> {
        let found = bytes.len();
        let taken = Self::fill(|key| {
            if found != key.len() {
                return Err(KeyLength { found });
            }
            key.copy_from_slice(&bytes);
            Ok(())
        });
        bytes.zeroize();
        taken
    }

    /// The key.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Secret bytes of any length, such as a private key in PKCS#8 form.
#[derive(ZeroizeOnDrop)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes the bytes without copying them.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for SecretBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

impl From<String> for SecretBytes {
    fn from(text: String) -> Self {
        Self::new(text.into_bytes())
    }
}

impl fmt::Debug for SecretKey32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey32(…)")
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_exactly_32_bytes() {
        assert_eq!(SecretKey32::take(vec![7; 32]).unwrap().expose(), &[7; 32]);
        for found in [0, 31, 33] {
            assert_eq!(SecretKey32::take(vec![7; found]).unwrap_err(), KeyLength { found });
        }
    }

    #[test]
    fn a_key_is_filled_in_place_or_not_made() {
        let key = SecretKey32::fill(|bytes| {
            bytes.fill(9);
            Ok::<_, ()>(())
        });
        assert_eq!(key.unwrap().expose(), &[9; 32]);
        assert_eq!(SecretKey32::fill(|_| Err("no randomness")).unwrap_err(), "no randomness");
    }

    #[test]
    fn debug_prints_the_name_of_the_type_and_nothing_else() {
        assert_eq!(format!("{:?}", SecretBytes::from("CANARY".to_owned())), "SecretBytes(…)");
        assert_eq!(format!("{:?}", SecretKey32::take(vec![67; 32]).unwrap()), "SecretKey32(…)");
    }
}
