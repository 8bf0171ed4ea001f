//! The card reader of a terminal program, and its troubles in both languages.

use std::time::{Duration, Instant};

use card::{Cancel, PcscCard, PcscReader, ReaderError, WaitError};
use wire::problem::Sentence;

use crate::language::sentence;

/// A card that was just put down may still be in another program's hands, or waking up.
const SETTLE: Duration = Duration::from_millis(200);

/// A reader of the PC/SC stack.
#[derive(Clone, Debug)]
pub struct CardReader {
    reader: PcscReader,
}

impl CardReader {
    /// The reader of this name or part of a name; without one, the only reader.
    ///
    /// # Errors
    /// [`ReaderError`], which lists the readers there are.
    pub fn find(name: Option<&str>) -> Result<Self, ReaderError> {
        Ok(Self { reader: PcscReader::find(name)? })
    }

    /// Its full name.
    pub fn name(&self) -> String {
        self.reader.name()
    }

    /// Waits for a card and takes it, exclusively.
    ///
    /// # Errors
    /// [`WaitError`].
    pub fn wait_for_card(&self, patience: Duration) -> Result<PcscCard, WaitError> {
        let begun = Instant::now();
        let cancel = Cancel::new();
        loop {
            let left = patience.saturating_sub(begun.elapsed());
            self.reader.wait_for_card(left, &cancel)?;
            match self.reader.connect() {
                Ok(card) => return Ok(card),
                Err(ReaderError::NoCard | ReaderError::Busy | ReaderError::Mute) if !left.is_zero() => {
                    std::thread::sleep(SETTLE.min(left));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether a card is on the reader now.
    ///
    /// # Errors
    /// [`ReaderError`].
    pub fn has_card(&self) -> Result<bool, ReaderError> {
        self.reader.has_card()
    }

    /// Waits until the reader is empty.
    ///
    /// # Errors
    /// [`WaitError`].
    pub fn wait_for_removal(&self, patience: Duration) -> Result<(), WaitError> {
        self.reader.wait_for_removal(patience, &Cancel::new())
    }
}

/// Why no card could be waited for, and what to do.
pub fn wait_words(error: &WaitError) -> Sentence {
    match error {
        WaitError::TimedOut | WaitError::Cancelled => sentence(
            "カードが置かれませんでした。もう一度はじめからお試しください。",
            "No card was put on the reader in time. Please begin again.",
        ),
        WaitError::Reader(error) => words(error),
    }
}

/// What is wrong with the reader, and what to do.
pub fn words(error: &ReaderError) -> Sentence {
    let list = |names: &[String]| names.iter().map(|name| format!("\n  {name}")).collect::<String>();
    match error {
        ReaderError::NoService => sentence(
            "スマートカードサービス（pcscd）が動いていません。起動してください。",
            "The smart card service (pcscd) does not run. Start it.",
        ),
        ReaderError::NotAllowed => sentence(
            "このユーザーはスマートカードサービスを使えません（polkit の設定を確かめてください）。",
            "This user may not use the smart card service (see its polkit rules).",
        ),
        ReaderError::NoReader => {
            sentence("カードリーダーがつながっていません。", "No card reader is connected. Plug one in.")
        }
        ReaderError::NoSuchReader { wanted, present } => sentence(
            &format!(
                "「{wanted}」というカードリーダーはありません。次から選んで --reader で指定してください：{}",
                list(present)
            ),
            &format!("No reader is called {wanted:?}. Choose one of these with --reader:{}", list(present)),
        ),
        ReaderError::Ambiguous { matching } => sentence(
            &format!(
                "カードリーダーが複数あります。次から選んで --reader で指定してください：{}",
                list(matching)
            ),
            &format!("Several readers fit. Choose one of these with --reader:{}", list(matching)),
        ),
        ReaderError::Unplugged => {
            sentence("カードリーダーが外されました。", "The card reader was unplugged. Plug it in again.")
        }
        ReaderError::NoCard => sentence(
            "カードがありません。カードを置いてください。",
            "No card is on the reader. Put the My Number Card on it.",
        ),
        ReaderError::Busy => sentence(
            "別のプログラムがカードを使っています。終了してから、もう一度お試しください。",
            "Another program is using the card. Close it and try again.",
        ),
        ReaderError::Mute => sentence(
            "カードが応答しません。いったん離し、平らに置き直してください。",
            "The card does not answer. Take it off and put it back, flat.",
        ),
        ReaderError::Code(code) => sentence(
            &format!("カードリーダーに異常があります（{code:08X}）。カードを置き直してください。"),
            &format!("The smart card service failed ({code:08X}). Put the card back and try again."),
        ),
    }
}
