//! The signing command `80 2A` and its six schemes (card facts §2.2).

use aws_lc_rs::digest::{Digest, SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use iso7816::{CommandApdu, Le, Response, StatusWord};

use super::content::{Content, SigningKey};
use super::credential::Credential;
use super::ef::Ef;
use super::jpki_files::JpkiEf;
use super::read::file_by_p2;
use super::session::{Place, Session};
use super::sw;

/// Bytes of an RSA-2048 signature.
const SIGNATURE_BYTES: usize = 256;
/// PKCS #1 v1.5 needs eleven bytes of padding.
const LONGEST_BLOCK: usize = SIGNATURE_BYTES - 11;
const SHA256_BYTES: usize = 32;
/// P2: the key that belongs to the application, not to a person. Only the surface application has one.
const APPLICATIONS_OWN_KEY: u8 = 0x00;

/// P1: who hashes, and how the block is padded.
#[derive(Clone, Copy)]
enum Scheme {
    /// 00: any block of 1 to 245 bytes, padded as PKCS #1 v1.5. The terminal builds the DigestInfo.
    Verbatim,
    /// 01: the card hashes; the bare hash, padded as PKCS #1 v1.5.
    BareHash,
    /// 02: a SHA-256 hash, wrapped in a DigestInfo by the card.
    PreHashed,
    /// 03: the card hashes and wraps.
    Hashed,
    /// 04: a SHA-256 hash, PSS.
    PreHashedPss,
    /// 05: the card hashes, PSS.
    HashedPss,
}

impl Scheme {
    const fn by_p1(p1: u8) -> Option<Self> {
        Some(match p1 {
            0 => Self::Verbatim,
            1 => Self::BareHash,
            2 => Self::PreHashed,
            3 => Self::Hashed,
            4 => Self::PreHashedPss,
            5 => Self::HashedPss,
            _ => return None,
        })
    }
}

pub(super) fn sign(content: &Content, session: &mut Session, command: &CommandApdu<'_>) -> Response {
    match try_sign(content, session, command) {
        Ok(signature) => Response::success(signature),
        Err(sw) => Response::status(sw),
    }
}

fn try_sign(
    content: &Content,
    session: &mut Session,
    command: &CommandApdu<'_>,
) -> Result<Vec<u8>, StatusWord> {
    let scheme = Scheme::by_p1(command.header.p1).ok_or(StatusWord::IncorrectParameters)?;
    let (key, guard) = key_by_p2(content, session, command.header.p2)?;
    if command.data.is_empty() {
        return Err(StatusWord::WrongLength);
    }
    if command.le.is_some_and(|le| le != Le::MAX) {
        return Err(StatusWord::ExactLength(Le::MAX.to_byte()));
    }
    if guard.is_some_and(|guard| !session.verified.has(guard)) {
        return Err(StatusWord::SecurityStatusNotSatisfied);
    }
    apply(key, scheme, command.data)
}

/// The key, and what has to be verified before it signs.
fn key_by_p2<'a>(
    content: &'a Content,
    session: &mut Session,
    p2: u8,
) -> Result<(&'a SigningKey, Option<Credential>), StatusWord> {
    if p2 == APPLICATIONS_OWN_KEY && matches!(session.place, Place::Surface { .. }) {
        return Ok((&content.surface.key, None));
    }
    match file_by_p2(content, session, p2)? {
        Ef::Jpki(JpkiEf::Key(kind)) => {
            Ok((&content.key(kind).ok_or(StatusWord::NotFound)?.key, Some(kind.into())))
        }
        _ => Err(sw::FILE_STRUCTURE),
    }
}

fn apply(key: &SigningKey, scheme: Scheme, data: &[u8]) -> Result<Vec<u8>, StatusWord> {
    match scheme {
        Scheme::Verbatim => pad_and_sign(key, data),
        Scheme::BareHash => pad_and_sign(key, digest(&SHA256, data).as_ref()),
        Scheme::PreHashed => sign_hash(key, &RSA_PKCS1_SHA256, &imported(data)?),
        Scheme::Hashed => sign_hash(key, &RSA_PKCS1_SHA256, &digest(&SHA256, data)),
        Scheme::PreHashedPss => sign_hash(key, &RSA_PSS_SHA256, &imported(data)?),
        Scheme::HashedPss => sign_hash(key, &RSA_PSS_SHA256, &digest(&SHA256, data)),
    }
}

fn imported(hash: &[u8]) -> Result<Digest, StatusWord> {
    if hash.len() != SHA256_BYTES {
        return Err(StatusWord::ConditionsNotSatisfied);
    }
    Digest::import_less_safe(hash, &SHA256).map_err(|_| StatusWord::ConditionsNotSatisfied)
}

fn sign_hash(
    key: &SigningKey,
    encoding: &'static dyn RsaEncoding,
    hash: &Digest,
) -> Result<Vec<u8>, StatusWord> {
    key.sign_hash(encoding, hash).ok_or(sw::MEMORY_FAILURE)
}

/// PKCS #1 v1.5 over the block as it is.
fn pad_and_sign(key: &SigningKey, block: &[u8]) -> Result<Vec<u8>, StatusWord> {
    if block.len() > LONGEST_BLOCK {
        return Err(StatusWord::ConditionsNotSatisfied);
    }
    key.sign_block(block).ok_or(sw::MEMORY_FAILURE)
}
