//! The only reset driver that ships: for the *simulated* command of [`crate::reset`] (docs/card-reset.md).

use card::{CardError, Channel, Malformed, NotDone, PinReset, ResetError};
use iso7816::{Command, Header, Le, SecretCommand, StatusWord, ins};
use reservation::limits::CARD_CHALLENGE_BYTES;
use reservation::pin::PinKind;
use reservation::statement::CardChallenge;
use secret::NewPin;

const GET_CHALLENGE: Header = Header::new(0x00, ins::GET_CHALLENGE, 0x00, 0x00);
const SELECT_FILE: Header = Header::new(0x00, ins::SELECT, 0x02, 0x0C);
const EXTERNAL_AUTHENTICATE: Header = Header::new(0x00, ins::EXTERNAL_AUTHENTICATE, 0x00, 0x00);
const RESET_RETRY_COUNTER: Header = Header::new(0x00, ins::RESET_RETRY_COUNTER, 0x02, 0x80);

/// Resets a PIN of a simulated card.
#[derive(Clone, Copy, Debug, Default)]
pub struct SimulatedReset;

impl PinReset for SimulatedReset {
    fn challenge(&self, card: &mut Channel) -> Result<CardChallenge, CardError> {
        let le = Le::new(CARD_CHALLENGE_BYTES as u16).expect("16 is a length");
        let data = card.run_to_success(&Command::new(GET_CHALLENGE).expecting(le))?;
        data.try_into().map_err(|data: Vec<u8>| CardError::Malformed {
            command: GET_CHALLENGE,
            what: Malformed::DataLength { expected: CARD_CHALLENGE_BYTES, found: data.len() },
        })
    }

    fn reset(&self, card: &mut Channel, authorisation: &[u8], new: &NewPin) -> Result<(), ResetError> {
        authenticate(card, new.kind(), authorisation).map_err(ResetError::NotDone)?;
        // EXPOSE: into a command that wipes itself, for the card.
        let command = SecretCommand::new(RESET_RETRY_COUNTER, new.expose())
            .expect("a new PIN that was chosen has 4 to 16 characters");
        match card.run_secret(&command) {
            Ok(StatusWord::Success) => Ok(()),
            // Any other status word says that nothing was changed.
            Ok(StatusWord::IncorrectData) => Err(ResetError::NotDone(NotDone::NewPinRefused)),
            Ok(status) => Err(ResetError::NotDone(refused(RESET_RETRY_COUNTER, status))),
            // The command left; no answer, or none that can be read, tells nothing.
            Err(error) => Err(ResetError::Unknown(error)),
        }
    }
}

fn authenticate(card: &mut Channel, target: PinKind, authorisation: &[u8]) -> Result<(), NotDone> {
    let file: [u8; 2] = match target {
        PinKind::User => [0x00, 0x18],
        PinKind::Signature => [0x00, 0x1B],
    };
    run(card, SELECT_FILE, &file)?;
    // The card knows only one length, so any other is no authorisation.
    let unlike_any = |_| NotDone::AuthorisationRefused;
    let authorisation = <[u8; 64]>::try_from(authorisation).map_err(unlike_any)?;
    run(card, EXTERNAL_AUTHENTICATE, &authorisation)
}

fn run(card: &mut Channel, header: Header, data: &[u8]) -> Result<(), NotDone> {
    let command = Command::new(header).with_data(data).expect("2 and 64 bytes fit");
    match card.run(&command) {
        Ok(response) if response.sw.is_success() => Ok(()),
        Ok(response) => Err(refused(header, response.sw)),
        Err(CardError::Transport(error)) => Err(NotDone::Transport(error)),
        Err(error) => Err(NotDone::Card(error)),
    }
}

/// The card's words for EXTERNAL AUTHENTICATE and RESET RETRY COUNTER.
fn refused(command: Header, status: StatusWord) -> NotDone {
    match status {
        StatusWord::WrongUncounted => NotDone::AuthorisationRefused,
        StatusWord::ConditionsNotSatisfied => NotDone::NoChallenge,
        StatusWord::SecurityStatusNotSatisfied => NotDone::KnownPinNotVerified,
        status => NotDone::Card(CardError::Refused { command, status }),
    }
}
