//! The corpus: surfaces that are wrong in one way each, with what we say of each and whether `myna-card` agrees.

use trust::{SurfaceError, SurfaceGroup, SurfaceKeyId, SurfacePart, verify_surface};

use super::issued::{
    Content, ROOT_ID, SUBJECT_ID, Surface, anchors, card_key, certificate, key_objects, object, payload,
    sealed, sha256, sign_payload,
};
use super::opinion::{myna_accepts, openssl_recovers};
use crate::authority::test_key;
use crate::openssl;
use crate::signatures::add;

const HOLDER: SurfaceError = SurfaceError::Malformed(SurfacePart::Holder);
const PICTURES: SurfaceError = SurfaceError::Malformed(SurfacePart::Pictures);
const PORTRAIT: SurfaceError = SurfaceError::Malformed(SurfacePart::Portrait);
const CERTIFICATE: SurfaceError = SurfaceError::Malformed(SurfacePart::Certificate);
const NOT_SIGNED: SurfaceError = SurfaceError::NotSigned;

struct Case {
    name: &'static str,
    surface: Surface,
    ours: SurfaceError,
    /// Why `myna-card` accepts it, if it does.
    myna: Option<&'static str>,
}

fn case(name: &'static str, surface: Surface, ours: SurfaceError) -> Case {
    Case { name, surface, ours, myna: None }
}

fn tolerated(name: &'static str, surface: Surface, ours: SurfaceError, why: &'static str) -> Case {
    Case { name, surface, ours, myna: Some(why) }
}

fn hanako() -> Surface {
    Surface::genuine(&Content::of_hanako())
}

fn another() -> Surface {
    Surface::genuine(&Content::of_another())
}

/// Hanako's surface with one change after it was signed.
fn bent(change: impl FnOnce(&mut Surface)) -> Surface {
    let mut surface = hanako();
    change(&mut surface);
    surface
}

/// Hanako's surface with one change that the municipality signed, so that nothing but the form can be refused.
fn signed(change: impl FnOnce(&mut Surface)) -> Surface {
    bent(change).signed_by("municipality")
}

/// Objects without the first byte's worth of care: a length in a longer form than it needs.
fn long_length(tag: u16, value: &[u8]) -> Vec<u8> {
    let [a, b, c, d] = u32::try_from(value.len()).unwrap().to_be_bytes();
    assert_eq!(a, 0);
    [&tag.to_be_bytes()[..], &[0x83, b, c, d], value].concat()
}

fn indefinite(tag: u16, value: &[u8]) -> Vec<u8> {
    [&tag.to_be_bytes()[..], &[0x80], value, &[0, 0]].concat()
}

fn altered() -> Vec<Case> {
    let municipality = test_key("municipality");
    let groups =
        |surface: &Surface| [sha256(&surface.holder), sha256(&surface.pictures), sha256(&surface.portrait)];
    vec![
        case(
            "one byte of the portrait",
            bent(|s| *s.portrait.last_mut().unwrap() ^= 1),
            SurfaceError::Altered(SurfaceGroup::Portrait),
        ),
        case(
            "another genuine card's portrait",
            bent(|s| s.portrait = another().portrait),
            SurfaceError::Altered(SurfaceGroup::Portrait),
        ),
        case(
            "another genuine card's holder and surface key",
            bent(|s| s.holder = another().holder),
            SurfaceError::Altered(SurfaceGroup::Holder),
        ),
        case("another birth date", bent(|s| s.holder[3] ^= 1), SurfaceError::Altered(SurfaceGroup::Holder)),
        case(
            "another surface key",
            bent(|s| *s.holder.last_mut().unwrap() ^= 2),
            SurfaceError::Altered(SurfaceGroup::Holder),
        ),
        case(
            "another genuine card's name and address",
            bent(|s| (s.pictures, s.hash) = (another().pictures, another().hash)),
            SurfaceError::Altered(SurfaceGroup::Pictures),
        ),
        tolerated(
            "one bit of the pictures' hash",
            bent(|s| s.hash[31] ^= 1),
            SurfaceError::Altered(SurfaceGroup::Pictures),
            "it sees the pictures themselves, which are as they were",
        ),
        case(
            "another genuine card's signature",
            bent(|s| s.signature = another().signature),
            SurfaceError::Altered(SurfaceGroup::Holder),
        ),
        case(
            "the groups signed in another order",
            bent(|s| {
                let [holder, pictures, portrait] = groups(s);
                s.signature = sign_payload(&municipality, &payload(&[&portrait, &pictures, &holder]));
            }),
            SurfaceError::Altered(SurfaceGroup::Holder),
        ),
    ]
}

