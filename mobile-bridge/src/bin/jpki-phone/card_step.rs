//! The card: what it says first, then what is typed for it, one PIN at a time.

use std::sync::Arc;
use std::time::Duration;

use card::{CardTransport, WaitError};
use client::entry::Entry;
use client::reader::CardReader;
use client::{Screen, words};
use mobile_bridge::ToSign;
use mobile_bridge::reading::{self, Looked, NotOpened, NotProved, Proved, Reading, Seen, SurfaceReading};
use reservation::PinKind;
use secret::Pin;

use crate::printed_step;
use crate::steps::{Step, Steps};
use crate::stopped::Stopped;

/// How long the card is waited for.
const CARD_PATIENCE: Duration = Duration::from_secs(60);

/// Where the holder puts the card.
pub(crate) trait Cards: Send + Sync {
    /// What it is called.
    fn place(&self) -> String;

    /// Waits for a card and takes it.
    fn take(&self, patience: Duration) -> Result<Box<dyn CardTransport>, WaitError>;
}

impl Cards for CardReader {
    fn place(&self) -> String {
        self.name()
    }

    fn take(&self, patience: Duration) -> Result<Box<dyn CardTransport>, WaitError> {
        Ok(Box::new(self.wait_for_card(patience)?))
    }
}

/// Whoever is asked, and where the card lies.
pub(crate) struct Desk<'a> {
    pub(crate) screen: &'a mut Screen,
    pub(crate) entry: &'a mut Entry,
    pub(crate) cards: &'a Arc<dyn Cards>,
    pub(crate) western_digits: bool,
}

impl Desk<'_> {
    pub(crate) async fn prove(&mut self, to_sign: ToSign) -> Result<Proved, Stopped> {
        let steps = Steps(to_sign.target());
        let mut reading = match self.look(to_sign).await? {
            Looked::Pin(reading) => reading,
            Looked::Code(waiting) => self.open(waiting, steps).await?,
        };
        steps.head(
            self.screen,
            Step::Pin,
            "暗証番号で本人確認をします（サーバーには送られません）",
            "You prove yourself with your PIN (it is not sent to the server)",
        );
        loop {
            let pin = self.ask_pin(&reading)?;
            match on_card(move || reading.prove(pin)).await? {
                Ok(proved) => return Ok(proved),
                Err(NotProved { again: Some(again), trouble }) if self.entry.is_interactive() => {
                    Stopped::Card(trouble).tell(self.screen);
                    reading = *again;
                }
                Err(NotProved { trouble, .. }) => return Err(trouble.into()),
            }
        }
    }

    async fn look(&mut self, to_sign: ToSign) -> Result<Looked, Stopped> {
        let cards = self.cards.clone();
        let (seen, looked) = on_card(move || {
            let card = cards.take(CARD_PATIENCE)?;
            let mut told = None;
            let looked = reading::look(card, &to_sign, |seen| told = Some(seen));
            Ok::<_, Stopped>((told, looked))
        })
        .await??;
        if let Some(seen) = seen {
            show_counters(self.screen, seen);
        }
        Ok(looked?)
    }

    async fn open(&mut self, mut waiting: SurfaceReading, steps: Steps) -> Result<Reading, Stopped> {
        steps.head(
            self.screen,
            Step::Printed,
            "カードの表面に印刷された内容を入力します（顔写真を読み取るため。入力した内容はカードにだけ渡します）",
            "Type what the card's front prints (it opens the portrait; what you type goes to the card only)",
        );
        loop {
            let code = printed_step::ask(self.screen, self.entry, &waiting, self.western_digits)?;
            match on_card(move || waiting.open(code)).await? {
                Ok(reading) => return Ok(reading),
                Err(NotOpened { again: Some(again), trouble }) if self.entry.is_interactive() => {
                    Stopped::Card(trouble).tell(self.screen);
                    waiting = *again;
                }
                Err(NotOpened { trouble, .. }) => return Err(trouble.into()),
            }
        }
    }

    /// Asks until what was typed can be a PIN; nothing has reached the card yet. From a pipe it is asked once.
    fn ask_pin(&mut self, reading: &Reading) -> Result<Pin, Stopped> {
        let Self { screen, entry, .. } = self;
        let language = screen.language();
        let (name, tries) = (words::pin_name(reading.known()), words::tries(reading.tries()));
        if reading.tries().is_last() {
            screen.say(
                "  ご注意: 次に間違えるとロックされ、窓口での手続きが必要になります。自信がなければ Ctrl-C で中止してください。",
                "  Careful: one more wrong try locks the PIN, and only the office can help then. Ctrl-C stops here.",
            );
        }
        loop {
            screen.ask(
                &format!("{}を入力してください（{}）:", name.ja, tries.ja),
                &format!("Type your {} ({}):", name.en, tries.en),
            );
            let typed = entry.hidden_line().map_err(Stopped::System)?.filter(|typed| !typed.is_empty());
            screen.after_entry(entry);
            match Pin::from_entry(reading.known(), typed.ok_or(Stopped::NoPin)?) {
                Ok(pin) => return Ok(pin),
                Err(format) => {
                    screen.line(language.of(&words::pin_format(format)));
                    if !entry.is_interactive() {
                        return Err(Stopped::NoPin);
                    }
                }
            }
        }
    }
}

/// Card work blocks, and once begun it must come to its end: a thread of its own.
async fn on_card<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Stopped> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Stopped::System(error.into()))
}

fn show_counters(screen: &mut Screen, seen: Seen) {
    let pins = PinKind::ALL.map(|kind| (words::pin_name(kind), seen.counters.of(kind)));
    let code = seen.code.map(|tries| (words::code_name(), tries));
    let language = screen.language();
    for (name, tries) in pins.into_iter().chain(code) {
        screen.line(&format!("  {}: {}", language.of(&name), language.of(&words::tries(tries))));
    }
}
