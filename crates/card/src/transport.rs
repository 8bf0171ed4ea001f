//! What carries bytes to a card and back.

/// Why no answer came. The caller can put the card back, wait for the other program, or see to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The card left the field, lost power or was reset: whatever was verified is forgotten.
    #[error("the card was removed: put it back on the reader and leave it there")]
    Removed,
    /// Another program holds the card.
    #[error("another program is using the card: close it and try again")]
    Busy,
    /// The reader, or what drives it, failed while the card may still be there.
    #[error("the card reader failed ({0}): take the card off, put it back and try again")]
    Reader(ReaderFault),
}

/// What went wrong with a reader, for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReaderFault {
    /// The reader was unplugged.
    #[error("it was unplugged")]
    Unplugged,
    /// The service that drives readers stopped.
    #[error("the smart card service stopped")]
    ServiceStopped,
    /// The card gave no answer, or none that the reader understood.
    #[error("the card does not answer")]
    NoAnswer,
    /// An error code of the stack below.
    #[error("code {0:08X}")]
    Code(u32),
}

/// A powered card, held exclusively: nobody else's commands come between ours.
///
/// Calls block. An implementation neither repeats a command nor keeps or prints its bytes, which may hold a PIN.
pub trait CardTransport: Send {
    /// Sends one command APDU and returns the answer's bytes, status word included, as the card gave them.
    ///
    /// # Errors
    /// [`TransportError`] where no whole answer came; the card may still have carried the command out.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError>;

    /// Takes power from the card, so that whatever was verified is forgotten. Called at the end of every session, also
    /// after errors and more than once; afterwards `transmit` answers [`TransportError::Removed`].
    fn power_down(&mut self);
}

impl<T: CardTransport + ?Sized> CardTransport for Box<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        (**self).transmit(command)
    }

    fn power_down(&mut self) {
        (**self).power_down();
    }
}
