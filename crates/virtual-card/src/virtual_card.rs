//! The card as one object: the chip's rules, its power, and its lasting memory.

use std::path::Path;

use aws_lc_rs::rand;
use iso7816::{CommandApdu, Response};

use crate::card_file::CardFile;
use crate::chip::{self, Content, Session, State, sw};
use crate::files::FileError;

/// A software My Number Card. One process at a time has a given card.
pub struct VirtualCard {
    content: Content,
    state: State,
    memory: CardFile,
}

impl VirtualCard {
    /// Takes the card of that file, powered off.
    ///
    /// # Errors
    /// [`FileError::InUse`] while another process has it, else that the file is missing or damaged.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let (memory, content, credentials) = CardFile::open(path)?;
        Ok(Self { content, state: State { credentials, session: Session::default() }, memory })
    }

    /// The answer to reset.
    pub const fn atr(&self) -> &'static [u8] {
        &chip::ATR
    }

    /// Power comes or goes: the session is forgotten.
    pub fn power_cycle(&mut self) {
        self.state.session = Session::default();
    }

    /// A warm reset.
    pub fn reset(&mut self) {
        self.state.session = self.state.session.after_warm_reset();
    }

    /// Answers one command. A changed counter or PIN is durable before this returns; if the memory fails, the answer
    /// is `6581` and nothing has changed.
    pub fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        let response = self.answer(command);
        // Header and status word only: the data may be a PIN or a name.
        match CommandApdu::parse(command) {
            Ok(CommandApdu { header, data, .. }) => {
                tracing::debug!(%header, lc = format_args!("{:02X}", data.len()), sw = %response.sw, "command");
            }
            Err(_) => tracing::debug!(bytes = command.len(), sw = %response.sw, "malformed command"),
        }
        response.to_bytes()
    }

    fn answer(&mut self, command: &[u8]) -> Response {
        let mut random_failed = false;
        let mut random = |bytes: &mut [u8]| random_failed |= rand::fill(bytes).is_err();
        let (next, response) = chip::step(&self.content, &self.state, command, &mut random);
        if random_failed {
            return Response::status(sw::MEMORY_FAILURE);
        }
        if next.credentials != self.state.credentials
            && let Err(error) = self.memory.save(&next.credentials)
        {
            tracing::error!(%error, "the card's memory could not be written");
            return Response::status(sw::MEMORY_FAILURE);
        }
        self.state = next;
        response
    }
}
