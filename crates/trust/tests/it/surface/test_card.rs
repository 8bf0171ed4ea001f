//! A real test card's surface, as the crate `myna-card` has it among its tests: read where cargo put that crate.

use std::path::PathBuf;
use std::process::Command;

use trust::{SurfaceAnchors, SurfaceError, SurfaceGroup, SurfaceKeyId, verify_surface};

use super::issued::{Surface, put_anchor, sha256};
use crate::authority::spki;
use crate::der::{integer, seq};

fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A file of `myna-card`'s own tests.
fn fixture(name: &str) -> Vec<u8> {
    // Of this platform alone: packages of others were never fetched.
    let host = String::from_utf8(run(Command::new("rustc").args(["--print", "host-tuple"]))).unwrap();
    let metadata = run(Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--format-version", "1", "--filter-platform", host.trim()])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]));
    let metadata: serde_json::Value = serde_json::from_slice(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "myna-card").unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    let path = manifest.parent().unwrap().join("tests/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// EF 0002 of 3070 bytes, cut as a phone cuts it. The places are those of its table of offsets.
fn as_a_phone_sends_it(file: &[u8], certificate: Vec<u8>) -> Surface {
    assert_eq!(hex::encode(&file[..8]), "ff20820bf9df2112");
    let table = &file[8..26];
    let at = |index: usize| usize::from(u16::from_be_bytes([table[2 * index], table[2 * index + 1]]));
    let pictures = file[at(3)..at(5)].to_vec();
    Surface {
        holder: file[at(0)..at(3)].to_vec(),
        hash: sha256(&pictures).into(),
        pictures,
        portrait: file[at(5)..at(6)].to_vec(),
        // The value of DF28, behind its tag and length.
        signature: file[at(6) + 5..at(7)].to_vec(),
        certificate,
    }
}

/// The root of JPKI's test cards, under its own identifier or another.
fn pinned(id: &[u8; 16]) -> SurfaceAnchors {
    let root = myna_card::ca::KNOWN.iter().find(|key| key.name() == "6000023").unwrap();
    let directory = tempfile::tempdir().unwrap();
    put_anchor(directory.path(), id, &spki(&seq(&[&integer(root.modulus), &integer(root.exponent)])));
    SurfaceAnchors::load(directory.path()).unwrap()
}

const TEST_ROOT_ID: [u8; 16] = *b"6000023\x08\x05001\0\0\0\0";

#[test]
fn a_real_test_card_s_surface_is_genuine() {
    let surface = as_a_phone_sends_it(&fixture("surface-0002.bin"), fixture("surface-0004.bin"));
    let genuine = verify_surface(&surface.parts(), &pinned(&TEST_ROOT_ID)).unwrap();
    assert_eq!(&genuine.portrait()[4..8], b"jP  ", "a JP2 file");
    assert_eq!(genuine.portrait(), &surface.portrait[5..]);

    let mut altered = surface.clone();
    altered.portrait[1000] ^= 1;
    assert_eq!(
        verify_surface(&altered.parts(), &pinned(&TEST_ROOT_ID)).map(|_| ()),
        Err(SurfaceError::Altered(SurfaceGroup::Portrait))
    );
    let real_root_id = *b"5000023\x08\x05001\0\0\0\0";
    assert_eq!(
        verify_surface(&surface.parts(), &pinned(&real_root_id)).map(|_| ()),
        Err(SurfaceError::UnknownIssuer(SurfaceKeyId(TEST_ROOT_ID))),
        "a test card is none of the real hierarchy"
    );
}

#[test]
fn a_real_test_card_s_surface_key_is_the_card_s_in_the_register() {
    let surface = as_a_phone_sends_it(&fixture("surface-0002.bin"), fixture("surface-0004.bin"));
    let genuine = verify_surface(&surface.parts(), &pinned(&TEST_ROOT_ID)).unwrap();
    let face = myna_card::ap::surface::CardFace::parse(&fixture("surface-0002.bin")).unwrap();
    let key = seq(&[&integer(&face.public_key.modulus), &integer(&face.public_key.exponent)]);
    let card = |surface_key| trust::CardEntry { identity: vec![1], user: None, signature: None, surface_key };
    assert!(genuine.belongs_to(&card(Some(spki(&key)))));
    assert!(!genuine.belongs_to(&card(None)));
}
