//! Bytes from anywhere: nothing panics, and nothing but the genuine is accepted.

use std::sync::{Arc, OnceLock};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use reservation::PinKind;
use trust::{CrlFiles, FileRegistry, verify_certificate, verify_spki};

use crate::authority::House;
use crate::corpus::corpus;
use crate::holder::{Holder, NOW, key_of};

fn house() -> &'static House {
    static HOUSE: OnceLock<House> = OnceLock::new();
    HOUSE.get_or_init(|| {
        let house = House::build();
        // The anchors are read, and a static is never dropped: its folder would stay behind.
        std::fs::remove_dir_all(house.directory.path()).unwrap();
        house
    })
}

fn seeds() -> &'static Vec<Vec<u8>> {
    static SEEDS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    SEEDS.get_or_init(|| corpus(house()).into_iter().map(|case| case.der).collect())
}

/// One change that keeps the rest of the structure: what a fuzzer does to a corpus.
#[derive(Clone, Debug)]
pub(crate) enum Mutation {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Cut(Index),
}

pub(crate) fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        2 => (any::<Index>(), vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        2 => (any::<Index>(), 1..40usize).prop_map(|(at, count)| Mutation::Remove(at, count)),
        1 => (any::<Index>(), 1..200usize).prop_map(|(at, count)| Mutation::Repeat(at, count)),
        1 => any::<Index>().prop_map(Mutation::Cut),
    ]
}

impl Mutation {
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Self::Set(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Self::Insert(at, more) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = at.index(bytes.len());
                bytes.drain(at..(at + count).min(bytes.len()));
            }
            Self::Repeat(at, count) => {
                let at = at.index(bytes.len());
                let part = bytes[at..(at + count).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            Self::Cut(at) => bytes.truncate(at.index(bytes.len())),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_certificate_panic(bytes in vec(any::<u8>(), 0..600)) {
        prop_assert!(verify_certificate(&bytes, &house().anchors, NOW).is_err());
    }

    #[test]
    fn a_changed_certificate_is_accepted_only_if_it_is_the_genuine_one(
        seed in any::<Index>(),
        mutations in vec(mutation(), 1..6),
    ) {
        let mut bytes = seed.get(seeds()).clone();
        mutations.iter().for_each(|mutation| mutation.apply(&mut bytes));
        if verify_certificate(&bytes, &house().anchors, NOW).is_ok() {
            prop_assert!(seeds().contains(&bytes), "accepted: {}", hex::encode(&bytes));
        }
    }

    #[test]
    fn no_key_and_no_signature_panics(spki in vec(any::<u8>(), 0..400), signature in vec(any::<u8>(), 0..300)) {
        prop_assert!(verify_spki(&spki, b"statement", &signature).is_err());
        let spki = key_of(PinKind::User).spki();
        prop_assert!(verify_spki(&spki, b"statement", &signature).is_err());
    }

    #[test]
    fn a_changed_key_verifies_nothing(mutations in vec(mutation(), 1..4)) {
        let (key, signature) = genuine_signature();
        let mut spki = key.clone();
        mutations.iter().for_each(|mutation| mutation.apply(&mut spki));
        if verify_spki(&spki, b"statement", signature).is_ok() {
            prop_assert_eq!(&spki, key);
        }
    }
}

fn genuine_signature() -> &'static (Vec<u8>, Vec<u8>) {
    static SIGNED: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
    SIGNED.get_or_init(|| {
        let key = key_of(PinKind::User);
        (key.spki(), key.sign(b"statement"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_file_makes_a_list_or_a_register_panic(
        bytes in prop_oneof![
            vec(any::<u8>(), 0..400),
            vec(mutation(), 1..5).prop_map(|mutations| {
                let mut bytes = Holder::genuine(house().current(PinKind::User)).der();
                mutations.iter().for_each(|mutation| mutation.apply(&mut bytes));
                bytes
            }),
        ],
    ) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.crl");
        std::fs::write(&path, &bytes).unwrap();
        let files = CrlFiles::open(directory.path(), Arc::clone(&house().anchors)).unwrap();
        prop_assert!(files.reports()[0].list.is_err());
        prop_assert!(FileRegistry::open(&path).is_err());
    }
}
