//! READ BINARY (card facts §2.2).

use iso7816::{CommandApdu, Le, Response, StatusWord};

use super::content::Content;
use super::ef::{Access, Ef};
use super::session::Session;
use super::sw;

const SHORT_ID: u8 = 0x80;
const SHORT_ID_BITS: u8 = 0x1F;

pub(super) fn read_binary(content: &Content, session: &mut Session, command: &CommandApdu<'_>) -> Response {
    match piece(content, session, command) {
        Ok(response) => response,
        Err(sw) => Response::status(sw),
    }
}

fn piece(
    content: &Content,
    session: &mut Session,
    command: &CommandApdu<'_>,
) -> Result<Response, StatusWord> {
    let (p1, p2) = (command.header.p1, command.header.p2);
    let le = command.le.filter(|_| command.data.is_empty()).ok_or(StatusWord::WrongLength)?;
    let offset = if p1 & SHORT_ID == 0 {
        u16::from_be_bytes([p1, p2])
    } else {
        select_by_short_id(content, session, p1 & !SHORT_ID)?;
        u16::from(p2)
    };
    let ef = session.current().ok_or(StatusWord::NoCurrentFile)?;
    let file = match ef.access(content) {
        Access::Free(file) => file,
        Access::AfterOneOf(keys, file) if keys.iter().any(|key| session.verified.has(*key)) => file.into(),
        Access::AfterOneOf(..) => return Err(StatusWord::SecurityStatusNotSatisfied),
        Access::Never => return Err(sw::FILE_STRUCTURE),
    };
    let rest =
        file.get(usize::from(offset)..).filter(|rest| !rest.is_empty()).ok_or(StatusWord::OutsideFile)?;
    let data = rest[..le.get().min(rest.len())].to_vec();
    // Le 00 asks for all there is up to 256 bytes, so fewer are no warning.
    let sw = if data.len() < le.get() && le != Le::MAX { StatusWord::EndOfFile } else { StatusWord::Success };
    Ok(Response { data, sw })
}

/// The five low bits name a file of the current application, which becomes the current file.
pub(super) fn select_by_short_id(content: &Content, session: &mut Session, id: u8) -> Result<Ef, StatusWord> {
    if id & !SHORT_ID_BITS != 0 {
        return Err(StatusWord::IncorrectParameters);
    }
    session.enter_file(content, u16::from(id))
}

/// P2 of VERIFY, CHANGE and signing: `80` = the current file, `80` + short identifier = that file.
pub(super) fn file_by_p2(content: &Content, session: &mut Session, p2: u8) -> Result<Ef, StatusWord> {
    match p2 {
        SHORT_ID => session.current().ok_or(StatusWord::NoCurrentFile),
        _ if p2 & SHORT_ID != 0 => select_by_short_id(content, session, p2 & !SHORT_ID),
        _ => Err(StatusWord::IncorrectParameters),
    }
}
