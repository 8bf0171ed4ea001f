//! The card reader as the kiosk sees it.

use std::time::Duration;

use card::CardTransport;

/// Why there is no card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCard {
    /// None was put on the reader in time.
    #[error("no card was put on the reader in time")]
    NotInTime,
    /// The reader, or what drives it, does not work.
    #[error("the reader does not work")]
    ReaderFailed,
}

/// Whether the card is still on the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardGone {
    /// It has left.
    Yes,
    /// It is still there, or the reader cannot tell.
    No,
}

/// A reader that takes one card at a time. Calls block.
pub trait Reader {
    /// Waits for a card, gives it power and holds it exclusively.
    ///
    /// # Errors
    /// [`NoCard`].
    fn wait_for_card(&mut self, patience: Duration) -> Result<Box<dyn CardTransport>, NoCard>;

    /// Waits until the card has left.
    fn wait_for_removal(&mut self, patience: Duration) -> CardGone;
}
