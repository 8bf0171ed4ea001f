//! What is sealed opens with its key at its place, and nowhere else.

use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;
use reservation::{CardId, InstallationId};
use secret::SecretKey32;
use tempfile::TempDir;

use super::*;

fn card(byte: u8) -> RecordKey {
    RecordKey::card(&CardId::from_bytes([byte; 32]))
}

fn place(key: &RecordKey, version: u8) -> Place<'_> {
    Place { key, version: CommitId::from_bytes([version; 16]), content: Content::Record }
}

fn key(byte: u8) -> RootKey {
    RootKey::new(SecretKey32::take(vec![byte; 32]).unwrap())
}

fn sealer() -> Sealer {
    Sealer::new(key(1), Vec::new())
}

#[test]
fn what_was_sealed_opens_at_its_place() {
    let (sealer, card) = (sealer(), card(1));
    for plain in [&b""[..], b"a record", &[7; 10_000]] {
        let sealed = sealer.seal(&place(&card, 1), plain);
        assert_eq!(sealed.len(), plain.len() + OVERHEAD_BYTES);
        assert_eq!(sealer.open(&place(&card, 1), &sealed).unwrap().as_slice(), plain);
    }
}

#[test]
fn any_flipped_bit_is_noticed() {
    let (sealer, card) = (sealer(), card(1));
    let sealed = sealer.seal(&place(&card, 1), b"a record");
    for bit in 0..sealed.len() * 8 {
        let mut flipped = sealed.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let refusal = sealer.open(&place(&card, 1), &flipped).expect_err("a bit was flipped");
        let expected = match bit / 8 {
            0 => UnsealError::UnknownFormat(flipped[0]),
            1..=8 => UnsealError::UnknownKey(KeyId::from_bytes(flipped[1..9].try_into().unwrap())),
            _ => UnsealError::Tampered,
        };
        assert_eq!(refusal, expected, "bit {bit}");
    }
}

#[test]
fn cut_or_lengthened_bytes_are_noticed() {
    let (sealer, card) = (sealer(), card(1));
    let sealed = sealer.seal(&place(&card, 1), b"a record");
    for length in 0..sealed.len() {
        assert_eq!(sealer.open(&place(&card, 1), &sealed[..length]).unwrap_err(), UnsealError::Tampered);
    }
    let longer = [sealed, vec![0]].concat();
    assert_eq!(sealer.open(&place(&card, 1), &longer).unwrap_err(), UnsealError::Tampered);
}

#[test]
fn bytes_copied_to_another_place_are_noticed() {
    let (sealer, here, elsewhere) = (sealer(), card(1), card(2));
    let other_kind = RecordKey::installation(&InstallationId::from_bytes([1; 32]));
    let sealed = sealer.seal(&place(&here, 1), b"a record");
    let event = Place { content: Content::Event, ..place(&here, 1) };
    for wrong in [place(&elsewhere, 1), place(&other_kind, 1), place(&here, 2), event] {
        assert_eq!(sealer.open(&wrong, &sealed).unwrap_err(), UnsealError::Tampered, "{wrong:?}");
    }
}

#[test]
fn the_same_record_sealed_twice_looks_different() {
    let (sealer, card) = (sealer(), card(1));
    assert_ne!(sealer.seal(&place(&card, 1), b"same"), sealer.seal(&place(&card, 1), b"same"));
}

#[test]
fn after_a_rotation_the_old_opens_and_the_new_seals() {
    let card = card(1);
    let before = sealer();
    let sealed = before.seal(&place(&card, 1), b"old");
    let after = Sealer::new(key(2), vec![key(1)]);
    assert_eq!(after.open(&place(&card, 1), &sealed).unwrap().as_slice(), b"old");
    let resealed = after.seal(&place(&card, 2), b"new");
    assert_eq!(
        before.open(&place(&card, 2), &resealed).unwrap_err(),
        UnsealError::UnknownKey(after.newest())
    );
    let forgot = Sealer::new(key(2), Vec::new());
    assert_eq!(forgot.open(&place(&card, 1), &sealed).unwrap_err(), UnsealError::UnknownKey(before.newest()));
}

#[test]
fn the_sealed_form_is_fixed() {
    // Sealed once by this code under the key 01…01 and kept: it must open for as long as FORMAT is 1.
    let sealed = hex::decode(FIXTURE).unwrap();
    assert_eq!(sealer().open(&place(&card(1), 1), &sealed).unwrap().as_slice(), b"a record of format 1");
}

const FIXTURE: &str = "01a37c1ea6d3b45c1a0256021a14b6502bbb9c5ee13d628e331fe9b7572435feb5d111afd159fd30456e3a2d5e5d1810604f57da4a71c04d3b";

#[test]
fn a_key_file_is_private_and_reads_back() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("ledger.key");
    let made = RootKey::create(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let read = RootKey::load(&path).unwrap();
    assert_eq!((read.id(), read.expose()), (made.id(), made.expose()));
    assert!(
        matches!(RootKey::create(&path), Err(KeyFileError::Io { .. })),
        "an existing key is never overwritten"
    );
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(RootKey::load(&path), Err(KeyFileError::Exposed { mode: 0o644, .. })));
}

#[test]
fn a_file_that_is_no_key_file_is_refused() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("ledger.key");
    RootKey::create(&path).unwrap();
    let good = std::fs::read_to_string(&path).unwrap();
    for bad in [
        "",
        "\n",
        &good[..good.len() - 2],
        &good.replace("key 1", "key 2"),
        &good.to_uppercase(),
        &good.repeat(9),
    ] {
        std::fs::write(&path, bad).unwrap();
        assert!(matches!(RootKey::load(&path), Err(KeyFileError::Content { .. })), "{bad}");
    }
    assert!(matches!(RootKey::load(&directory.path().join("none")), Err(KeyFileError::Io { .. })));
}

#[test]
fn a_key_is_printed_by_its_name_only() {
    let shown = format!("{:?}", sealer());
    assert!(!shown.contains("01, 1") && !shown.contains(&"01".repeat(8)), "{shown}");
}

proptest! {
    #[test]
    fn no_bytes_open_by_chance(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(sealer().open(&place(&card(1), 1), &bytes).is_err());
    }
}
