//! Surfaces as a municipality issues them, and as it never would. Written by hand and signed by the crate `rsa`, so
//! that nothing here comes from the code under test.

use std::fs;
use std::path::Path;

use rsa::Pkcs1v15Sign;
use rsa::pkcs8::DecodePrivateKey as _;
use trust::{SurfaceAnchors, SurfaceParts};

use crate::authority::{TestKey, test_key};
use crate::der;

/// `7000023`, unlike the real roots' `5000023` and `6000023`.
pub(crate) const ROOT_ID: [u8; 16] = *b"7000023\x08\x05001\0\0\0\0";
/// A municipality's number, as a card has it.
pub(crate) const SUBJECT_ID: [u8; 16] = *b"1322121\x08\x05000\0\0\0\0";

/// Words that must never be printed.
pub(crate) const CANARIES: [&str; 3] = ["19800217", "canary-name", "canary-portrait"];

/// One data object with the shortest form of its length.
pub(crate) fn object(tag: u32, value: &[u8]) -> Vec<u8> {
    // `der::tlv` writes one byte of tag; the others stand before it.
    let [.., high, low] = tag.to_be_bytes();
    let rest = der::tlv(low, value);
    if high == 0 { rest } else { [&[high], &rest[..]].concat() }
}

/// Objects 90 and 91.
pub(crate) fn key_objects(exponent: &[u8], modulus: &[u8]) -> Vec<u8> {
    [object(0x90, exponent), object(0x91, modulus)].concat()
}

pub(crate) fn card_key(name: &str) -> Vec<u8> {
    key_objects(&[1, 0, 1], &test_key(name).modulus())
}

/// Pads as RFC 8017 §9.2 says and signs, whatever the payload is.
pub(crate) fn sign_payload(key: &TestKey, payload: &[u8]) -> Vec<u8> {
    let (_, pkcs8) = ::der::pem::decode_vec(fs::read(&key.path).unwrap().trim_ascii()).unwrap();
    let private = rsa::RsaPrivateKey::from_pkcs8_der(&pkcs8).unwrap();
    private.sign(Pkcs1v15Sign::new_unprefixed(), payload).unwrap()
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().try_into().unwrap()
}

/// What a municipality signs: card facts §3, `30 71 … 04 60`.
pub(crate) fn payload(groups: &[&[u8]]) -> Vec<u8> {
    [&hex::decode("3071300d060960864801650304020105000460").unwrap(), &groups.concat()[..]].concat()
}

/// A certificate for a key, by the root of these tests unless `signer` is another's.
pub(crate) fn certificate(issuer_id: &[u8; 16], key: &[u8], signer: &TestKey) -> Vec<u8> {
    let body = [&issuer_id[..], &SUBJECT_ID, key].concat();
    sealed(&body, &signer.sign(&body))
}

/// Body and signature in their template.
pub(crate) fn sealed(body: &[u8], signature: &[u8]) -> Vec<u8> {
    object(0x7f21, &[object(0x5f4e, body), object(0x5f37, signature)].concat())
}

/// What a holder's chip holds, before anybody signs it.
#[derive(Clone)]
pub(crate) struct Content {
    pub(crate) birth_date: &'static str,
    pub(crate) sex: u8,
    /// Objects 90 and 91 of the surface key.
    pub(crate) key: Vec<u8>,
    pub(crate) name: Vec<u8>,
    pub(crate) address: Vec<u8>,
    pub(crate) portrait: Vec<u8>,
}

impl Content {
    /// The card that most tests are about.
    pub(crate) fn of_hanako() -> Self {
        Self {
            birth_date: CANARIES[0],
            sex: b'2',
            key: card_key("surface-card"),
            name: CANARIES[1].into(),
            address: b"canary-address".into(),
            portrait: jp2(CANARIES[2]),
        }
    }

    /// Another holder's card of the same municipality.
    pub(crate) fn of_another() -> Self {
        Self {
            birth_date: "19991231",
            sex: b'1',
            key: card_key("surface-card-2"),
            name: b"another name".into(),
            address: b"another address".into(),
            portrait: jp2("another portrait"),
        }
    }

    pub(crate) fn holder_objects(&self) -> [Vec<u8>; 3] {
        [object(0xdf22, self.birth_date.as_bytes()), object(0xdf23, &[self.sex]), object(0xdf24, &self.key)]
    }

    fn surface(&self) -> Surface {
        let pictures = [object(0xdf25, &self.name), object(0xdf26, &self.address)].concat();
        Surface {
            holder: self.holder_objects().concat(),
            hash: sha256(&pictures).into(),
            pictures,
            portrait: object(0xdf27, &self.portrait),
            signature: Vec::new(),
            certificate: Vec::new(),
        }
    }
}

/// Bytes that begin as JPEG 2000 does; nobody decodes them here.
fn jp2(content: &str) -> Vec<u8> {
    [b"\x00\x00\x00\x0cjP  \r\n\x87\n", content.repeat(30).as_bytes()].concat()
}

/// A surface as a phone sends it, with the pictures that stay on the phone.
#[derive(Clone)]
pub(crate) struct Surface {
    pub(crate) holder: Vec<u8>,
    pub(crate) pictures: Vec<u8>,
    pub(crate) hash: Vec<u8>,
    pub(crate) portrait: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) certificate: Vec<u8>,
}

impl Surface {
    /// Issued by the municipality of these tests.
    pub(crate) fn genuine(content: &Content) -> Self {
        content.surface().signed_by("municipality").certified("municipality")
    }

    /// Signs the three groups as they stand.
    pub(crate) fn signed_by(mut self, municipality: &str) -> Self {
        let groups = [&sha256(&self.holder)[..], &self.hash, &sha256(&self.portrait)];
        self.signature = sign_payload(&test_key(municipality), &payload(&groups));
        self
    }

    /// Encloses the root's certificate for that municipality.
    pub(crate) fn certified(mut self, municipality: &str) -> Self {
        self.certificate = certificate(&ROOT_ID, &card_key(municipality), &test_key("surface-root"));
        self
    }

    pub(crate) fn parts(&self) -> SurfaceParts<'_> {
        SurfaceParts {
            holder: &self.holder,
            pictures: &self.hash,
            portrait: &self.portrait,
            signature: &self.signature,
            certificate: &self.certificate,
        }
    }

    pub(crate) fn parts_mut(&mut self) -> [&mut Vec<u8>; 5] {
        let Self { holder, hash, portrait, signature, certificate, .. } = self;
        [holder, hash, portrait, signature, certificate]
    }
}

/// Writes a root's key as the anchors' directory has it.
pub(crate) fn put_anchor(directory: &Path, id: &[u8; 16], spki: &[u8]) {
    fs::write(directory.join(format!("{}.pem", hex::encode(id))), der::pem("PUBLIC KEY", spki)).unwrap();
}

/// The root of these tests, pinned.
pub(crate) fn anchors() -> SurfaceAnchors {
    let directory = tempfile::tempdir().unwrap();
    put_anchor(directory.path(), &ROOT_ID, &test_key("surface-root").spki());
    SurfaceAnchors::load(directory.path()).unwrap()
}
