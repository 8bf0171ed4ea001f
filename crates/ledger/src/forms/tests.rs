//! Every form reads back, damaged ones are refused, and what version 1 wrote stays readable.

use std::fmt::Debug;

use proptest::prelude::*;
use reservation::card::{self, Card, Grant};
use reservation::decision::Dated;
use reservation::installation::{self, Installation};
use reservation::{
    AttemptId, BookingId, CardId, CertificateHash, ClaimId, Event, InstallationId, KeyHash, KioskId, Nonce,
    OperatorId, RequestHash, RequestKey, ReservationNumber, SessionId, StaffId, SurfaceHash, Timestamp,
};

use super::{DecodeError, Form, Kiosk, KioskFact, NumberEntry, NumberFact, SCHEMA, decode, encode};

/// Random values from one seed. The mirrors' macros walk every field and every variant with it.
pub(crate) struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        // xorshift64* (Vigna, 2016).
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() >> 33) as usize % count
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| (self.next() >> 56) as u8)
    }
}

/// A random value of a type.
pub(crate) trait Sample: Sized {
    fn sample(draw: &mut Draw) -> Self;
}

fn sample<T: Sample>(seed: u64) -> T {
    // Any seed but zero begins a sequence; a few steps part neighbouring seeds.
    let mut draw = Draw(seed.wrapping_mul(2).wrapping_add(1));
    draw.next();
    draw.next();
    T::sample(&mut draw)
}

macro_rules! sample_by {
    ($($ty:ty: $draw:expr;)*) => {
        $(impl Sample for $ty {
            fn sample(draw: &mut Draw) -> Self {
                let make: fn(&mut Draw) -> Self = $draw;
                make(draw)
            }
        })*
    };
}

macro_rules! sample_ids {
    (uuids: $($uuid:ident)*; digests: $($digest:ident)*; names: $($name:ident)*;) => {
        sample_by! {
            $($uuid: |draw| Self::from_u128(u128::from_be_bytes(draw.bytes()));)*
            $($digest: |draw| Self::from_bytes(draw.bytes());)*
            $($name: |draw| Self::parse(&format!("name-{}", draw.below(1000))).unwrap();)*
        }
    };
}

sample_ids! {
    uuids: BookingId SessionId ClaimId AttemptId;
    digests: CardId KeyHash CertificateHash InstallationId Nonce RequestHash RequestKey SurfaceHash;
    names: KioskId OperatorId StaffId;
}

sample_by! {
    u8: |draw| draw.next() as u8;
    u16: |draw| draw.next() as u16;
    u32: |draw| draw.next() as u32;
    bool: |draw| draw.below(2) == 0;
    [u8; 16]: |draw| draw.bytes();
    Vec<u8>: |draw| { let length = draw.below(70); (0..length).map(|_| draw.next() as u8).collect() };
    Timestamp: |draw| Timestamp::from_unix_millis(draw.next() as i64 >> 20);
    ReservationNumber: |draw| ReservationNumber::from_random(draw.next());
    Grant: |draw| Self::from_bytes(Vec::sample(draw));
}

impl<T: Sample> Sample for Option<T> {
    fn sample(draw: &mut Draw) -> Self {
        (draw.below(3) > 0).then(|| T::sample(draw))
    }
}

impl<T: Sample + super::Element> Sample for Vec<T> {
    fn sample(draw: &mut Draw) -> Self {
        let length = draw.below(4);
        (0..length).map(|_| T::sample(draw)).collect()
    }
}

impl<F: Sample> Sample for Dated<F> {
    fn sample(draw: &mut Draw) -> Self {
        Self::new(Timestamp::sample(draw), F::sample(draw))
    }
}

impl<F: Sample + Form> Sample for Event<F> {
    fn sample(draw: &mut Draw) -> Self {
        Self { at: Timestamp::sample(draw), facts: Vec::sample(draw) }
    }
}

fn reads_back<T: Form + Sample + PartialEq + Debug>(seed: u64) -> Result<(), TestCaseError> {
    let value: T = sample(seed);
    prop_assert_eq!(decode::<T>(&encode(&value)), Ok(value));
    Ok(())
}

