//! Milliseconds per command to a card: through a private pcscd, and beside it to the same card in this process.
//!
//! The PC/SC library reads where its service is from the environment, once per process: the client of the private
//! readers is this program once more, as a process of its own.
#![allow(clippy::unwrap_used, reason = "a bench stops where it cannot go on")]

mod dialogue;
mod table;

use std::process::ExitCode;
use std::time::Duration;

use card::{Cancel, PcscReader};
use server::clock::{Clock as _, SystemClock, to_date_time};
use virtual_card::reader::PrivateReaders;
use virtual_card::testing::IssuedCard;

use crate::dialogue::Figures;

/// What this program is called with to become the client.
const CLIENT: &str = "client";
const LIMIT: Duration = Duration::from_secs(120);

fn main() -> ExitCode {
    // Cargo adds `--bench`, and hands the same words to every bench.
    if std::env::args().nth(1).as_deref() == Some(CLIENT) {
        return client();
    }
    let readers = match PrivateReaders::start_anywhere() {
        Ok(readers) => readers,
        Err(error) => {
            table::note(&format!("Commands to a card: left out, because {error}."));
            return ExitCode::SUCCESS;
        }
    };
    let issued = IssuedCard::new(to_date_time(SystemClock::new().now()));
    let plugged = issued.plug(&readers.address());
    let client = readers.client(std::env::current_exe().unwrap(), LIMIT).arg(CLIENT).output().unwrap();
    assert!(client.status.success(), "{}", String::from_utf8_lossy(&client.stderr));
    let through_pcscd: Figures = serde_json::from_slice(&client.stdout).unwrap();
    drop(plugged.pull());
    let in_process = dialogue::measure(&mut issued.in_hand().on_reader().unwrap());
    table::print(&through_pcscd, &in_process);
    ExitCode::SUCCESS
}

fn client() -> ExitCode {
    let reader = PcscReader::find(Some(PrivateReaders::FIRST)).unwrap();
    reader.wait_for_card(LIMIT, &Cancel::new()).unwrap();
    let figures = dialogue::measure(&mut reader.connect().unwrap());
    table::note(&serde_json::to_string(&figures).unwrap());
    ExitCode::SUCCESS
}