fn signatures() -> Vec<Case> {
    let municipality = test_key("municipality");
    let groups = |s: &Surface| [sha256(&s.holder), sha256(&s.pictures), sha256(&s.portrait)].concat();
    let by = |key: &str| hanako().signed_by(key);
    let of = |name, signature: Vec<u8>| case(name, bent(|s| s.signature = signature), NOT_SIGNED);
    let genuine = hanako().signature;
    let mut cases = vec![
        case("by another municipality's key", by("municipality-2"), NOT_SIGNED),
        case("by the root itself", by("surface-root"), NOT_SIGNED),
        case("by the card's own surface key", by("surface-card"), NOT_SIGNED),
        of("one bit", bent(|s| s.signature[200] ^= 1).signature),
        of("none", Vec::new()),
        of("zeros", vec![0; 256]),
        of("one", [&[0; 255][..], &[1]].concat()),
        of("the modulus", municipality.modulus()),
        of("above the modulus", vec![0xff; 256]),
        of("cut by one byte", genuine[..255].to_vec()),
        of("one byte more", [&genuine[..], &[0]].concat()),
        of("a zero in front", [&[0], &genuine[..]].concat()),
        of("over one hash, as libraries sign", municipality.sign(&groups(&hanako()))),
        of("over two groups", sign_payload(&municipality, &payload(&[&groups(&hanako())[..64]]))),
        of("over four groups", sign_payload(&municipality, &payload(&[&groups(&hanako()), &[7; 32]]))),
        of("over the bare hashes", sign_payload(&municipality, &groups(&hanako()))),
    ];
    for (name, block) in forged_blocks(&groups(&hanako())) {
        cases.push(of(name, openssl::raw_private(&municipality.path, &block)));
    }
    cases
}

/// Blocks that a careless reader takes for the right one. Only the municipality could make them.
fn forged_blocks(groups: &[u8]) -> Vec<(&'static str, [u8; 256])> {
    let payload = payload(&[groups]);
    let block = |kind: u8, padding: usize, payload: &[u8]| {
        let mut block = [0; 256];
        block[1] = kind;
        block[2..2 + padding].fill(0xff);
        block[3 + padding..3 + padding + payload.len()].copy_from_slice(payload);
        block
    };
    let whole = 256 - 3 - payload.len();
    let mut hole = block(1, whole, &payload);
    hole[50] = 0xfe;
    let mut other_digest = payload.clone();
    other_digest[14] = 3;
    let long_length = [&[0x30, 0x81, 0x71], &payload[2..]].concat();
    vec![
        ("short padding, zeros behind", block(1, 8, &payload)),
        ("a block for encryption", block(2, whole, &payload)),
        ("a block of type 0", block(0, whole, &payload)),
        ("a padding byte that is not FF", hole),
        ("another digest's name", block(1, whole, &other_digest)),
        ("a length that is not minimal", block(1, whole - 1, &long_length)),
    ]
}

