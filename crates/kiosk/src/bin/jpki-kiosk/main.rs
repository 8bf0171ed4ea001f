//! `jpki-kiosk`: the terminal in the store, on a command line.
//!
//! Settings (TOML, as `jpki-reset kiosk add` writes them; relative paths are meant from the file's own folder):
//!
//! ```toml
//! server = "https://localhost:8444"   # the kiosk listener
//! server_authority = "server-ca.pem"  # the only authority whose server certificates are accepted
//! certificate = "kiosk.pem"           # this kiosk's certificate
//! key = "kiosk-key.pem"               # and its key, mode 0600
//! journal = "journal"                 # a folder for what is owed to the server, mode 0700
//! reset_driver = "simulated"          # the only driver there is: the real card's command is not public
//! lang = "ja"                         # or "en"; --lang goes before it
//! ```
//!
//! PINs are typed on the terminal without echo, or stand one per line on standard input when that is no terminal: the
//! known PIN, then the new PIN twice. From there a known PIN that is wrong is never followed by another.
//! Exit codes: [`client::exit::Exit`].

mod args;
mod certificate;
mod check;
mod ending;
mod receipt;
mod recover;
mod redeem;
mod setup;
mod slot;
mod stopped;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;
use client::exit::Exit;
use client::{Language, Screen};

use args::{Args, Task};
use setup::Setup;
use stopped::Stopped;

fn main() -> ExitCode {
    let args = Args::parse();
    let mut language = args.lang;
    match run(&args, &mut language) {
        Ok(exit) => exit.into(),
        Err(stopped) => {
            let mut screen = Screen::stderr(language.unwrap_or_default());
            stopped.tell(&mut screen);
            stopped.exit().into()
        }
    }
}

fn run(args: &Args, language: &mut Option<Language>) -> Result<Exit, Stopped> {
    let setup = Setup::read(args)?;
    *language = Some(setup.language);
    let mut screen = Screen::stdout(setup.language);
    match args.task {
        Task::Redeem { target, no_wait_removal } => {
            redeem::run(&setup, screen, args.reader.as_deref(), target.into(), no_wait_removal)
        }
        Task::Recover => recover::run(&setup, &mut screen),
        Task::Check => Ok(check::run(&setup, &mut screen, args.reader.as_deref())),
    }
}
