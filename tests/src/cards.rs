//! A simulated card in the test's own hand: what its PINs are, asked without a reader.
//!
//! Nobody else may have the card: take it out of its reader first.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use card::{Jpki, Tries, VerifyError};
use reservation::PinKind;
use reservation::calendar::BirthSix;
use secret::{Pin, SecurityCode, VerificationCodeB};
use virtual_card::{CardInHand, FileError};

const LOOK_EVERY: Duration = Duration::from_millis(1);
const LIMIT: Duration = Duration::from_secs(5);

fn open(card: &Path) -> Jpki {
    let hand = take(card);
    Jpki::select(hand.on_reader().expect("an empty reader")).expect("a My Number Card")
}

/// Takes the card in hand.
///
/// # Panics
/// If somebody else has it.
pub fn take(card: &Path) -> CardInHand {
    // A program that another thread is just starting has, until it has become itself, what this process had open.
    let begun = Instant::now();
    loop {
        match CardInHand::open(card) {
            Ok(hand) => return hand,
            Err(FileError::InUse { .. }) if begun.elapsed() < LIMIT => thread::sleep(LOOK_EVERY),
            Err(error) => panic!("{error}"),
        }
    }
}

/// What is left of a PIN's tries.
///
/// # Panics
/// If the card does not answer.
pub fn tries(card: &Path, kind: PinKind) -> Tries {
    open(card).tries_left(kind).unwrap()
}

/// Whether the card accepts a PIN. A wrong one costs a try.
///
/// # Panics
/// If the card does not answer.
pub fn accepts(card: &Path, kind: PinKind, pin: &str) -> bool {
    let pin = Pin::from_entry(kind, pin.to_owned()).expect("a PIN of this kind's form");
    match open(card).verify(pin) {
        Ok(_) => true,
        Err(failed) => match failed.error {
            VerifyError::WrongPin { .. } | VerifyError::Blocked => false,
            error => panic!("{error}"),
        },
    }
}

/// Types wrong PINs until it is blocked.
pub fn block(card: &Path, kind: PinKind) {
    let wrong = match kind {
        PinKind::User => "0000",
        PinKind::Signature => "WRONG0",
    };
    while tries(card, kind) != Tries::Blocked {
        assert!(!accepts(card, kind, wrong), "{wrong} is the card's PIN");
    }
}

/// What is left of the tries of 照合番号B.
///
/// # Panics
/// If the card does not answer.
pub fn code_tries(card: &Path) -> Tries {
    open(card).into_surface().expect("a card with a front").tries_left().unwrap()
}

/// Types a wrong 照合番号B until `left` tries are left.
///
/// # Panics
/// If the card does not answer, or takes it.
pub fn spend_code_tries(card: &Path, left: Tries) {
    while code_tries(card) != left {
        let birth = BirthSix::from_digits("990101").expect("six digits");
        let security_code = SecurityCode::from_entry("0000".to_owned()).expect("four digits");
        let code = VerificationCodeB::from_printed(birth, 2035, security_code).expect("a year of expiry");
        let surface = open(card).into_surface().expect("a card with a front");
        assert!(surface.verify(code).is_err(), "the wrong code is the card's");
    }
}
