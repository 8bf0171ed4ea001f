//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use client::Language;
use reservation::PinKind;

/// Resets a My Number Card PIN at a kiosk, with a reservation made on the phone.
///
/// Exit codes: 0 done; 2 usage or settings; 3 refused, with the next step; 4 try again later; 5 reader or card;
/// 6 wrong PIN or none; 7 municipal office; 8 nobody can tell whether the card took the new PIN; 9 a file of this
/// program; 12 the card was locked since the booking.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Args {
    /// The settings, TOML.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// The card reader, by its name or a part of it; not needed if there is only one.
    #[arg(long, value_name = "NAME")]
    pub(crate) reader: Option<String>,
    /// The language: ja or en [default: the settings', else ja].
    #[arg(long)]
    pub(crate) lang: Option<Language>,
    /// What is logged to standard error, such as info or warn,card=trace.
    #[arg(long, value_name = "FILTER", default_value = "error")]
    pub(crate) log: String,
    #[command(subcommand)]
    pub(crate) task: Task,
}

#[derive(Subcommand)]
pub(crate) enum Task {
    /// Resets a PIN with a reservation; settles first what an earlier stop left open.
    ///
    /// A PIN prompt at which nothing is typed for 90 seconds ends the visit, so that no card is left waiting.
    Redeem {
        /// The PIN to be reset. The other one is asked for.
        #[arg(long, value_enum)]
        target: Target,
        /// Ends without waiting until the card has left the reader, for scripts.
        #[arg(long)]
        no_wait_removal: bool,
    },
    /// Tells the server what an earlier stop, or a lost network, left open.
    Recover,
    /// Checks settings, certificate, journal, reader and server.
    Check,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Target {
    /// 署名用 (with the user PIN)
    Signature,
    /// 利用者証明用 (with the signature PIN)
    User,
}

impl From<Target> for PinKind {
    fn from(target: Target) -> Self {
        match target {
            Target::Signature => Self::Signature,
            Target::User => Self::User,
        }
    }
}
