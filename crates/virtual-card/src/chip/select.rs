//! SELECT (card facts §1, §2.2).

use iso7816::{CommandApdu, StatusWord};

use super::content::Content;
use super::session::{Place, Session};

/// 公的個人認証AP.
const JPKI: &[u8] = &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// 券面事項確認AP. It answers to its whole name only: shorter prefixes are also those of applications that a real card
/// has and this one has not.
const SURFACE: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
/// GlobalPlatform's issuer security domain: selecting it restores the master file.
const SECURITY_DOMAIN: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];
/// An application is found by a prefix of its name, from the five bytes of a registered provider on.
const SHORTEST_PREFIX: usize = 5;

const BY_NAME: u8 = 0x04;
const EF_UNDER_CURRENT: u8 = 0x02;
const BY_ID: u8 = 0x00;
const NO_ANSWER_DATA: u8 = 0x0C;
/// P2 that asks for file control information. We have none and give none.
const WITH_FILE_CONTROL: u8 = 0x00;

pub(super) fn select(content: &Content, session: &mut Session, command: &CommandApdu<'_>) -> StatusWord {
    match (command.header.p1, command.data) {
        (BY_NAME, name) => select_application(session, name, command.header.p2),
        (EF_UNDER_CURRENT, &[high, low]) => {
            select_file(content, session, u16::from_be_bytes([high, low]), command.header.p2)
        }
        (EF_UNDER_CURRENT, _) => StatusWord::WrongLength,
        // Quirk: refused after power-on, without effect in an application. The master file has no identifier.
        (BY_ID, []) => match session.place {
            Place::MasterFile => StatusWord::IncorrectParameters,
            Place::Jpki { .. } | Place::Surface { .. } => StatusWord::Success,
        },
        (BY_ID, _) => StatusWord::NotFound,
        _ => StatusWord::IncorrectParameters,
    }
}

fn select_application(session: &mut Session, name: &[u8], p2: u8) -> StatusWord {
    let is = |application: &[u8]| name.len() >= SHORTEST_PREFIX && application.starts_with(name);
    let place = if is(JPKI) {
        Place::Jpki { current: None }
    } else if name == SURFACE {
        Place::Surface { current: None }
    } else if is(SECURITY_DOMAIN) {
        Place::MasterFile
    } else {
        return StatusWord::NotFound;
    };
    if !matches!(p2, NO_ANSWER_DATA | WITH_FILE_CONTROL) {
        return StatusWord::IncorrectParameters;
    }
    *session = session.entered(place);
    StatusWord::Success
}

fn select_file(content: &Content, session: &mut Session, id: u16, p2: u8) -> StatusWord {
    if !matches!(p2, NO_ANSWER_DATA | WITH_FILE_CONTROL) {
        return StatusWord::IncorrectParameters;
    }
    match session.enter_file(content, id) {
        Ok(_) => StatusWord::Success,
        Err(sw) => sw,
    }
}
