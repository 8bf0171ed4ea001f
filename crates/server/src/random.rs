//! The one place where randomness is drawn: ids and nonces, handed to the rules as values.

use aws_lc_rs::rand;
use reservation::{Nonce, PoseSequence, ReservationNumber, Timestamp, Turns};
use uuid::Uuid;

/// Fresh random bytes from the operating system's generator.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes)
        .expect("the operating system's random generator answers once the machine has booted");
    bytes
}

/// 256 fresh bits to be signed once.
pub fn nonce() -> Nonce {
    Nonce::from_bytes(bytes())
}

/// The poses of a challenge.
pub fn poses(turns: Turns) -> PoseSequence {
    let [random] = bytes();
    PoseSequence::drawn(turns, random)
}

/// A UUID v7 at `now`; what follows its time is 74 random bits. An identifier, never a credential.
pub fn uuid(now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.unix_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes()).into_uuid()
}

/// A reservation number that may already be taken.
pub fn number() -> ReservationNumber {
    ReservationNumber::from_random(u64::from_be_bytes(bytes()))
}
