//! That secrets are wiped, seen from outside: this process's own memory is searched for them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use reservation::calendar::BirthSix;
use reservation::pin::PinFormat;
use secret::{
    NewPin, NewSignaturePin, SecretBytes, SecretKey32, SecurityCode, SignaturePin, UserPin, VerificationCodeB,
};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret that stands nowhere in this program, not even here: each byte is made when it is needed.
fn canary(index: usize) -> u8 {
    b"QWZXJKVB7394"[(index * 7 + 5) % 12]
}

const LENGTH: usize = 16;

fn entry() -> String {
    // Room for one more: growing would leave a copy that is the test's own.
    let mut entry = String::with_capacity(LENGTH + 1);
    entry.extend((0..LENGTH).map(|index| char::from(canary(index))));
    entry
}

/// 照合番号B of a card that does not exist; it stands nowhere in this program either.
fn printed(index: usize) -> u8 {
    match index {
        6..10 => b"2035"[index - 6],
        _ => b"8305172946"[(index * 3 + 1) % 10],
    }
}

/// The security code at its end, as a Japanese keyboard types it: three bytes a digit (U+FF10 to U+FF19).
fn full_width(index: usize) -> u8 {
    [0xEF, 0xBC, 0x90 + printed(10 + index / 3) - b'0'][index % 3]
}

fn text(length: usize, byte: fn(usize) -> u8) -> String {
    // Room for one more: growing would leave a copy that is the test's own.
    let mut text = Vec::with_capacity(length + 1);
    text.extend((0..length).map(byte));
    String::from_utf8(text).unwrap()
}

/// How often the canary stands in the writable memory of this process.
fn sightings() -> usize {
    sightings_of(LENGTH, canary)
}

/// How often these bytes stand there.
fn sightings_of(length: usize, expected: fn(usize) -> u8) -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut found = 0;
    let mut buffer = Vec::new();
    for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|mode| mode.starts_with("rw")))
    {
        let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [from, to] = [from, to].map(|address| u64::from_str_radix(address, 16).unwrap());
        buffer.resize(usize::try_from(to - from).unwrap(), 0);
        // Some special mappings cannot be read.
        if memory.read_exact_at(&mut buffer, from).is_ok() {
            found += buffer
                .windows(length)
                .filter(|window| window.iter().enumerate().all(|(index, byte)| *byte == expected(index)))
                .count();
        }
        // What was read is a copy; it must not be found by the next search.
        buffer.zeroize();
    }
    found
}

/// One test, because each search sees the memory of every thread.
#[test]
fn nothing_of_a_secret_is_left_in_memory_once_it_is_dropped() {
    assert_eq!(sightings(), 0, "the canary stands somewhere before it is made");

    let pin = SignaturePin::from_entry(entry()).unwrap();
    assert!(sightings() >= 1, "the search does not see what is there");
    drop(pin);
    assert_eq!(sightings(), 0, "a dropped PIN");

    let mut refused = entry();
    refused.push('!');
    assert_eq!(SignaturePin::from_entry(refused).unwrap_err(), PinFormat::Character);
    assert_eq!(sightings(), 0, "a refused entry");

    let known = UserPin::from_entry("8305".into()).unwrap();
    let new = NewPin::from(NewSignaturePin::choose(entry(), entry(), &known).unwrap());
    assert!(sightings() >= 1);
    drop(new.into_pin());
    assert_eq!(sightings(), 0, "a new PIN typed twice");

    NewSignaturePin::choose(entry(), "OTHER1".into(), &known).unwrap_err();
    NewSignaturePin::choose("OTHER1".into(), entry(), &known).unwrap_err();
    assert_eq!(sightings(), 0, "entries that differ");

    let bytes = SecretBytes::from(entry());
    assert!(sightings() >= 1);
    drop(bytes);
    assert_eq!(sightings(), 0, "secret bytes");

    let twice = |length: usize| (0..length).map(|index| canary(index % LENGTH)).collect();
    drop(SecretKey32::take(twice(32)).unwrap());
    SecretKey32::take(twice(33)).unwrap_err();
    assert_eq!(sightings(), 0, "a key, and bytes that are none");

    let typed = text(12, full_width);
    assert!(sightings_of(12, full_width) >= 1);
    let code = SecurityCode::from_entry(typed).unwrap();
    SecurityCode::from_entry(text(12, full_width) + "!").unwrap_err();
    assert_eq!(sightings_of(12, full_width), 0, "a security code as it was typed");
    let birth = BirthSix::from_digits(&text(6, printed)).unwrap();
    let code = VerificationCodeB::from_printed(birth, 2035, code).unwrap();
    assert!(sightings_of(14, printed) >= 1);
    drop(code);
    assert_eq!(sightings_of(14, printed), 0, "a dropped 照合番号B");
}

#[test]
fn every_type_that_holds_a_secret_wipes_itself() {
    fn wipes<T: ZeroizeOnDrop>() {}
    wipes::<SignaturePin>();
    wipes::<UserPin>();
    wipes::<secret::Pin>();
    wipes::<NewSignaturePin>();
    wipes::<secret::NewUserPin>();
    wipes::<NewPin>();
    wipes::<SecretKey32>();
    wipes::<SecretBytes>();
    wipes::<SecurityCode>();
    wipes::<VerificationCodeB>();
}
