//! A real test card's files, as the crate `myna-card` has them among its tests, against that crate's own reading.

use std::path::PathBuf;
use std::process::Command;

use aws_lc_rs::digest::{SHA256, digest};
use card::SurfaceObjects;
use myna_card::ap::surface::CardFace;
use myna_card::data::CardVerifiableCertificate;

use crate::script::Script;

fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The two files, read where cargo put that crate.
fn files() -> [Vec<u8>; 2] {
    // Of this platform alone: packages of others were never fetched.
    let host = String::from_utf8(run(Command::new("rustc").args(["--print", "host-tuple"]))).unwrap();
    let metadata = run(Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--format-version", "1", "--filter-platform", host.trim()])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]));
    let metadata: serde_json::Value = serde_json::from_slice(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "myna-card").unwrap();
    let folder = PathBuf::from(package["manifest_path"].as_str().unwrap()).with_file_name("tests/fixtures");
    ["surface-0002.bin", "surface-0004.bin"].map(|name| {
        let path = folder.join(name);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    })
}

#[test]
fn a_real_cards_groups_are_those_that_another_reader_finds_signed() {
    let [front, certificate] = files();
    let script = Script::new()
        .surface_application()
        .code_verified()
        .file_read("0002", &front, front.len())
        .file_read("0004", &certificate, certificate.len());
    let ours = script.surface_open().read().unwrap();
    script.assert_over();

    let theirs = CardFace::parse(&front).unwrap();
    let issuer = CardVerifiableCertificate::parse(&certificate).unwrap();
    theirs.verify(&issuer.public_key).expect("the segments are what the issuer signed");
    let [holder, pictures, portrait] = theirs.signed_segments;
    assert!(ours.holder == holder && ours.portrait == portrait);
    assert_eq!(ours.pictures.as_slice(), digest(&SHA256, &pictures).as_ref());
    assert_eq!((ours.signature, ours.certificate), (theirs.signature, certificate));
}

#[test]
fn a_real_cards_file_is_refused_at_each_place_it_may_be_cut() {
    let [front, certificate] = files();
    for length in 0..front.len() {
        assert!(SurfaceObjects::parse(&front[..length], &certificate).is_err(), "{length} bytes");
    }
    for length in 0..certificate.len() {
        assert!(SurfaceObjects::parse(&front, &certificate[..length]).is_err(), "{length} bytes");
    }
}
