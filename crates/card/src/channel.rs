//! One command and its whole answer.
//!
//! Answers in pieces (`61xx`) and wrong lengths (`6Cxx`) end here, bounded. The trace shows header, Lc and status word,
//! never data: they may be a PIN on the way in and a name and address on the way out.

use core::fmt;

use iso7816::{Command, Header, Le, Response, SecretCommand, StatusWord, ins};
use tracing::trace;
use zeroize::Zeroizing;

use crate::error::{CardError, Malformed};
use crate::transport::{CardTransport, TransportError};

/// Most pieces that may follow a first answer. No command here asks for more than 256 bytes, which cards give in a few.
const MOST_PIECES: usize = 16;

/// A card in power. Dropping it takes the power away.
pub struct Channel {
    transport: Box<dyn CardTransport>,
}

impl Channel {
    /// A channel over this transport.
    pub fn new(transport: impl CardTransport + 'static) -> Self {
        Self { transport: Box::new(transport) }
    }

    /// Sends a command and fetches its whole answer, whatever its status.
    ///
    /// # Errors
    /// [`CardError`], but never [`CardError::Refused`].
    pub fn run(&mut self, command: &Command) -> Result<Response, CardError> {
        let header = command.header();
        let mut answer = self.exchange(command)?;
        if let (StatusWord::ExactLength(length), Some(_)) = (answer.sw, command.le()) {
            // The card has not carried it out (ISO/IEC 7816-4 table 6), so asking once more is safe. A command without
            // Le is never given one: it would be another command.
            answer = self.exchange(&command.clone().expecting(Le::from_byte(length)))?;
        }
        let mut data = answer.data;
        let mut pieces = 0;
        while let StatusWord::MoreData(more) = answer.sw {
            if pieces == MOST_PIECES {
                return Err(CardError::Malformed { command: header, what: Malformed::Endless });
            }
            pieces += 1;
            // GET RESPONSE belongs to the interindustry class whatever the command's own class.
            let fetch = Command::new(Header::new(0x00, ins::GET_RESPONSE, 0x00, 0x00));
            answer = self.exchange(&fetch.expecting(Le::from_byte(more)))?;
            data.append(&mut answer.data);
        }
        Ok(Response { data, sw: answer.sw })
    }

    /// Sends a command that must succeed and returns its data.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn run_to_success(&mut self, command: &Command) -> Result<Vec<u8>, CardError> {
        let answer = self.run(command)?;
        match answer.sw {
            StatusWord::Success => Ok(answer.data),
            status => Err(CardError::Refused { command: command.header(), status }),
        }
    }

    /// Sends a command with a PIN, exactly once whatever comes back, and returns the status word.
    ///
    /// # Errors
    /// [`CardError`], but never [`CardError::Refused`]; the card may still have carried the command out.
    pub fn run_secret(&mut self, command: &SecretCommand) -> Result<StatusWord, CardError> {
        // EXPOSE: the card is the one that must see the PIN.
        let answer = self.transmit(command.header(), command.lc(), command.expose())?;
        Ok(answer.sw)
    }

    fn exchange(&mut self, command: &Command) -> Result<Response, CardError> {
        let lc = u8::try_from(command.data().len()).unwrap_or(u8::MAX);
        self.transmit(command.header(), lc, &command.to_bytes())
    }

    fn transmit(&mut self, header: Header, lc: u8, command: &[u8]) -> Result<Response, CardError> {
        let answer = self.transport.transmit(command).inspect_err(|error: &TransportError| {
            trace!(command = %header, lc, %error, "no answer");
        })?;
        // It may be a piece of a name, an address or a face.
        let answer = Zeroizing::new(answer);
        let answer = Response::parse(&answer).map_err(|malformed| {
            let what = Malformed::AnswerLength { found: malformed.found };
            CardError::Malformed { command: header, what }
        })?;
        trace!(command = %header, lc, sw = %answer.sw, "answered");
        Ok(answer)
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.transport.power_down();
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Channel")
    }
}
