//! The *simulated* reset of a PIN by authorisation. The real card's command is not public; this one is ours, built of
//! ISO/IEC 7816-4 commands, and fixed in `docs/card-reset.md`.
//!
//! # Commands and status words
//!
//! In this order, in one session of the JPKI application. Before, between and after them any other command may come:
//! the terminal selects the *known* PIN's file and verifies it between steps 1 and 2, and signs its claim.
//!
//! | step | command | answer |
//! |---|---|---|
//! | 1 | GET CHALLENGE `00 84 00 00 10` | 16 bytes, `9000` |
//! | 2 | SELECT the *target* PIN's file: `00 A4 02 0C 02 00 18` (user) or `00 1B` (signature) | `9000` |
//! | 3 | EXTERNAL AUTHENTICATE `00 82 00 00 40` and 64 bytes `r ‖ s` | `9000` |
//! | 4 | RESET RETRY COUNTER `00 2C 02 80 Lc` and the new PIN, the target's file still current | `9000` |
//!
//! The 64 bytes are the authority's ECDSA signature, P-256 with SHA-256, over the bytes of
//! [`ResetStatement`] {target, challenge, SHA-256 of the SubjectPublicKeyInfo of the card's known-PIN key}. The card
//! builds the statement itself: the target is the PIN whose file is current, the challenge is the one it drew last,
//! the key is its own.
//!
//! EXTERNAL AUTHENTICATE checks in this order:
//!
//! | word | meaning |
//! |---|---|
//! | `6A86` | P1-P2 is not `00 00` |
//! | `6700` | not 64 bytes of data, or an Le |
//! | `6986` | no file is current (the application is not selected, or nothing in it) |
//! | `6981` | the current file is no PIN |
//! | `6A88` | the card was issued without an authority's key, or has no key under the known PIN |
//! | `6985` | there is no challenge: none was drawn, or it is used up |
//! | `6982` | the known PIN is not verified |
//! | `6300` | the signature is not the authority's over this statement: another card, target or challenge |
//! | `9000` | one RESET RETRY COUNTER of this target is allowed |
//!
//! RESET RETRY COUNTER checks in this order:
//!
//! | word | meaning |
//! |---|---|
//! | `6A86` | P1-P2 is not `02 80` |
//! | `6700` | no data, or an Le |
//! | `6986` | no file is current |
//! | `6981` | the current file is no PIN |
//! | `6982` | no authentication for this target, or the known PIN is no longer verified |
//! | `6A80` | the new PIN has not the target's format |
//! | `6581` | the memory failed; nothing has changed |
//! | `9000` | the PIN is the new one and its counter is full, both at once and durably; it still is to be verified |
//!
//! A challenge ends with a new GET CHALLENGE of whatever length (only one of 16 bytes begins a reset), with any
//! EXTERNAL AUTHENTICATE whatever its answer, with a SELECT of an application, a reset and the loss of power. An
//! authentication ends with any EXTERNAL AUTHENTICATE, RESET RETRY COUNTER or GET CHALLENGE whatever its answer, and
//! with the same events. So an authorisation is good for one card, one target and one try.

#[cfg(test)]
mod vectors;

use iso7816::{CommandApdu, Response, StatusWord};
use reservation::limits::CARD_CHALLENGE_BYTES;
use reservation::pin::{PinKind, check_format};
use reservation::statement::ResetStatement;

use crate::chip::{
    Content, CredentialState, Ef, JpkiEf, Random, ResetProgress, Session, State, new_reference, sw,
};

/// r‖s of P-256.
const AUTHORISATION_BYTES: usize = 64;
/// P1-P2 of RESET RETRY COUNTER: the data are the new PIN alone; it is that of the current file.
const NEW_PIN_OF_CURRENT_FILE: (u8, u8) = (0x02, 0x80);

