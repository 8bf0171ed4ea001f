//! Readers of the machine's PC/SC stack.
//!
//! A [`PcscReader`] is a name; every call opens its own context, so that a restart of the smart card service is survived
//! and a thread that waits for a card never holds up one that talks to it. A [`PcscCard`] is a card in power, held
//! exclusively until it is dropped.

mod card;
mod choice;
mod error;
mod wait;

use std::ffi::{CStr, CString};
use std::time::Duration;

use ::pcsc::{Context, Scope};

pub use card::PcscCard;
pub use error::{ReaderError, WaitError};
pub use wait::Cancel;

/// A card reader by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcscReader {
    name: CString,
}

impl PcscReader {
    /// The names of all readers, in the order of the stack; none is an empty list.
    ///
    /// # Errors
    /// [`ReaderError::NoService`] where the smart card service does not run, and what else the stack reports.
    pub fn list() -> Result<Vec<String>, ReaderError> {
        let names = open()?.list_readers_owned();
        match names {
            Ok(names) => Ok(names.iter().map(|name| name.to_string_lossy().into_owned()).collect()),
            Err(::pcsc::Error::NoReadersAvailable) => Ok(Vec::new()),
            Err(error) => Err(ReaderError::from_stack(error)),
        }
    }

    /// The reader of this name, or of the one name that contains it in either case; without a name, the only reader.
    ///
    /// # Errors
    /// [`ReaderError`] lists what there is instead.
    pub fn find(wanted: Option<&str>) -> Result<Self, ReaderError> {
        let name = choice::choose(wanted, Self::list()?)?;
        let name = CString::new(name).expect("a name that came as a C string holds no NUL");
        Ok(Self { name })
    }

    /// The reader's full name.
    pub fn name(&self) -> String {
        self.name.to_string_lossy().into_owned()
    }

    /// Whether a card is on the reader now.
    ///
    /// # Errors
    /// [`ReaderError`].
    pub fn has_card(&self) -> Result<bool, ReaderError> {
        wait::has_card(&open()?, &self.name)
    }

    /// Waits until a card is on the reader, at most this long.
    ///
    /// # Errors
    /// [`WaitError`].
    pub fn wait_for_card(&self, limit: Duration, cancel: &Cancel) -> Result<(), WaitError> {
        wait::until(&open()?, &self.name, wait::Until::Present, limit, cancel)
    }

    /// Waits until the reader is empty, at most this long.
    ///
    /// # Errors
    /// [`WaitError`].
    pub fn wait_for_removal(&self, limit: Duration, cancel: &Cancel) -> Result<(), WaitError> {
        wait::until(&open()?, &self.name, wait::Until::Empty, limit, cancel)
    }

    /// Powers the card on the reader and holds it exclusively.
    ///
    /// # Errors
    /// [`ReaderError::NoCard`], [`ReaderError::Busy`] where another program uses it, and what else the stack reports.
    pub fn connect(&self) -> Result<PcscCard, ReaderError> {
        PcscCard::connect(open()?, self.c_name())
    }

    fn c_name(&self) -> &CStr {
        &self.name
    }
}

fn open() -> Result<Context, ReaderError> {
    Context::establish(Scope::User).map_err(ReaderError::from_stack)
}