/// What is wrong with it, it must be told and not end in a panic.
fn is_refused_or_read<T: Form + Sample + PartialEq + Debug>(
    seed: u64,
    place: usize,
    byte: u8,
) -> Result<(), TestCaseError> {
    let good = encode(&sample::<T>(seed));
    for length in [place % good.len(), good.len() - 1] {
        prop_assert!(decode::<T>(&good[..length]).is_err());
    }
    let mut longer = good.clone();
    longer.push(byte);
    prop_assert_eq!(decode::<T>(&longer), Err(DecodeError::Trailing));
    let mut changed = good;
    let place = place % changed.len();
    changed[place] = byte;
    // A changed digit may be another good value; but whatever is read is written as it was read.
    if let Ok(value) = decode::<T>(&changed) {
        prop_assert_eq!(decode::<T>(&encode(&value)), Ok(value));
    }
    Ok(())
}

macro_rules! for_every_form {
    ($check:ident($($argument:expr),*)) => {
        $check::<Installation>($($argument),*)?;
        $check::<Event<installation::Fact>>($($argument),*)?;
        $check::<Card>($($argument),*)?;
        $check::<Event<card::Fact>>($($argument),*)?;
        $check::<Kiosk>($($argument),*)?;
        $check::<Event<KioskFact>>($($argument),*)?;
        $check::<NumberEntry>($($argument),*)?;
        $check::<Event<NumberFact>>($($argument),*)?;
    };
}

proptest! {
    #[test]
    fn every_form_reads_back(seed: u64) {
        for_every_form!(reads_back(seed));
    }

    #[test]
    fn no_damaged_form_is_misread_or_ends_in_a_panic(seed: u64, place: usize, byte: u8) {
        for_every_form!(is_refused_or_read(seed, place, byte));
    }

    #[test]
    fn no_bytes_end_in_a_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode::<Card>(&bytes);
        if let Some(first) = bytes.first_mut() {
            *first = SCHEMA;
        }
        let _ = decode::<Card>(&bytes);
        let _ = decode::<Installation>(&bytes);
    }
}

#[test]
fn each_fault_has_its_own_name() {
    let entry: NumberEntry = sample(1);
    let good = encode(&entry);
    assert_eq!(decode::<NumberEntry>(&[]), Err(DecodeError::Empty));
    assert_eq!(decode::<NumberEntry>(&[SCHEMA]), Err(DecodeError::Shape));
    assert_eq!(
        decode::<NumberEntry>(&[&[SCHEMA + 1], &good[1..]].concat()),
        Err(DecodeError::UnknownVersion(SCHEMA + 1))
    );
    assert_eq!(decode::<Kiosk>(&good), Err(DecodeError::Shape));
    assert_eq!(decode::<NumberEntry>(&[&good[..], &[0]].concat()), Err(DecodeError::Trailing));

    let kiosk: Kiosk = sample(1);
    let mut stored = kiosk.to_stored();
    stored.id = "not a name".to_owned();
    assert_eq!(Kiosk::from_stored(stored), Err(DecodeError::Value));
    let mut stored = kiosk.to_stored();
    stored.certificate = [0u8; 16].to_stored();
    assert_eq!(Kiosk::from_stored(stored), Err(DecodeError::Value));
}

#[test]
fn a_card_that_has_everything_stays_far_below_the_bound() {
    use reservation::limits;
    let mut card: Card = sample(7);
    let ended = (0..u64::MAX)
        .map(sample::<card::Reservation<card::End>>)
        .find(|ended| ended.claims.len() == 3)
        .unwrap();
    let mut ended = ended;
    for claim in &mut ended.claims {
        claim.facts.target_key = vec![0; 294];
    }
    let live = (0..u64::MAX)
        .map(sample::<card::Reservation<card::Live>>)
        .find(|live| live.claims.len() == 3 && matches!(live.state, card::Live::Claimed(_)))
        .unwrap();
    card.ended = vec![ended; limits::ENDED_RESERVATIONS_KEPT];
    card.live = Some(live);
    card.verdicts = vec![sample(1); limits::VERDICTS_KEPT];
    card.proved_in = vec![sample(1); limits::PROOFS_KEPT];
    card.history = vec![sample(3); limits::HISTORY_KEPT];
    let largest = encode(&card).len() + limits::GRANT_MAX_BYTES + crate::seal::OVERHEAD_BYTES;
    assert!(largest < crate::RECORD_MAX_BYTES / 2, "{largest} bytes");
}

