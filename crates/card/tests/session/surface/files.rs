//! What is read of the two files, and what of it leaves the crate.

use aws_lc_rs::digest::{SHA256, digest};
use card::{SurfaceMalformed, SurfaceObjects, SurfaceReadError};
use iso7816::tlv::{MalformedTlv, Tag};

use super::front::{CANARIES, Front, certificate, object};
use crate::script::{Script, hex};

fn parse(front: &Front) -> Result<SurfaceObjects, SurfaceMalformed> {
    SurfaceObjects::parse(&front.file(), &certificate())
}

fn read(front: &[u8], total: usize) -> SurfaceObjects {
    let certificate = certificate();
    let script = Script::new()
        .surface_application()
        .code_verified()
        .file_read("0002", front, total)
        .file_read("0004", &certificate, certificate.len());
    let objects = script.surface_open().read().unwrap();
    script.assert_over();
    objects
}

#[test]
fn the_signed_groups_leave_as_they_stand_on_the_card_and_pictures_as_their_hash() {
    let front = Front::whole();
    let objects = read(&front.file(), front.file().len());
    assert_eq!(objects.holder, [0xDF22, 0xDF23, 0xDF24].map(|tag| front.object(tag)).concat());
    assert_eq!(objects.portrait, front.object(0xDF27));
    assert_eq!(objects.signature, [0x5A; 256]);
    assert_eq!(objects.certificate, certificate());
    let pictures = [front.object(0xDF25), front.object(0xDF26)].concat();
    assert_eq!(objects.pictures.as_slice(), digest(&SHA256, &pictures).as_ref());
}

#[test]
fn nothing_of_name_and_address_leaves_and_nothing_of_the_person_is_printed() {
    let objects = parse(&Front::whole()).unwrap();
    let SurfaceObjects { holder, pictures, portrait, signature, certificate } = &objects;
    let all = [holder, pictures.as_slice(), portrait, signature, certificate].concat();
    for canary in &CANARIES[1..3] {
        assert!(!all.windows(canary.len()).any(|window| window == canary.as_bytes()), "{canary}");
    }
    assert_eq!(format!("{objects:?} {objects:#?}"), "SurfaceObjects(…) SurfaceObjects(…)");
}

#[test]
fn filler_behind_the_object_is_neither_read_nor_taken_for_a_part_of_it() {
    let front = Front::whole().file();
    let padded = [front.as_slice(), &[0xFF; 500]].concat();
    assert!(read(&padded, front.len()) == read(&front, front.len()));
    let certificate = certificate();
    let padded_certificate = [certificate.as_slice(), &[0; 100]].concat();
    let parsed = SurfaceObjects::parse(&padded, &padded_certificate).unwrap();
    assert!(parsed == SurfaceObjects::parse(&front, &certificate).unwrap());
}

#[test]
fn lengths_stay_in_the_form_in_which_the_issuer_signed_them() {
    let mut long_form = vec![0xDF, 0x22, 0x82, 0x00, 0x08];
    long_form.extend(b"19470412");
    let rest = Front::whole().without(0xDF22);
    let rest: Vec<u8> = rest.0.iter().flat_map(|(tag, value)| object(*tag, value)).collect();
    let file = object(0xFF20, &[long_form.as_slice(), &rest].concat());
    let objects = SurfaceObjects::parse(&file, &certificate()).unwrap();
    assert!(objects.holder.starts_with(&long_form));
}

#[test]
fn what_the_issuer_did_not_sign_changes_nothing() {
    let whole = parse(&Front::whole()).unwrap();
    for front in [
        Front::whole().without(0xDF21),
        Front::whole().with(0xDF21, &[0xFF; 18]),
        Front::whole().without(0xDF29).without(0xDF2A),
        Front::whole().with(0xDF29, b"20991231"),
        Front::whole().and(0xDF2B, b"of a later card"),
    ] {
        assert!(parse(&front).unwrap() == whole);
    }
}

#[test]
fn the_order_of_the_groups_is_the_issuers_whatever_the_cards() {
    let mut front = Front::whole();
    front.0.reverse();
    assert!(parse(&front).unwrap() == parse(&Front::whole()).unwrap());
}

#[test]
fn each_signed_object_must_be_there_exactly_once() {
    for tag in 0xDF22..=0xDF28 {
        let missing = parse(&Front::whole().without(tag)).unwrap_err();
        assert_eq!(missing, SurfaceMalformed::Missing(Tag(tag)));
        let twice = parse(&Front::whole().and(tag, b"1")).unwrap_err();
        assert_eq!(twice, SurfaceMalformed::Repeated(Tag(tag)));
    }
}

#[test]
fn an_object_of_a_size_that_none_has_is_refused() {
    for (tag, most) in [
        (0xDF22, 16),
        (0xDF23, 4),
        (0xDF24, 1024),
        (0xDF25, 8192),
        (0xDF26, 8192),
        (0xDF27, 0x8000),
        (0xDF28, 1024),
    ] {
        assert!(parse(&Front::whole().with(tag, &vec![7; most])).is_ok(), "{tag:X}");
        let found = most + 1;
        let refused = parse(&Front::whole().with(tag, &vec![7; found])).unwrap_err();
        assert_eq!(refused, SurfaceMalformed::Size { tag: Tag(tag), found });
    }
    for tag in [0xDF22, 0xDF23, 0xDF24, 0xDF27, 0xDF28] {
        let refused = parse(&Front::whole().with(tag, &[])).unwrap_err();
        assert_eq!(refused, SurfaceMalformed::Size { tag: Tag(tag), found: 0 });
    }
}

#[test]
fn files_that_are_no_surface_files_are_refused() {
    let (front, certificate) = (Front::whole().file(), certificate());
    let other = object(0xFF30, b"other");
    assert_eq!(SurfaceObjects::parse(&other, &certificate), Err(SurfaceMalformed::Missing(Tag(0xFF20))));
    assert_eq!(SurfaceObjects::parse(&front, &other), Err(SurfaceMalformed::Missing(Tag(0x7F21))));
    let cut = &front[..front.len() - 1];
    assert_eq!(SurfaceObjects::parse(cut, &certificate), Err(MalformedTlv::Truncated.into()));
    let mut filler_inside = Front::whole().0.iter().flat_map(|(t, v)| object(*t, v)).collect::<Vec<_>>();
    filler_inside.extend([0; 3]);
    let inside = object(0xFF20, &filler_inside);
    assert_eq!(SurfaceObjects::parse(&inside, &certificate), Err(MalformedTlv::Tag.into()));
}

#[test]
fn no_error_prints_anything_of_the_person() {
    let errors = [
        parse(&Front::whole().with(0xDF27, &CANARIES[3].as_bytes().repeat(2000))).unwrap_err(),
        parse(&Front::whole().and(0xDF25, CANARIES[1].as_bytes())).unwrap_err(),
        parse(&Front::whole().without(0xDF24)).unwrap_err(),
        SurfaceMalformed::from(MalformedTlv::Truncated),
    ];
    for error in errors {
        let shown = format!("{error} {error:?} {}", SurfaceReadError::from(error));
        for canary in CANARIES {
            assert!(!shown.contains(canary) && !shown.contains(&hex(canary.as_bytes())), "{shown}");
        }
    }
    assert_eq!(
        SurfaceReadError::from(errors[1]).to_string(),
        "the card's surface file makes no sense: object DF25 is there twice"
    );
}
