//! The files of the surface application (券面事項確認AP), as the *simulated* issuer writes them (card facts §3).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use iso7816::tlv::{self, Tag};
use time::Date;

use super::IssuerError;
use super::cv::{self, Municipality};
use super::key::RsaKey;
use super::printed::Printed;
use crate::card_file::NewSurface;
use crate::picture::{Font, line_of_text};

/// READ BINARY reaches as far as this, since its offset has 15 bits.
const MOST_BYTES: usize = 0x8000;
/// Number of objects behind the table of offsets in EF 0002.
const OBJECTS: usize = 9;

/// Makes key and files.
pub(crate) fn make(
    printed: &Printed,
    portrait: &[u8],
    municipality: &Municipality,
) -> Result<(NewSurface, RsaKey), IssuerError> {
    let key = RsaKey::generate()?;
    let public = cv::public_key(&key)?;
    let surface = NewSurface {
        private_key: key.to_pkcs8()?,
        age: age(printed, &public, municipality)?,
        face: face(printed, portrait, &public, municipality)?,
        basic: basic()?,
        certificate: municipality.certificate().to_vec(),
    };
    Ok((surface, key))
}

/// EF 0001.
fn age(printed: &Printed, public: &[u8], municipality: &Municipality) -> Result<Vec<u8>, IssuerError> {
    let signed = [object(0xDF11, &day(printed.birth_date))?, object(0xDF12, public)?].concat();
    let signature = municipality.sign(&[digest(&SHA256, &signed).as_ref()])?;
    object(0xFF10, &[signed, object(0xDF13, &signature)?].concat())
}

/// EF 0002.
fn face(
    printed: &Printed,
    portrait: &[u8],
    public: &[u8],
    municipality: &Municipality,
) -> Result<Vec<u8>, IssuerError> {
    let font = Font::find()?;
    let holder = [
        object(0xDF22, &day(printed.birth_date))?,
        object(0xDF23, printed.sex.digit().as_bytes())?,
        object(0xDF24, public)?,
    ];
    let pictures = [
        object(0xDF25, &line_of_text(&font, &printed.name)?)?,
        object(0xDF26, &line_of_text(&font, &printed.address)?)?,
    ];
    let portrait = object(0xDF27, portrait)?;
    let hashes = [holder.concat(), pictures.concat(), portrait.clone()].map(|group| digest(&SHA256, &group));
    let signature = municipality.sign(&hashes.each_ref().map(AsRef::as_ref))?;
    let objects: Vec<_> = holder
        .into_iter()
        .chain(pictures)
        .chain([
            portrait,
            object(0xDF28, &signature)?,
            // Neither of these two is signed.
            object(0xDF29, &day(printed.expires))?,
            object(0xDF2A, &line_of_text(&font, &printed.security_code.to_string())?)?,
        ])
        .collect();
    with_offsets(&objects)
}

/// Puts the table of offsets in front, each from the first byte of the file to the first of an object, and the template
/// around all.
fn with_offsets(objects: &[Vec<u8>]) -> Result<Vec<u8>, IssuerError> {
    // FF20, 82 and two bytes of length: there is a portrait, so it is never shorter.
    let mut at = 5 + object(0xDF21, &[0; 2 * OBJECTS])?.len();
    let mut table = Vec::with_capacity(2 * OBJECTS);
    for object in objects {
        table.extend_from_slice(&u16::try_from(at).map_err(|_| IssuerError::PortraitTooLarge)?.to_be_bytes());
        at += object.len();
    }
    let file = object(0xFF20, &[object(0xDF21, &table)?, objects.concat()].concat())?;
    if file.len() == at && file.len() <= MOST_BYTES { Ok(file) } else { Err(IssuerError::PortraitTooLarge) }
}

/// EF 0003. What most of it means is not public; here it has the shape and says nothing.
fn basic() -> Result<Vec<u8>, IssuerError> {
    let mut opaque = [0; 256];
    rand::fill(&mut opaque).map_err(|_| IssuerError::Crypto)?;
    let fields = [
        object(0xDF31, &[0x06, 0x03, 0x0E, 0x01])?,
        object(0xDF32, &cv::BASIC_KEY_ID)?,
        object(0xDF33, &[0])?,
        object(0xDF34, cv::MUNICIPALITY.as_bytes())?,
        object(0xDF35, &[&cv::BASIC_KEY_ID[..], &opaque].concat())?,
    ];
    object(0xFF30, &fields.concat())
}

pub(super) fn object(tag: u32, value: &[u8]) -> Result<Vec<u8>, IssuerError> {
    let mut bytes = Vec::with_capacity(value.len() + 6);
    tlv::write(&mut bytes, Tag(tag), value).map_err(|_| IssuerError::PortraitTooLarge)?;
    Ok(bytes)
}

/// `YYYYMMDD`, Gregorian.
fn day(date: Date) -> Vec<u8> {
    format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day()).into_bytes()
}