/// `fixtures/v1.txt`: for every form, what version 1 wrote and what it meant.
const V1: &str = include_str!("../../fixtures/v1.txt");
const SAMPLES: u64 = 24;

fn lines_of<T: Form + Sample + Debug>(name: &str) -> String {
    let line = |seed| {
        let value: T = sample(seed);
        format!("{name}\t{}\t{value:?}\n", hex::encode(encode(&value)))
    };
    (1..=SAMPLES).map(line).collect()
}

fn means<T: Form + Debug>(bytes: &[u8]) -> String {
    format!("{:?}", decode::<T>(bytes).expect("a fixture is read"))
}

#[test]
fn what_version_1_wrote_is_read_as_it_was_meant() {
    let mut count = 0;
    for line in V1.lines() {
        let [name, bytes, meaning] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let bytes = hex::decode(bytes).unwrap();
        let read = match name {
            "installation" => means::<Installation>(&bytes),
            "installation-event" => means::<Event<installation::Fact>>(&bytes),
            "card" => means::<Card>(&bytes),
            "card-event" => means::<Event<card::Fact>>(&bytes),
            "kiosk" => means::<Kiosk>(&bytes),
            "kiosk-event" => means::<Event<KioskFact>>(&bytes),
            "number" => means::<NumberEntry>(&bytes),
            "number-event" => means::<Event<NumberFact>>(&bytes),
            other => panic!("no form is called {other}"),
        };
        assert_eq!(read, meaning, "{name}");
        count += 1;
    }
    assert_eq!(count, 8 * SAMPLES);
}

#[test]
fn the_fixture_knows_every_variant() {
    for variant in [
        "Open",
        "Locked",
        "AwaitingCard",
        "Face",
        "UserReady",
        "SignatureReady",
        "Finished",
        "Waiting",
        "Challenged",
        "Attempting",
        "LockedUntil",
        "LockedForGood",
        "Reserved",
        "Claimed",
        "Completed",
        "Cancelled",
        "Exhausted",
        "Expired",
        "Replaced",
        "Holder",
        "Desk",
        "Noted",
        "Failed",
        "Lapsed",
        "Overtaken",
        "HolderLeft",
        "CardRemoved",
        "CardRefused",
        "TimedOut",
        "KioskStopped",
        "Accepted",
        "Rejected",
        "Voided",
        "Repeated",
        "Registered",
    ] {
        assert!(V1.contains(variant), "{variant} is not in fixtures/v1.txt");
    }
}

/// Writes the fixture of the current version, once: `cargo test -p ledger -- --ignored write_the_fixture`. A
/// released version's file is never written again.
#[test]
#[ignore = "writes a file"]
fn write_the_fixture() {
    let path = format!("{}/fixtures/v{SCHEMA}.txt", env!("CARGO_MANIFEST_DIR"));
    assert!(std::fs::read(&path).is_ok_and(|bytes| bytes.is_empty()), "make an empty {path} first");
    let text = lines_of::<Installation>("installation")
        + &lines_of::<Event<installation::Fact>>("installation-event")
        + &lines_of::<Card>("card")
        + &lines_of::<Event<card::Fact>>("card-event")
        + &lines_of::<Kiosk>("kiosk")
        + &lines_of::<Event<KioskFact>>("kiosk-event")
        + &lines_of::<NumberEntry>("number")
        + &lines_of::<Event<NumberFact>>("number-event");
    std::fs::write(path, text).unwrap();
}
