//! The commands that are measured, and how long each takes.

use std::time::Instant;

use card::CardTransport;
use serde::{Deserialize, Serialize};
use virtual_card::FRESH_USER_PIN;

const TIMES: usize = 300;

const SELECT_APPLICATION: &[u8] =
    &[0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
const SELECT_USER_CERTIFICATE: &[u8] = &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x0A];
const SELECT_USER_PIN: &[u8] = &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x18];
const SELECT_USER_KEY: &[u8] = &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x17];
const READ_256: &[u8] = &[0x00, 0xB0, 0x00, 0x00, 0x00];
const TRIES_LEFT: &[u8] = &[0x00, 0x20, 0x00, 0x80];
const VERIFY: &[u8] = &[0x00, 0x20, 0x00, 0x80, 0x04];
const SIGN: &[u8] = &[0x80, 0x2A, 0x00, 0x80, 0x33];
/// DER of a SHA-256 DigestInfo up to the digest (RFC 8017 §9.2).
const DIGEST_INFO: &[u8] = &[
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// Milliseconds per command.
#[derive(Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) tries_left: Spread,
    pub(crate) read_256: Spread,
    pub(crate) verify: Spread,
    pub(crate) sign: Spread,
}

/// Median and the slowest of a hundred.
#[derive(Serialize, Deserialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) slow: f64,
}

/// Runs every command many times.
pub(crate) fn measure(card: &mut impl CardTransport) -> Figures {
    run(card, SELECT_APPLICATION, &[0x90, 0x00]);
    run(card, SELECT_USER_CERTIFICATE, &[0x90, 0x00]);
    let read_256 = time(card, READ_256, &[0x90, 0x00]);
    run(card, SELECT_USER_PIN, &[0x90, 0x00]);
    let tries_left = time(card, TRIES_LEFT, &[0x63, 0xC3]);
    let pin = [VERIFY, FRESH_USER_PIN.as_bytes()].concat();
    let verify = time(card, &pin, &[0x90, 0x00]);
    run(card, SELECT_USER_KEY, &[0x90, 0x00]);
    let sign = time(card, &[SIGN, DIGEST_INFO, &[7; 32], &[0x00]].concat(), &[0x90, 0x00]);
    Figures { tries_left, read_256, verify, sign }
}

fn time(card: &mut impl CardTransport, command: &[u8], expected: &[u8]) -> Spread {
    let once = |_| {
        let begun = Instant::now();
        run(card, command, expected);
        begun.elapsed().as_secs_f64() * 1e3
    };
    let mut took: Vec<f64> = (0..TIMES).map(once).collect();
    took.sort_by(f64::total_cmp);
    Spread { median: took[TIMES / 2], slow: took[TIMES * 99 / 100] }
}

fn run(card: &mut impl CardTransport, command: &[u8], expected: &[u8]) {
    let answer = card.transmit(command).unwrap();
    assert!(answer.ends_with(expected), "{:02X?} was answered otherwise", &command[..4]);
}
