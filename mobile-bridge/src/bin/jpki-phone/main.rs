//! `jpki-phone`: the holder's phone as a program. It books the reset of a PIN, shows the reservation, cancels it.
//!
//! Settings (TOML; relative paths are meant from the file's own folder):
//!
//! ```toml
//! server = "https://localhost:8443"   # the app listener
//! server_authority = "server-ca.pem"  # the only authority whose server certificates are accepted
//! state = "phone"                     # a folder for the device key and the state, mode 0700
//! lang = "ja"                         # or "en"; --lang goes before it
//! ```
//!
//! PINs are typed on the terminal without echo, and what a card's front prints with it; or all stand one per line on
//! standard input when that is no terminal. From there nothing wrong is ever followed by another try. Exit codes:
//! [`client::exit::Exit`].
//!
//! The face that a booking of the signature PIN shows comes from a camera, which is a command ([`camera`]), or from files that
//! were taken elsewhere and answer whatever is asked for.

mod args;
mod book;
mod camera;
mod card_step;
mod face_step;
mod open_attempt;
mod picture_files;
mod printed_step;
mod reservation_text;
mod setup;
mod show;
mod steps;
mod stopped;
mod terms;
#[cfg(test)]
mod tests;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use client::Screen;
use client::clock::{Clock as _, SystemClock};
use client::entry::Entry;
use client::exit::Exit;
use client::reader::CardReader;

use args::{Args, Task};
use setup::Setup;
use stopped::Stopped;

fn main() -> ExitCode {
    let args = Args::parse();
    let language = args.lang;
    match run(args) {
        Ok(()) => Exit::Done.into(),
        Err((stopped, settings_language)) => {
            let mut screen = Screen::stderr(language.or(settings_language).unwrap_or_default());
            stopped.tell(&mut screen);
            stopped.exit().into()
        }
    }
}

fn run(args: Args) -> Result<(), (Stopped, Option<client::Language>)> {
    let setup = Setup::read(&args).map_err(|stopped| (stopped, None))?;
    let language = setup.language;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| (Stopped::System(error), Some(language)))?;
    runtime.block_on(perform(args, setup)).map_err(|stopped| (stopped, Some(language)))
}

async fn perform(args: Args, setup: Setup) -> Result<(), Stopped> {
    let mut screen = Screen::stdout(setup.language);
    let mut entry = Entry::from_stdin().map_err(Stopped::System)?;
    let (mut phone, _lock) = setup.open()?;
    match args.task {
        Task::Book(book) => {
            // A picture that is too large and a reader that is not there are told before the server hears anything.
            let pictures = picture_files::of(&book)?;
            let cards = Arc::new(CardReader::find(args.reader.as_deref())?);
            book::run(&mut phone, &mut screen, &mut entry, cards, pictures, &book).await
        }
        Task::Status => show::status(&phone, &mut screen, SystemClock.now()).await,
        Task::Cancel { yes } => show::cancel(&phone, &mut screen, &mut entry, yes).await,
    }
}