fn holders() -> Vec<Case> {
    const BY_TAG: &str = "it looks objects up by their tags";
    let [birth_date, sex, key] = Content::of_hanako().holder_objects();
    let of = |name, objects: &[&[u8]]| case(name, signed(|s| s.holder = objects.concat()), HOLDER);
    let portrait = hanako().portrait;
    vec![
        of("no objects", &[]),
        of("in another order", &[&sex, &birth_date, &key]),
        of("without sex", &[&birth_date, &key]),
        of("without the surface key", &[&birth_date, &sex]),
        of("the birth date twice", &[&birth_date, &birth_date, &sex, &key]),
        of("the surface key twice", &[&birth_date, &sex, &key, &key]),
        of("one more object", &[&birth_date, &sex, &key, &object(0xdf29, b"20350217")]),
        of("the portrait in it", &[&birth_date, &sex, &key, &portrait]),
        of("a byte behind it", &[&birth_date, &sex, &key, &[0xff]]),
        of("a byte before it", &[&[0xff], &birth_date, &sex, &key]),
        of("cut by one byte", &[&birth_date, &sex, &key[..key.len() - 1]]),
        of("an indefinite length", &[&indefinite(0xdf22, b"19800217"), &sex, &key]),
        of("in a template", &[&object(0xff20, &[&birth_date[..], &sex, &key].concat())]),
        of("too long", &[&object(0xdf22, &[b'1'; 0x1_0000]), &sex, &key]),
        tolerated(
            "a length that is not minimal",
            signed(|s| s.holder = [&long_length(0xdf22, b"19800217")[..], &sex, &key].concat()),
            HOLDER,
            "it reads any form of a length",
        ),
        tolerated(
            "another object between them that nobody signed",
            bent(|s| s.holder = [&birth_date[..], &sex, &object(0xdf29, b"20990101"), &key].concat()),
            HOLDER,
            BY_TAG,
        ),
        tolerated(
            "in another order, nobody signed it",
            bent(|s| s.holder = [&sex[..], &birth_date, &key].concat()),
            HOLDER,
            BY_TAG,
        ),
    ]
}

fn portraits() -> Vec<Case> {
    let content = Content::of_hanako().portrait;
    let genuine = object(0xdf27, &content);
    let of = |name, object: Vec<u8>| case(name, signed(|s| s.portrait = object), PORTRAIT);
    let tolerated_length = tolerated(
        "a length that is not minimal",
        signed(|s| s.portrait = long_length(0xdf27, &content)),
        PORTRAIT,
        "it reads any form of a length",
    );
    let empty = "it does not ask for a picture";
    vec![
        of("no object", Vec::new()),
        of("two portraits", genuine.repeat(2)),
        of("another tag", object(0xdf26, &content)),
        of("the signature behind it", [&genuine[..], &object(0xdf28, &[7; 256])].concat()),
        of("a byte behind it", [&genuine[..], &[0]].concat()),
        of("cut by one byte", genuine[..genuine.len() - 1].to_vec()),
        of("an indefinite length", indefinite(0xdf27, &content)),
        of("a length beyond its end", [&[0xdf, 0x27, 0x83, 0xff, 0xff, 0xff], &content[..]].concat()),
        of("the bare picture", content.clone()),
        tolerated(
            "longer than the card's file can be",
            signed(|s| s.portrait = object(0xdf27, &[7; 0x1_0000])),
            PORTRAIT,
            "it reads from memory, not from a card",
        ),
        tolerated("an empty portrait", signed(|s| s.portrait = object(0xdf27, &[])), PORTRAIT, empty),
        tolerated_length,
    ]
}

fn hashes() -> Vec<Case> {
    const UNSEEN: &str = "it sees the pictures themselves";
    let of = |name, hash: Vec<u8>| tolerated(name, bent(|s| s.hash = hash), PICTURES, UNSEEN);
    vec![
        of("no hash", Vec::new()),
        of("31 bytes", vec![7; 31]),
        of("33 bytes", [&hanako().hash[..], &[0]].concat()),
        of("the pictures instead of their hash", hanako().pictures),
    ]
}

fn surface_keys() -> Vec<Case> {
    let modulus = test_key("surface-card").modulus();
    let [birth_date, sex, _] = Content::of_hanako().holder_objects();
    let of = |name, key: Vec<u8>| {
        let holder = [&birth_date[..], &sex, &object(0xdf24, &key)].concat();
        let surface = signed(|s| s.holder = holder);
        tolerated(name, surface, SurfaceError::Key, "it does not look at the surface key")
    };
    let [exponent, number] = [object(0x90, &[1, 0, 1]), object(0x91, &modulus)];
    let mut small = modulus.clone();
    small[0] = 0;
    let mut even = modulus.clone();
    even[255] &= 0xfe;
    let mut cases = vec![
        of("exponent 3", key_objects(&[3], &modulus)),
        of("exponent 1", key_objects(&[1], &modulus)),
        of("an exponent with a zero in front", key_objects(&[0, 1, 0, 1], &modulus)),
        of("1024 bits", key_objects(&[1, 0, 1], &modulus[..128])),
        of("a modulus with a zero in front", key_objects(&[1, 0, 1], &[&[0], &modulus[..]].concat())),
        of("2040 bits in 256 bytes", key_objects(&[1, 0, 1], &small)),
        of("an even modulus", key_objects(&[1, 0, 1], &even)),
        of("in another order", [&number[..], &exponent].concat()),
        of("one more object", [&exponent[..], &number, &object(0x92, &[1])].concat()),
    ];
    // What `myna-card` cannot parse at all.
    for (name, key) in [("no modulus", exponent), ("no exponent", number), ("nothing", Vec::new())] {
        cases.push(Case { myna: None, ..of(name, key) });
    }
    cases
}

