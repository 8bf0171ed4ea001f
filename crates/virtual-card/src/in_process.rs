//! A card without a reader: the transport that hands commands straight to a [`VirtualCard`], and fails where a test
//! wants it to.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use card::{CardTransport, ReaderFault, TransportError};

use crate::files::FileError;
use crate::virtual_card::VirtualCard;

/// A card and whoever may put it on a reader. Clones are the same card.
#[derive(Clone)]
pub struct CardInHand(Arc<Mutex<Shared>>);

struct Shared {
    card: VirtualCard,
    /// The insertion that is going on, if any.
    on_reader: Option<usize>,
    insertions: usize,
    commands: usize,
}

impl Shared {
    fn pull(&mut self) {
        self.on_reader = None;
        self.card.power_cycle();
    }
}

/// Where a transport fails. Commands are counted from 1 on each time the card is put on the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Fault {
    /// Nowhere.
    #[default]
    None,
    /// The card is pulled before this command reaches it.
    PulledBefore(usize),
    /// The card carries this command out and is pulled before its answer arrives.
    PulledDuring(usize),
    /// The card is pulled after its answer to this command.
    PulledAfter(usize),
    /// The card carries this command out and stays, but its answer is lost.
    AnswerLost(usize),
}

impl CardInHand {
    /// Takes the card of that file.
    ///
    /// # Errors
    /// As [`VirtualCard::open`].
    pub fn open(path: &Path) -> Result<Self, FileError> {
        Ok(Self::new(VirtualCard::open(path)?))
    }

    /// This card.
    pub fn new(card: VirtualCard) -> Self {
        Self(Arc::new(Mutex::new(Shared { card, on_reader: None, insertions: 0, commands: 0 })))
    }

    /// Puts the card on a reader.
    ///
    /// # Errors
    /// [`TransportError::Busy`] while it is on one.
    pub fn on_reader(&self) -> Result<InProcess, TransportError> {
        self.on_reader_with(Fault::None)
    }

    /// Puts the card on a reader that will fail.
    ///
    /// # Errors
    /// [`TransportError::Busy`] while it is on one.
    pub fn on_reader_with(&self, fault: Fault) -> Result<InProcess, TransportError> {
        let mut shared = self.lock();
        if shared.on_reader.is_some() {
            return Err(TransportError::Busy);
        }
        shared.insertions += 1;
        let insertion = shared.insertions;
        shared.on_reader = Some(insertion);
        drop(shared);
        Ok(InProcess { hand: self.clone(), insertion, fault, sent: 0 })
    }

    /// Takes the card off whatever reader it is on.
    pub fn pull(&self) {
        self.lock().pull();
    }

    /// How many commands the card has carried out since it was taken.
    pub fn commands(&self) -> usize {
        self.lock().commands
    }

    /// A panic elsewhere leaves the card as whole as a loss of power does.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The card on a reader, powered. Off the reader when dropped.
pub struct InProcess {
    hand: CardInHand,
    insertion: usize,
    fault: Fault,
    sent: usize,
}

impl CardTransport for InProcess {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.sent += 1;
        let mut shared = self.hand.lock();
        if shared.on_reader != Some(self.insertion) {
            return Err(TransportError::Removed);
        }
        if self.fault == Fault::PulledBefore(self.sent) {
            shared.pull();
            return Err(TransportError::Removed);
        }
        shared.commands += 1;
        let answer = shared.card.transmit(command);
        match self.fault {
            Fault::PulledDuring(nth) if nth == self.sent => {
                shared.pull();
                Err(TransportError::Removed)
            }
            Fault::PulledAfter(nth) if nth == self.sent => {
                shared.pull();
                Ok(answer)
            }
            Fault::AnswerLost(nth) if nth == self.sent => Err(TransportError::Reader(ReaderFault::NoAnswer)),
            _ => Ok(answer),
        }
    }

    fn power_down(&mut self) {
        let mut shared = self.hand.lock();
        if shared.on_reader == Some(self.insertion) {
            shared.pull();
        }
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        self.power_down();
    }
}
