//! The only trace of a card that is stored: a keyed hash of its stable identity.
//!
//! It stands in this crate because the identity comes from the card register and need not travel further.

use core::fmt;

use aws_lc_rs::hmac;
use reservation::CardId;

/// Separates this use of the key from any other, and fixes the layout: label, then the identity.
const LABEL: &[u8] = b"JPKI-RESET card id v1\0";

/// The key of the card ids. Never rotated in place: every stored card would become a stranger (design §6).
#[derive(Clone)]
pub struct CardIdKey(hmac::Key);

impl CardIdKey {
    /// From 32 secret bytes; the caller wipes its own copy, the library wipes this one.
    pub fn from_bytes(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// HMAC-SHA-256 over the label and the card's identity as [`CardEntry`](crate::CardEntry) gives it.
    pub fn card_id(&self, identity: &[u8]) -> CardId {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(LABEL);
        context.update(identity);
        let mut id = [0; 32];
        id.copy_from_slice(context.sign().as_ref());
        CardId::from_bytes(id)
    }
}

impl fmt::Debug for CardIdKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardIdKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_id_is_the_hmac_that_openssl_computes() {
        // printf 'JPKI-RESET card id v1\0identity' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…07
        let id = CardIdKey::from_bytes(&[7; 32]).card_id(b"identity");
        assert_eq!(
            hex::encode(id.as_bytes()),
            "95198047df06058c49743efc9db6ded95e367883be0c66d97532bbe3ad56c79f"
        );
    }

    #[test]
    fn another_key_or_another_card_gives_another_id() {
        let key = CardIdKey::from_bytes(&[7; 32]);
        assert_eq!(key.card_id(b"a"), key.card_id(b"a"));
        assert_ne!(key.card_id(b"a"), key.card_id(b"b"));
        assert_ne!(key.card_id(b"a"), CardIdKey::from_bytes(&[8; 32]).card_id(b"a"));
        assert!(!format!("{key:?}").contains('7'));
    }
}