fn certificates() -> Vec<Case> {
    let root = test_key("surface-root");
    let key = card_key("municipality");
    let body = [&ROOT_ID[..], &SUBJECT_ID, &key].concat();
    let signature = root.sign(&body);
    let with = |certificate: Vec<u8>| bent(|s| s.certificate = certificate);
    let of = |name, certificate| case(name, with(certificate), SurfaceError::CertificateNotSigned);
    let flipped = |at: usize| {
        let mut body = body.clone();
        body[at] ^= 1;
        sealed(&body, &signature)
    };
    let self_signed = |name: &str| {
        let own = certificate(&ROOT_ID, &card_key(name), &test_key(name));
        hanako().signed_by(name).parts_with(own)
    };
    let mut cases = vec![
        of("the certified key altered", flipped(100)),
        of("the subject's identifier altered", flipped(20)),
        of("its signature altered", {
            let mut signature = signature.clone();
            signature[9] ^= 1;
            sealed(&body, &signature)
        }),
        of(
            "the root's identifier, a stranger's signature",
            certificate(&ROOT_ID, &key, &test_key("stranger")),
        ),
        of("signed by another municipality", certificate(&ROOT_ID, &key, &test_key("municipality-2"))),
        case("signed by the card's surface key for itself", self_signed("surface-card"), {
            SurfaceError::CertificateNotSigned
        }),
        case("a stranger's own hierarchy", self_signed("stranger"), SurfaceError::CertificateNotSigned),
        of("the municipality's signature over the card", sealed(&body, &hanako().signature)),
        of("over SHA-1", sealed(&body, &openssl::sign(&root.path, "-sha1", &[], &body))),
        of("PSS", sealed(&body, &openssl::sign(&root.path, "-sha256", &["rsa_padding_mode:pss"], &body))),
        of("over the hash instead of the bytes", sealed(&body, &root.sign(&sha256(&body)))),
    ];
    for at in 0..16 {
        let mut id = ROOT_ID;
        id[at] ^= 1;
        let surface = with(certificate(&id, &key, &root));
        cases.push(case("another root's identifier", surface, SurfaceError::UnknownIssuer(SurfaceKeyId(id))));
    }
    let modulus = test_key("municipality").modulus();
    let exponent_3 = certificate(&ROOT_ID, &key_objects(&[3], &modulus), &root);
    let exponent_65539 = certificate(&ROOT_ID, &key_objects(&[1, 0, 3], &modulus), &root);
    cases.push(case("a shorter exponent, a shorter body", with(exponent_3), CERTIFICATE));
    cases.push(case("a certified key with another exponent", with(exponent_65539), SurfaceError::Key));
    cases
}

