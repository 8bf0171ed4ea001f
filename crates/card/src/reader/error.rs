//! What can be wrong with readers, each with the next step.

/// Why a reader or the card on it cannot be used. Nothing has been sent to a card.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReaderError {
    /// The smart card service does not run.
    #[error("the smart card service does not run: start it, on Debian with `systemctl start pcscd.socket`")]
    NoService,
    /// This user may not use the service.
    #[error(
        "the smart card service refused this user: allow it in the polkit rules for org.debian.pcsc-lite"
    )]
    NotAllowed,
    /// There is no reader at all.
    #[error("no card reader is connected: plug one in")]
    NoReader,
    /// No reader has this name or a name that contains it.
    #[error("no reader is called {wanted:?}: choose one of {}", quoted(present))]
    NoSuchReader {
        /// The name asked for.
        wanted: String,
        /// The names there are.
        present: Vec<String>,
    },
    /// Several readers fit.
    #[error("several readers fit: choose one of {}", quoted(matching))]
    Ambiguous {
        /// Their names.
        matching: Vec<String>,
    },
    /// The reader is there no more.
    #[error("the card reader was unplugged: plug it in again")]
    Unplugged,
    /// The reader is empty.
    #[error("no card is on the reader: put the My Number Card on it")]
    NoCard,
    /// Another program uses the card.
    #[error("another program is using the card: close it and try again")]
    Busy,
    /// The card does not answer to power.
    #[error("the card does not answer: take it off and put it back, face up and flat")]
    Mute,
    /// Another error code of the stack.
    #[error("the smart card service failed with code {0:08X}: take the card off, put it back and try again")]
    Code(u32),
}

impl ReaderError {
    pub(super) fn from_stack(error: ::pcsc::Error) -> Self {
        use ::pcsc::Error as E;
        match error {
            E::NoService | E::ServiceStopped | E::Shutdown => Self::NoService,
            E::SecurityViolation | E::NoAccess => Self::NotAllowed,
            E::NoReadersAvailable => Self::NoReader,
            E::UnknownReader | E::ReaderUnavailable => Self::Unplugged,
            E::NoSmartcard | E::RemovedCard => Self::NoCard,
            E::SharingViolation => Self::Busy,
            E::UnresponsiveCard | E::UnpoweredCard | E::UnsupportedCard | E::ProtoMismatch => Self::Mute,
            other => Self::Code(other as u32),
        }
    }
}

/// Why a wait ended without what was waited for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    /// The time is over.
    #[error("waited in vain")]
    TimedOut,
    /// The caller cancelled.
    #[error("the wait was cancelled")]
    Cancelled,
    /// The reader cannot be used.
    #[error(transparent)]
    Reader(#[from] ReaderError),
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_of_the_stack_that_a_person_can_mend_says_how() {
        for (stack, ours) in [
            (::pcsc::Error::NoService, ReaderError::NoService),
            (::pcsc::Error::SecurityViolation, ReaderError::NotAllowed),
            (::pcsc::Error::NoReadersAvailable, ReaderError::NoReader),
            (::pcsc::Error::UnknownReader, ReaderError::Unplugged),
            (::pcsc::Error::NoSmartcard, ReaderError::NoCard),
            (::pcsc::Error::SharingViolation, ReaderError::Busy),
            (::pcsc::Error::UnresponsiveCard, ReaderError::Mute),
        ] {
            let error = ReaderError::from_stack(stack);
            assert_eq!(error, ours);
            let (_, next_step) = error.to_string().split_once(": ").map(|(a, b)| (a.len(), b.len())).unwrap();
            assert!(next_step > 8, "{error}");
        }
        assert_eq!(ReaderError::from_stack(::pcsc::Error::NoMemory), ReaderError::Code(0x8010_0006));
    }
}
