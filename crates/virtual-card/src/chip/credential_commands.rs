//! VERIFY and CHANGE REFERENCE DATA (card facts §2.2, §2.3).

use iso7816::{Blocked, CommandApdu, StatusWord};
use reservation::pin::check_format;

use super::content::Content;
use super::credential::{Credential, Presented, Reference};
use super::ef::Ef;
use super::read::file_by_p2;
use super::step::{Random, State};
use super::sw;

/// Most bytes of a presented secret (JICSAP 6.4.9); longer data are no try.
const MOST_SECRET: usize = 16;
const CURRENT_FILE: u8 = 0x80;
const NEW_VALUE_ONLY: u8 = 0x01;

/// With data: one try. Without data, Lc and Le: the counter, which costs nothing and is told even while the
/// credential is verified.
pub(super) fn verify(content: &Content, state: &mut State, command: &CommandApdu<'_>) -> StatusWord {
    if command.header.p1 != 0 {
        return StatusWord::IncorrectParameters;
    }
    if command.le.is_some() || command.data.len() > MOST_SECRET {
        return StatusWord::WrongLength;
    }
    let credential = match file_by_p2(content, &mut state.session, command.header.p2).map(Ef::credential) {
        Ok(Some(credential)) => credential,
        Ok(None) => return sw::FILE_STRUCTURE,
        Err(sw) => return sw,
    };
    if command.data.is_empty() {
        return StatusWord::tries_left(state.credentials.of(credential).tries_left());
    }
    present(state, credential, command.data)
}

fn present(state: &mut State, credential: Credential, secret: &[u8]) -> StatusWord {
    let (after, presented) = state.credentials.of(credential).present(credential, secret);
    let left = after.tries_left();
    state.credentials.set(credential, after);
    state.session.verified.set(credential, presented == Presented::Right);
    match presented {
        Presented::Right => StatusWord::Success,
        Presented::Wrong => StatusWord::tries_left(left),
        // The try that used up the counter answered 63C0; from then on 6984.
        Presented::WasBlocked => StatusWord::AuthenticationBlocked(Blocked::ReferenceData),
    }
}

/// Sets a new value for the PIN whose file is current and which is verified. A number that is printed on the card
/// cannot be changed.
pub(super) fn change(state: &mut State, command: &CommandApdu<'_>, random: Random<'_>) -> StatusWord {
    if (command.header.p1, command.header.p2) != (NEW_VALUE_ONLY, CURRENT_FILE) {
        return StatusWord::IncorrectParameters;
    }
    if command.le.is_some() || command.data.is_empty() {
        return StatusWord::WrongLength;
    }
    let kind = match state.session.current().map(Ef::credential) {
        Some(Some(Credential::Pin(kind))) => kind,
        Some(Some(Credential::Code(_))) => return StatusWord::SecurityStatusNotSatisfied,
        Some(None) => return sw::FILE_STRUCTURE,
        None => return StatusWord::NoCurrentFile,
    };
    if !state.session.verified.has(kind) {
        return StatusWord::SecurityStatusNotSatisfied;
    }
    if check_format(kind, command.data).is_err() {
        return StatusWord::IncorrectData;
    }
    let pin = state.credentials.of(kind).with_reference(new_reference(command.data, random));
    state.credentials.set(kind, pin);
    StatusWord::Success
}

/// A salted reference for a new PIN.
pub(crate) fn new_reference(pin: &[u8], random: Random<'_>) -> Reference {
    let mut salt = [0; 16];
    random(&mut salt);
    Reference::new(pin, salt)
}
