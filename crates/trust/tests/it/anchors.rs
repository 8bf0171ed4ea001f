//! Loading the pinned authorities: what is wrong with a file stops the start and names the file.

use std::fs;
use std::path::Path;

use reservation::PinKind;
use trust::{AnchorProblem, Anchors, Policies, verify_certificate};

use crate::authority::{BASIC_CONSTRAINTS, Ca, House, KEY_USAGE, SKI, load, test_key};
use crate::der::{self, Ext, bool_true, null, seq, tlv};
use crate::holder::{Holder, NOW, POLICIES, policies};

/// A directory with one good anchor per purpose.
fn good() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    put(directory.path(), "signature/a.pem", Ca::new(PinKind::Signature, test_key("signature-1"), 1).pem());
    put(directory.path(), "user/a.pem", Ca::new(PinKind::User, test_key("user-1"), 1).pem());
    directory
}

fn put(directory: &Path, name: &str, contents: impl AsRef<[u8]>) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, contents).unwrap();
}

fn problem(directory: &Path) -> (String, AnchorProblem) {
    let error = load(directory).unwrap_err();
    (error.path.strip_prefix(directory).unwrap().display().to_string(), error.problem)
}

fn second() -> Ca {
    Ca::new(PinKind::User, test_key("user-2"), 2)
}

#[test]
fn pem_and_der_files_load_and_other_files_are_left_alone() {
    let directory = good();
    put(directory.path(), "user/b.cer", second().certificate());
    put(directory.path(), "user/README.md", "not a certificate");
    let anchors = load(directory.path()).unwrap();
    let kinds: Vec<_> = anchors.summaries().iter().map(|summary| summary.kind).collect();
    assert_eq!(kinds, [PinKind::Signature, PinKind::User, PinKind::User]);
}

#[test]
fn a_purpose_without_anchors_stops_the_start() {
    let directory = good();
    fs::remove_file(directory.path().join("signature/a.pem")).unwrap();
    assert!(matches!(problem(directory.path()), (name, AnchorProblem::Empty) if name == "signature"));
    fs::remove_dir(directory.path().join("signature")).unwrap();
    assert!(matches!(problem(directory.path()), (name, AnchorProblem::Unreadable(_)) if name == "signature"));
}

#[test]
fn an_anchor_that_is_not_right_is_never_skipped() {
    let pem = second().pem();
    let usage = |bits: u8| {
        let mut ca = second();
        ca.extensions.retain(|extension| extension.oid != KEY_USAGE);
        ca.extensions.push(Ext::new(KEY_USAGE, true, vec![3, 2, 1, bits]));
        ca.pem()
    };
    let without = |oid: &str| {
        let mut ca = second();
        ca.extensions.retain(|extension| extension.oid != oid);
        ca.pem()
    };
    let with = |extension: Ext| {
        let mut ca = second();
        ca.extensions.push(extension);
        ca.pem()
    };
    let not_ca = {
        let mut ca = second();
        ca.extensions[0].value = seq(&[]);
        ca.pem()
    };
    let holder = der::pem("CERTIFICATE", &Holder::genuine(&second()).der());
    let forged = {
        // Its name and key identifier, another key's signature.
        let (genuine, other) = (second(), Ca::new(PinKind::User, test_key("stranger"), 2));
        let mut certificate = genuine.certificate();
        let end = certificate.len();
        certificate[end - 256..].copy_from_slice(&other.key.sign(b"something"));
        der::pem("CERTIFICATE", &certificate)
    };
    let under_another = {
        let mut ca = second();
        ca.issuer = der::name(&[("2.5.4.6", "JP")]);
        ca.pem()
    };
    type Is = fn(&AnchorProblem) -> bool;
    let cases: Vec<(&str, String, Is)> = vec![
        ("nothing", String::new(), |p| matches!(p, AnchorProblem::Malformed)),
        ("garbage", "garbage".to_owned(), |p| matches!(p, AnchorProblem::Malformed)),
        ("two in one file", pem.repeat(2), |p| matches!(p, AnchorProblem::Malformed)),
        ("a key", pem.replace("CERTIFICATE", "PRIVATE KEY"), |p| matches!(p, AnchorProblem::Malformed)),
        ("too large", "A".repeat(20_000), |p| matches!(p, AnchorProblem::Malformed)),
        ("not CA", not_ca, |p| matches!(p, AnchorProblem::NotAnAuthority)),
        ("no constraints", without(BASIC_CONSTRAINTS), |p| matches!(p, AnchorProblem::NotAnAuthority)),
        ("no key usage", without(KEY_USAGE), |p| matches!(p, AnchorProblem::NotAnAuthority)),
        ("may not sign", usage(0b0000_0010), |p| matches!(p, AnchorProblem::NotAnAuthority)),
        ("stranger", with(Ext::new("1.2.3.4", true, null())), |p| matches!(p, AnchorProblem::NotAnAuthority)),
        ("twice", with(Ext::new(BASIC_CONSTRAINTS, true, seq(&[&bool_true()]))), |p| {
            matches!(p, AnchorProblem::NotAnAuthority)
        }),
        ("a holder", holder, |p| matches!(p, AnchorProblem::NotAnAuthority)),
        ("no key identifier", without(SKI), |p| matches!(p, AnchorProblem::NoKeyId)),
        ("under another name", under_another, |p| matches!(p, AnchorProblem::NotSelfSigned)),
        ("forged", forged, |p| matches!(p, AnchorProblem::NotSelfSigned)),
        ("the other purpose's key", Ca::new(PinKind::User, test_key("signature-1"), 7).pem(), |p| {
            matches!(p, AnchorProblem::Duplicate)
        }),
        ("the same key again", Ca::new(PinKind::User, test_key("user-1"), 7).pem(), |p| {
            matches!(p, AnchorProblem::Duplicate)
        }),
    ];
    for (name, contents, is) in cases {
        let directory = good();
        put(directory.path(), "user/b.pem", contents);
        let (path, problem) = problem(directory.path());
        assert_eq!(path, "user/b.pem", "{name}");
        assert!(is(&problem), "{name}: {problem}");
    }
}

#[test]
fn two_keys_with_one_identifier_would_be_ambiguous() {
    let directory = good();
    let mut twin = second();
    twin.extensions.retain(|extension| extension.oid != SKI);
    let id = Ca::new(PinKind::User, test_key("user-1"), 1).key.key_id();
    twin.extensions.push(Ext::new(SKI, false, tlv(4, &id)));
    put(directory.path(), "user/b.pem", twin.pem());
    assert!(matches!(problem(directory.path()), (_, AnchorProblem::Duplicate)));
}

#[test]
fn more_files_than_generations_is_a_wrong_directory() {
    let directory = good();
    for index in 0..40 {
        put(directory.path(), &format!("user/{index}.pem"), "");
    }
    assert!(matches!(problem(directory.path()), (name, AnchorProblem::TooMany) if name == "user"));
}

#[test]
fn another_hierarchy_s_policies_can_be_set() {
    let house = House::build();
    let directory = house.directory.path();
    let policies_of_tests = Policies::new(&["1.2.3.1"], &["1.2.3.2"]).unwrap();
    let anchors =
        Anchors::load_with(&directory.join("signature"), &directory.join("user"), policies_of_tests).unwrap();
    let holder = Holder::genuine(house.current(PinKind::User));
    assert!(verify_certificate(&holder.der(), &anchors, NOW).is_err());
    let holder = holder.with_value(POLICIES, policies(&["1.2.3.2"]));
    assert!(verify_certificate(&holder.der(), &anchors, NOW).is_ok());
}
