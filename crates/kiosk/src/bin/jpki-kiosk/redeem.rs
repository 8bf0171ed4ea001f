//! `redeem`: first what an earlier stop left open, then one visit, then the card leaves the reader.

use client::entry::Entry;
use client::exit::Exit;
use client::reader::CardReader;
use client::{Retry, Screen};
use kiosk::{Kiosk, Patience, SystemTimer, recover, wait_for_removal};
use reservation::PinKind;

use crate::ending;
use crate::recover::show;
use crate::setup::Setup;
use crate::slot::Slot;
use crate::stopped::Stopped;
use crate::terminal::Terminal;

pub(crate) fn run(
    setup: &Setup,
    mut screen: Screen,
    reader: Option<&str>,
    target: PinKind,
    no_wait_removal: bool,
) -> Result<Exit, Stopped> {
    let mut journal = setup.open_journal()?;
    let server = setup.connect()?;
    let mut slot = Slot::new(CardReader::find(reader)?);
    let timer = SystemTimer::start();
    let patience = Patience::default();
    let recovered = recover(&server, &mut journal, &timer, Retry::PERSON_WAITS)?;
    show(&mut screen, &recovered);
    let entry = Entry::from_stdin().map_err(Stopped::System)?;
    let mut terminal = Terminal::new(screen, entry);
    let mut kiosk = Kiosk {
        server: &server,
        reader: &mut slot,
        driver: setup.reset_driver.driver(),
        journal: &mut journal,
        person: &mut terminal,
        timer: &timer,
        patience,
    };
    let outcome = kiosk.redeem(target);
    let exit = ending::tell(&mut terminal.screen, target, &outcome, slot.trouble.as_ref());
    if !no_wait_removal && slot.has_card() {
        wait_for_removal(&mut slot, &mut terminal, &patience);
    }
    Ok(exit)
}
