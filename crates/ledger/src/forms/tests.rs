//! Every form reads back, damaged ones are refused, and what version 1 wrote stays readable.

use std::collections::HashSet;
use std::fmt::{Debug, Write};

use proptest::prelude::*;
use reservation::card::{self, Card, Grant};
use reservation::decision::Dated;
use reservation::installation::{self, Installation};
use reservation::{
    AttemptId, BookingId, CardId, CertificateHash, ClaimId, Event, FrameMark, InstallationId, KeyHash,
    KioskId, Nonce, OperatorId, PoseSequence, RequestHash, RequestKey, ReservationNumber, SessionId, StaffId,
    SurfaceHash, Timestamp, Turns,
};

use super::{
    DecodeError, Form, Kiosk, KioskFact, NumberEntry, NumberFact, SCHEMA, SessionFact, SessionUse, decode,
    encode,
};

/// Random values from one seed. The mirrors' macros walk every field and every variant with it.
pub(crate) struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        // splitmix64 (Steele, Lea and Flood, 2014): every seed is a good one.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
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
    T::sample(&mut Draw(seed))
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
    Vec<u8>: |draw| { let length = draw.below(6); (0..length).map(|_| draw.next() as u8).collect() };
    Timestamp: |draw| Timestamp::from_unix_millis(draw.next() as i64 >> 20);
    ReservationNumber: |draw| ReservationNumber::from_random(draw.next());
    FrameMark: |draw| Self::from_bits(draw.next());
    PoseSequence: |draw| Self::drawn(Turns::default(), draw.next() as u8);
    Grant: |draw| Self::from_bytes(Vec::sample(draw));
}

impl<T: Sample> Sample for Option<T> {
    fn sample(draw: &mut Draw) -> Self {
        (draw.below(3) > 0).then(|| T::sample(draw))
    }
}

impl<T: Sample + super::Element> Sample for Vec<T> {
    fn sample(draw: &mut Draw) -> Self {
        let length = draw.below(3);
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
        $check::<SessionUse>($($argument),*)?;
        $check::<Event<SessionFact>>($($argument),*)?;
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
    let mut claim: card::EndedClaim = sample(1);
    claim.facts.target_key = vec![0; 294];
    let mut ended: card::Reservation<card::End> = sample(1);
    ended.claims = vec![claim.clone(); limits::CLAIMS_PER_RESERVATION];
    let mut live: card::Reservation<card::Live> = sample(1);
    live.claims = vec![claim.clone(); limits::CLAIMS_PER_RESERVATION - 1];
    live.state = card::Live::Claimed(card::LiveClaim {
        facts: claim.facts,
        grant: Grant::from_bytes(vec![0; limits::GRANT_MAX_BYTES]),
        unknown_since: None,
    });
    let mut card: Card = sample(1);
    card.ended = vec![ended; limits::ENDED_RESERVATIONS_KEPT];
    card.live = Some(live);
    card.verdicts = vec![sample(1); limits::VERDICTS_KEPT];
    card.frames_seen = vec![FrameMark::from_bits(u64::MAX); limits::FRAMES_REMEMBERED];
    card.proved_in = vec![sample(1); limits::PROOFS_KEPT];
    card.history = vec![sample(3); limits::HISTORY_KEPT];
    let largest = encode(&card).len() + crate::seal::OVERHEAD_BYTES;
    assert!(largest < crate::RECORD_MAX_BYTES / 2, "{largest} bytes");
}

/// `fixtures/v1.txt`: for every form, what version 1 wrote and what it meant.
const V1: &str = include_str!("../../fixtures/v1.txt");

/// The smallest samples that bring a variant or a field no sample before had.
fn lines_of<T: Form + Sample + Debug>(name: &str) -> String {
    let mut words = HashSet::new();
    let mut lines = String::new();
    let mut samples: Vec<_> = (0..2000).map(sample::<T>).map(|value| (format!("{value:?}"), value)).collect();
    samples.sort_by_key(|(meaning, _)| meaning.len());
    for (meaning, value) in samples {
        let parts = meaning.split(|letter: char| !letter.is_ascii_alphabetic() && letter != '_');
        // Digests are printed in hexadecimal; their letters are no words.
        let found = parts.filter(|part| part.contains(|letter| letter > 'f')).map(str::to_owned);
        let before = words.len();
        words.extend(found.collect::<Vec<_>>());
        if words.len() > before {
            writeln!(lines, "{name}\t{}\t{meaning}", hex::encode(encode(&value))).unwrap();
        }
    }
    lines
}

fn means<T: Form + Debug>(bytes: &[u8]) -> String {
    let value = decode::<T>(bytes).expect("a fixture is read");
    // While version 1 is the one that is written, it is written just so; strike this when it no longer is.
    assert_eq!(encode(&value), bytes);
    format!("{value:?}")
}

#[test]
fn what_version_1_wrote_is_read_as_it_was_meant() {
    let mut names = HashSet::new();
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
            "session" => means::<SessionUse>(&bytes),
            "session-event" => means::<Event<SessionFact>>(&bytes),
            other => panic!("no form is called {other}"),
        };
        assert_eq!(read, meaning, "{name}");
        names.insert(name);
    }
    assert_eq!(names.len(), 10);
}

#[test]
fn the_fixture_knows_every_variant() {
    let variants = [
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
        "AnotherFace",
        "SeveralPeople",
        "NotTurned",
        "OtherPoses",
        "FaultsUsedUp",
        "Voided",
        "Repeated",
        "Registered",
    ];
    let missing: Vec<_> = variants.into_iter().filter(|variant| !V1.contains(variant)).collect();
    assert!(missing.is_empty(), "not in fixtures/v1.txt: {missing:?}");
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
        + &lines_of::<Event<NumberFact>>("number-event")
        + &lines_of::<SessionUse>("session")
        + &lines_of::<Event<SessionFact>>("session-event");
    std::fs::write(path, text).unwrap();
}
