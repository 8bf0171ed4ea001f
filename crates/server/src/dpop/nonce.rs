//! The server nonce (RFC 9449 §8): stateless, so that any server with the key accepts what another gave out.
//!
//! A nonce is the number of a time slot and an HMAC over it. It is good in its slot and for one life after it.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::{constant_time, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reservation::Timestamp;

const LABEL: &[u8] = b"JPKI-RESET dpop nonce v1\0";
const TAG_BYTES: usize = 16;
/// Slots per life: how finely a nonce's age is known.
const SLOTS_PER_LIFE: i64 = 4;

/// Gives out nonces and recognises them.
pub struct Nonces {
    key: hmac::Key,
    slot_millis: i64,
}

impl Nonces {
    /// Nonces under `key`, each good for at least `life` and at most a quarter longer.
    pub fn new(key: &[u8; 32], life: Duration) -> Self {
        let life = i64::try_from(life.as_millis()).unwrap_or(i64::MAX);
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key), slot_millis: (life / SLOTS_PER_LIFE).max(1) }
    }

    /// The nonce of this moment.
    pub fn current(&self, now: Timestamp) -> String {
        self.encode(self.slot(now))
    }

    /// Whether `nonce` is one of ours and still good. One slot ahead is admitted: another server's clock may lead.
    pub fn accepts(&self, nonce: &str, now: Timestamp) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(nonce) else { return false };
        let Some((slot, tag)) = bytes.split_first_chunk::<8>() else { return false };
        let slot = i64::from_be_bytes(*slot);
        let current = self.slot(now);
        let fresh = slot <= current.saturating_add(1) && slot >= current.saturating_sub(SLOTS_PER_LIFE);
        fresh && constant_time::verify_slices_are_equal(tag, &self.tag(slot)).is_ok()
    }

    fn slot(&self, now: Timestamp) -> i64 {
        now.unix_millis().div_euclid(self.slot_millis)
    }

    fn tag(&self, slot: i64) -> [u8; TAG_BYTES] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(LABEL);
        context.update(&slot.to_be_bytes());
        let full = context.sign();
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&full.as_ref()[..TAG_BYTES]);
        tag
    }

    fn encode(&self, slot: i64) -> String {
        let mut bytes = slot.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.tag(slot));
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonces(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_unix_secs(1_795_000_000);

    #[test]
    fn a_nonce_is_good_for_its_life_and_little_longer() {
        let nonces = Nonces::new(&[1; 32], Duration::from_secs(300));
        let nonce = nonces.current(START);
        assert!(nonces.accepts(&nonce, START));
        assert!(nonces.accepts(&nonce, START.after(Duration::from_secs(300))));
        assert!(!nonces.accepts(&nonce, START.after(Duration::from_secs(376))));
    }

    #[test]
    fn a_nonce_of_another_key_or_of_nobody_is_refused() {
        let nonces = Nonces::new(&[1; 32], Duration::from_secs(300));
        let foreign = Nonces::new(&[2; 32], Duration::from_secs(300)).current(START);
        assert!(!nonces.accepts(&foreign, START));
        for bad in ["", "AAAA", "not base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert!(!nonces.accepts(bad, START), "{bad}");
        }
    }

    #[test]
    fn a_nonce_from_far_ahead_is_refused() {
        let nonces = Nonces::new(&[1; 32], Duration::from_secs(300));
        let ahead = nonces.current(START.after(Duration::from_secs(200)));
        assert!(!nonces.accepts(&ahead, START));
    }
}