/// Any length from 1 to 256 is answered, as the real card does; 16 bytes begin a reset.
pub(crate) fn get_challenge(
    session: &mut Session,
    command: &CommandApdu<'_>,
    random: Random<'_>,
) -> Response {
    session.reset = ResetProgress::Idle;
    if (command.header.p1, command.header.p2) != (0, 0) {
        return Response::status(StatusWord::IncorrectParameters);
    }
    let Some(le) = command.le.filter(|_| command.data.is_empty()) else {
        return Response::status(StatusWord::WrongLength);
    };
    let mut challenge = vec![0; le.get()];
    random(&mut challenge);
    if let Ok(challenge) = <[u8; CARD_CHALLENGE_BYTES]>::try_from(challenge.as_slice()) {
        session.reset = ResetProgress::Challenged(challenge);
    }
    Response::success(challenge)
}

/// Checks the authority's signature. Uses up the challenge, and an earlier authentication, in any case.
pub(crate) fn external_authenticate(
    content: &Content,
    session: &mut Session,
    command: &CommandApdu<'_>,
) -> StatusWord {
    let progress = std::mem::take(&mut session.reset);
    match authenticate(content, session, progress, command) {
        Ok(target) => {
            session.reset = ResetProgress::Authorised(target);
            StatusWord::Success
        }
        Err(sw) => sw,
    }
}

fn authenticate(
    content: &Content,
    session: &Session,
    progress: ResetProgress,
    command: &CommandApdu<'_>,
) -> Result<PinKind, StatusWord> {
    if (command.header.p1, command.header.p2) != (0, 0) {
        return Err(StatusWord::IncorrectParameters);
    }
    if command.data.len() != AUTHORISATION_BYTES || command.le.is_some() {
        return Err(StatusWord::WrongLength);
    }
    let target = current_pin(session)?;
    let authority = content.authority.as_ref().ok_or(sw::REFERENCE_NOT_FOUND)?;
    let known_key = content.key(target.other()).ok_or(sw::REFERENCE_NOT_FOUND)?.hash;
    let ResetProgress::Challenged(card_challenge) = progress else {
        return Err(StatusWord::ConditionsNotSatisfied);
    };
    if !session.verified.has(target.other()) {
        return Err(StatusWord::SecurityStatusNotSatisfied);
    }
    let statement = ResetStatement { target, card_challenge, known_key };
    if authority.has_signed(&statement.to_bytes(), command.data) {
        Ok(target)
    } else {
        Err(StatusWord::WrongUncounted)
    }
}

/// Sets the new PIN and fills its counter. Uses up the authentication in any case.
pub(crate) fn reset_retry_counter(
    state: &mut State,
    command: &CommandApdu<'_>,
    random: Random<'_>,
) -> StatusWord {
    let progress = std::mem::take(&mut state.session.reset);
    match allowed(&state.session, progress, command) {
        Ok(target) => {
            let pin = CredentialState::full(target, new_reference(command.data, random));
            state.credentials.set(target, pin);
            // The new PIN was set, not presented: whoever is to use the key has to know it.
            state.session.verified.set(target, false);
            StatusWord::Success
        }
        Err(sw) => sw,
    }
}

fn allowed(
    session: &Session,
    progress: ResetProgress,
    command: &CommandApdu<'_>,
) -> Result<PinKind, StatusWord> {
    if (command.header.p1, command.header.p2) != NEW_PIN_OF_CURRENT_FILE {
        return Err(StatusWord::IncorrectParameters);
    }
    if command.data.is_empty() || command.le.is_some() {
        return Err(StatusWord::WrongLength);
    }
    let target = current_pin(session)?;
    if progress != ResetProgress::Authorised(target) || !session.verified.has(target.other()) {
        return Err(StatusWord::SecurityStatusNotSatisfied);
    }
    check_format(target, command.data).map_err(|_| StatusWord::IncorrectData)?;
    Ok(target)
}

fn current_pin(session: &Session) -> Result<PinKind, StatusWord> {
    match session.current() {
        Some(Ef::Jpki(JpkiEf::Pin(kind))) => Ok(kind),
        Some(_) => Err(sw::FILE_STRUCTURE),
        None => Err(StatusWord::NoCurrentFile),
    }
}
