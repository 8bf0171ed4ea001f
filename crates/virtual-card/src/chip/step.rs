//! One command: parse, find the handler, decide.

use iso7816::{CommandApdu, Header, Response, StatusWord, ins};

use super::content::Content;
use super::credential::Credentials;
use super::session::Session;
use super::{credential_commands, read, select, sign};
use crate::reset;

/// Everything about the card that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// Survives a loss of power.
    pub(crate) credentials: Credentials,
    /// Does not.
    pub(crate) session: Session,
}

/// Where salts and challenges come from: fills the whole slice.
pub(crate) type Random<'a> = &'a mut dyn FnMut(&mut [u8]);

const CLASS_STANDARD: u8 = 0x00;
const CLASS_PROPRIETARY: u8 = 0x80;

/// What the card answers to `bytes`, and what it is afterwards. No bytes make it panic.
pub(crate) fn step(content: &Content, state: &State, bytes: &[u8], random: Random<'_>) -> (State, Response) {
    let mut next = state.clone();
    let response = CommandApdu::parse(bytes).map_or(Response::status(StatusWord::WrongLength), |command| {
        dispatch(content, &mut next, &command, random)
    });
    (next, response)
}

fn dispatch(content: &Content, state: &mut State, command: &CommandApdu<'_>, random: Random<'_>) -> Response {
    let Header { cla, ins, .. } = command.header;
    match (cla, ins) {
        (CLASS_STANDARD, ins::SELECT) => {
            Response::status(select::select(content, &mut state.session, command))
        }
        (CLASS_STANDARD, ins::READ_BINARY) => read::read_binary(content, &mut state.session, command),
        (CLASS_STANDARD, ins::VERIFY) => {
            Response::status(credential_commands::verify(content, state, command))
        }
        (CLASS_STANDARD, ins::CHANGE_REFERENCE_DATA) => {
            Response::status(credential_commands::change(state, command, random))
        }
        (CLASS_STANDARD, ins::GET_CHALLENGE) => reset::get_challenge(&mut state.session, command, random),
        (CLASS_STANDARD, ins::EXTERNAL_AUTHENTICATE) => {
            Response::status(reset::external_authenticate(content, &mut state.session, command))
        }
        (CLASS_STANDARD, ins::RESET_RETRY_COUNTER) => {
            Response::status(reset::reset_retry_counter(state, command, random))
        }
        (CLASS_PROPRIETARY, ins::PERFORM_SECURITY_OPERATION) => {
            sign::sign(content, &mut state.session, command)
        }
        (CLASS_STANDARD | CLASS_PROPRIETARY, _) => Response::status(StatusWord::UnknownInstruction),
        _ => Response::status(StatusWord::UnknownClass),
    }
}
