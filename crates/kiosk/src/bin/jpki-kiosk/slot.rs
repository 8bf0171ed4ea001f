//! The kiosk's reader over PC/SC.

use std::time::Duration;

use card::{CardTransport, WaitError};
use client::reader::CardReader;
use kiosk::{CardGone, NoCard, Reader};

/// The slot into which holders put their cards.
pub(crate) struct Slot {
    reader: CardReader,
    /// Why the reader did not work, for the text at the end.
    pub(crate) trouble: Option<WaitError>,
}

impl Slot {
    pub(crate) fn new(reader: CardReader) -> Self {
        Self { reader, trouble: None }
    }

    /// Whether a card is to be taken away; a reader that cannot tell has none.
    pub(crate) fn has_card(&self) -> bool {
        self.reader.has_card().unwrap_or(false)
    }
}

impl Reader for Slot {
    fn wait_for_card(&mut self, patience: Duration) -> Result<Box<dyn CardTransport>, NoCard> {
        match self.reader.wait_for_card(patience) {
            Ok(card) => Ok(Box::new(card)),
            Err(error @ (WaitError::TimedOut | WaitError::Cancelled)) => {
                self.trouble = Some(error);
                Err(NoCard::NotInTime)
            }
            Err(error @ WaitError::Reader(_)) => {
                self.trouble = Some(error);
                Err(NoCard::ReaderFailed)
            }
        }
    }

    fn wait_for_removal(&mut self, patience: Duration) -> CardGone {
        match self.reader.wait_for_removal(patience) {
            Ok(()) => CardGone::Yes,
            Err(error) => {
                tracing::debug!(%error, "the card is still on the reader");
                CardGone::No
            }
        }
    }
}
