//! The surface application: its dialogue, its files, and cards that answer anything.

mod dialogue;
mod files;
pub(crate) mod front;
mod hostile;
mod test_card;
