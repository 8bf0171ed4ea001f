//! The card and the PIN: what the card says first, then one PIN at a time.

use std::time::Duration;

use client::entry::Entry;
use client::reader::CardReader;
use client::{Counters, NoUse, Screen, words};
use mobile_bridge::{CardTrouble, NotProved, Reading};
use reservation::PinKind;
use reservation::statement::BookingStatement;
use secret::Pin;
use wire::app::CardEvidence;

use crate::stopped::Stopped;

/// How long the card is waited for.
const CARD_PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn evidence(
    screen: &mut Screen,
    entry: &mut Entry,
    reader: &CardReader,
    statement: &BookingStatement,
) -> Result<CardEvidence, Stopped> {
    let mut reading = look(screen, reader, statement.target).await?;
    screen.step(
        4,
        5,
        "暗証番号で本人確認をします（サーバーには送られません）",
        "You prove yourself with your PIN (it is not sent to the server)",
    );
    loop {
        let pin = ask_pin(screen, entry, &reading)?;
        match prove(reading, pin, statement.clone()).await? {
            Ok(evidence) => return Ok(evidence),
            Err(NotProved { again: Some(again), trouble }) if entry.is_interactive() => {
                Stopped::Card(trouble).tell(screen);
                reading = *again;
            }
            Err(NotProved { trouble, .. }) => return Err(trouble.into()),
        }
    }
}

async fn look(screen: &mut Screen, reader: &CardReader, target: PinKind) -> Result<Reading, Stopped> {
    let reader = reader.clone();
    let (counters, looked) = on_card(move || {
        let card = reader.wait_for_card(CARD_PATIENCE)?;
        let mut told = None;
        let looked = Reading::look(card, target, |counters| told = Some(counters));
        Ok::<_, Stopped>((told, looked))
    })
    .await??;
    if let Some(counters) = counters {
        show_counters(screen, counters);
    }
    looked.map_err(|trouble: NoUse| Stopped::Card(CardTrouble::NoUse(trouble)))
}

async fn prove(
    reading: Reading,
    pin: Pin,
    statement: BookingStatement,
) -> Result<Result<CardEvidence, NotProved>, Stopped> {
    on_card(move || reading.prove(pin, &statement)).await
}

/// Card work blocks, and once begun it must come to its end: a thread of its own.
async fn on_card<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Stopped> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Stopped::System(error.into()))
}

fn show_counters(screen: &mut Screen, counters: Counters) {
    let language = screen.language();
    for kind in PinKind::ALL {
        let (name, tries) = (words::pin_name(kind), words::tries(counters.of(kind)));
        screen.line(&format!("  {}: {}", language.of(&name), language.of(&tries)));
    }
}

/// Asks until what was typed can be a PIN; nothing has reached the card yet. From a pipe it is asked once.
fn ask_pin(screen: &mut Screen, entry: &mut Entry, reading: &Reading) -> Result<Pin, Stopped> {
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
