//! A card in power on a reader, held exclusively.

use core::fmt;
use std::ffi::{CStr, CString};
use std::time::Duration;

use ::pcsc::{Card, Context, Disposition, Error, Protocols, ShareMode};
use tracing::debug;

use crate::reader::error::ReaderError;
use crate::reader::wait::{self, Cancel, Until};
use crate::transport::{CardTransport, ReaderFault, TransportError};

/// How long after an unclear error the stack may need to see that the card has gone; pcscd looks every 0.4 s.
const REMOVAL_SEEN_WITHIN: Duration = Duration::from_secs(1);

/// A card in power, held exclusively: no other program gets between two commands. Dropping it takes the power away.
pub struct PcscCard {
    context: Context,
    reader: CString,
    /// `None` once the power is off.
    card: Option<Card>,
}

impl PcscCard {
    pub(super) fn connect(context: Context, reader: &CStr) -> Result<Self, ReaderError> {
        let card =
            context.connect(reader, ShareMode::Exclusive, Protocols::ANY).map_err(ReaderError::from_stack)?;
        Ok(Self { context, reader: reader.to_owned(), card: Some(card) })
    }

    /// Errors of the stack that surface in the middle of a dialogue. Some say plainly that the card is gone; others
    /// also occur when it is pulled in mid-command, and then the reader's state tells.
    fn tell(&self, error: Error) -> TransportError {
        match error {
            Error::RemovedCard | Error::NoSmartcard | Error::ResetCard | Error::UnpoweredCard => {
                return TransportError::Removed;
            }
            Error::SharingViolation => return TransportError::Busy,
            Error::NoService | Error::ServiceStopped | Error::Shutdown | Error::InvalidHandle => {
                return TransportError::Reader(ReaderFault::ServiceStopped);
            }
            Error::UnknownReader | Error::ReaderUnavailable => {
                return TransportError::Reader(ReaderFault::Unplugged);
            }
            _ => {}
        }
        let gone =
            wait::until(&self.context, &self.reader, Until::Empty, REMOVAL_SEEN_WITHIN, &Cancel::new())
                .is_ok();
        match error {
            _ if gone => TransportError::Removed,
            Error::NotTransacted | Error::CommError | Error::UnresponsiveCard | Error::Timeout => {
                TransportError::Reader(ReaderFault::NoAnswer)
            }
            other => TransportError::Reader(ReaderFault::Code(other as u32)),
        }
    }
}

impl CardTransport for PcscCard {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let card = self.card.as_ref().ok_or(TransportError::Removed)?;
        let mut buffer = [0; ::pcsc::MAX_BUFFER_SIZE];
        match card.transmit(command, &mut buffer) {
            Ok(answer) => Ok(answer.to_vec()),
            Err(error) => Err(self.tell(error)),
        }
    }

    fn power_down(&mut self) {
        let Some(card) = self.card.take() else { return };
        if let Err((card, error)) = card.disconnect(Disposition::UnpowerCard) {
            // Gone with its power already, or the service has stopped. Dropping the handle still asks for a reset.
            debug!(%error, "the card could not be powered down");
            drop(card);
        }
    }
}

impl Drop for PcscCard {
    fn drop(&mut self) {
        self.power_down();
    }
}

impl fmt::Debug for PcscCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PcscCard({:?})", self.reader)
    }
}