fn certificate_forms() -> Vec<Case> {
    let root = test_key("surface-root");
    let genuine = hanako().certificate;
    let body = [&ROOT_ID[..], &SUBJECT_ID, &card_key("municipality")].concat();
    let signature = root.sign(&body);
    let of = |name, certificate: Vec<u8>| case(name, bent(|s| s.certificate = certificate), CERTIFICATE);
    let lenient = |name, certificate: Vec<u8>, why| Case { myna: Some(why), ..of(name, certificate) };
    let in_template = |objects: &[&[u8]]| object(0x7f21, &objects.concat());
    let (body_object, seal) = (object(0x5f4e, &body), object(0x5f37, &signature));
    let longer = [&body[..], &[0]].concat();
    const EITHER_FORM: &str = "data objects of the master file come without a template";
    const BY_TAG: &str = "it looks objects up by their tags";
    vec![
        of("no certificate", Vec::new()),
        of("cut by one byte", genuine[..genuine.len() - 1].to_vec()),
        of("cut within the body", genuine[..200].to_vec()),
        of("another template", [&[0x7f, 0x4e], &genuine[2..]].concat()),
        of("without its signature", in_template(&[&body_object])),
        of("without its body", in_template(&[&seal])),
        of("an indefinite length", indefinite(0x7f21, &[&body_object[..], &seal].concat())),
        of("a body of 298 bytes", sealed(&longer, &root.sign(&longer))),
        of("a body of 296 bytes", sealed(&body[..296], &root.sign(&body[..296]))),
        of("a signature of 255 bytes", sealed(&body, &signature[..255])),
        of("a signature of 257 bytes", sealed(&body, &[&[0], &signature[..]].concat())),
        of("a megabyte", object(0x7f21, &vec![0x5f; 1 << 20])),
        lenient("bytes behind it", [&genuine[..], &[0xff; 8]].concat(), "files end with filler"),
        lenient("without its template", genuine[5..].to_vec(), EITHER_FORM),
        lenient("signature first", in_template(&[&seal, &body_object]), BY_TAG),
        lenient("the body twice", in_template(&[&body_object, &body_object, &seal]), BY_TAG),
        lenient("one more object", in_template(&[&body_object, &seal, &object(0x5f38, &[1])]), BY_TAG),
        lenient(
            "a length that is not minimal",
            long_length(0x7f21, &[&body_object[..], &seal].concat()),
            "it reads any form of a length",
        ),
    ]
}

impl Surface {
    fn parts_with(mut self, certificate: Vec<u8>) -> Self {
        self.certificate = certificate;
        self
    }
}

#[test]
fn every_bad_surface_is_refused_for_its_own_reason_and_others_agree_where_they_look() {
    let anchors = anchors();
    let corpus = [
        altered(),
        signatures(),
        holders(),
        portraits(),
        hashes(),
        surface_keys(),
        certificates(),
        certificate_forms(),
    ];
    assert!(verify_surface(&hanako().parts(), &anchors).is_ok(), "what they are bent from is genuine");
    for Case { name, surface, ours, myna } in corpus.into_iter().flatten() {
        let said = verify_surface(&surface.parts(), &anchors).map(|_| ());
        assert_eq!(said, Err(ours), "{name}");
        assert_eq!(myna_accepts(&surface), myna.is_some(), "myna-card: {name}, {myna:?}");
    }
}

#[test]
fn openssl_finds_the_right_payload_in_none_of_the_signatures_that_nobody_made() {
    let municipality = test_key("municipality");
    let surface = hanako();
    let groups = [&sha256(&surface.holder)[..], &surface.hash, &sha256(&surface.portrait)];
    let right = payload(&groups);
    assert_eq!(openssl_recovers(&municipality, &surface.signature).as_ref(), Some(&right));
    for Case { name, surface, .. } in signatures() {
        // It reads as many bytes as the key has and leaves what follows.
        let reads_a_part =
            surface.signature.len() > 256 && surface.signature.starts_with(&hanako().signature);
        let finds = openssl_recovers(&municipality, &surface.signature).as_ref() == Some(&right);
        assert!(!finds || reads_a_part, "openssl: {name}");
    }
}

#[test]
fn a_signature_plus_the_modulus_is_not_the_signature() {
    let modulus = test_key("municipality").modulus();
    // Of some surfaces the sum still has 256 bytes; it is the same number modulo n.
    let (surface, sum) = (0..u8::MAX)
        .map(|counter| Surface::genuine(&Content { sex: counter, ..Content::of_hanako() }))
        .find_map(|surface| add(&surface.signature, &modulus).map(|sum| (surface, sum)))
        .unwrap();
    assert!(verify_surface(&surface.parts(), &anchors()).is_ok());
    let surface = Surface { signature: sum, ..surface };
    assert_eq!(verify_surface(&surface.parts(), &anchors()).map(|_| ()), Err(NOT_SIGNED));
    assert!(!myna_accepts(&surface));
}
