//! Loading the pinned roots: what is wrong with a file stops the start and names the file.

use std::fs;
use std::path::Path;

use trust::{SurfaceAnchorProblem as Problem, SurfaceAnchors, SurfaceKeyId, verify_surface};

use super::issued::{Content, ROOT_ID, Surface, put_anchor, sha256};
use crate::authority::{spki, test_key};
use crate::der::{self, integer, seq};

/// Another identifier, upper and lower case.
const OTHER_ID: &str = "36303030303233080530303100000000";

fn good() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    put_anchor(directory.path(), &ROOT_ID, &test_key("surface-root").spki());
    directory
}

fn problem(directory: &Path) -> (String, Problem) {
    let error = SurfaceAnchors::load(directory).unwrap_err();
    assert!(error.to_string().starts_with(&error.path.display().to_string()), "{error}");
    (error.path.strip_prefix(directory).unwrap().display().to_string(), error.problem)
}

#[test]
fn roots_are_named_by_their_files_and_other_files_are_left_alone() {
    let directory = good();
    fs::write(directory.path().join("README.md"), "not a key").unwrap();
    let other: [u8; 16] = hex::decode(OTHER_ID).unwrap().try_into().unwrap();
    put_anchor(directory.path(), &other, &test_key("stranger").spki());
    let anchors = SurfaceAnchors::load(directory.path()).unwrap();
    let summaries = anchors.summaries();
    let ids: Vec<_> = summaries.iter().map(|summary| summary.key_id).collect();
    assert_eq!(ids, [SurfaceKeyId(other), SurfaceKeyId(ROOT_ID)]);
    assert_eq!(summaries[0].fingerprint, sha256(&test_key("stranger").spki()));
    assert_eq!(ids[0].to_string(), OTHER_ID);
    assert!(verify_surface(&Surface::genuine(&Content::of_hanako()).parts(), &anchors).is_ok());
}

#[test]
fn a_directory_without_roots_stops_the_start() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(problem(directory.path()), (name, Problem::Empty) if name.is_empty()));
    fs::write(directory.path().join("root.cer"), "another form").unwrap();
    assert!(matches!(problem(directory.path()), (_, Problem::Empty)));
    let missing = SurfaceAnchors::load(&directory.path().join("missing")).unwrap_err();
    assert!(matches!(missing.problem, Problem::Unreadable(_)), "{missing}");
}

#[test]
fn a_root_that_is_not_right_is_never_skipped() {
    let key = test_key("stranger");
    let pem = der::pem("PUBLIC KEY", &key.spki());
    let rsa = |modulus: &[u8], exponent: &[u8]| {
        der::pem("PUBLIC KEY", &spki(&seq(&[&integer(modulus), &integer(exponent)])))
    };
    let file = |name: &str| format!("{name}.pem");
    type Is = fn(&Problem) -> bool;
    let (name, malformed): (Is, Is) = (|p| matches!(p, Problem::Name), |p| matches!(p, Problem::Malformed));
    let (wrong, twice): (Is, Is) = (|p| matches!(p, Problem::Key), |p| matches!(p, Problem::Duplicate));
    let cases: Vec<(&str, String, String, Is)> = vec![
        ("a name of words", file("root"), pem.clone(), name),
        ("31 digits", file(&OTHER_ID[1..]), pem.clone(), name),
        ("34 digits", file(&format!("{OTHER_ID}00")), pem.clone(), name),
        ("nothing", file(OTHER_ID), String::new(), malformed),
        ("garbage", file(OTHER_ID), "garbage".to_owned(), malformed),
        ("two keys", file(OTHER_ID), pem.repeat(2), malformed),
        ("a certificate's label", file(OTHER_ID), pem.replace("PUBLIC KEY", "CERTIFICATE"), malformed),
        ("a private key", file(OTHER_ID), fs::read_to_string(&key.path).unwrap(), malformed),
        ("too large", file(OTHER_ID), "A".repeat(5000), malformed),
        ("exponent 3", file(OTHER_ID), rsa(&key.modulus(), &[3]), wrong),
        ("1024 bits", file(OTHER_ID), rsa(&key.modulus()[..128], &[1, 0, 1]), wrong),
        ("4096 bits", file(OTHER_ID), rsa(&key.modulus().repeat(2), &[1, 0, 1]), wrong),
        ("no key", file(OTHER_ID), der::pem("PUBLIC KEY", &[0x30, 0]), wrong),
        ("the key without its algorithm", file(OTHER_ID), der::pem("PUBLIC KEY", &key.public()), wrong),
        (
            "the same key under another name",
            file("ff303030303233080530303100000000"),
            der::pem("PUBLIC KEY", &test_key("surface-root").spki()),
            twice,
        ),
    ];
    for (case, file, contents, is) in cases {
        let directory = good();
        fs::write(directory.path().join(&file), contents).unwrap();
        let (path, problem) = problem(directory.path());
        assert_eq!(path, file, "{case}");
        assert!(is(&problem), "{case}: {problem}");
    }
}

#[test]
fn one_identifier_in_two_spellings_would_be_ambiguous() {
    let directory = good();
    let id = "aa303030303233080530303100000000";
    for (name, key) in [(id.to_owned(), "stranger"), (id.to_uppercase(), "user-1")] {
        let pem = der::pem("PUBLIC KEY", &test_key(key).spki());
        fs::write(directory.path().join(format!("{name}.pem")), pem).unwrap();
    }
    assert!(matches!(problem(directory.path()), (_, Problem::Duplicate)));
}

#[test]
fn an_elliptic_curve_key_is_no_root_of_cards() {
    let directory = good();
    let p256 = crate::corpus::p256_point();
    let algorithm = seq(&[&der::oid("1.2.840.10045.2.1"), &der::oid("1.2.840.10045.3.1.7")]);
    let spki = seq(&[&algorithm, &der::bit_string(&p256)]);
    put_anchor(directory.path(), &[1; 16], &spki);
    assert!(matches!(problem(directory.path()), (_, Problem::Key)));
}

#[test]
fn more_files_than_roots_is_a_wrong_directory() {
    let directory = good();
    for index in 0..40u8 {
        fs::write(directory.path().join(format!("{}.pem", hex::encode([index; 16]))), "").unwrap();
    }
    assert!(matches!(problem(directory.path()), (_, Problem::TooMany)));
}
