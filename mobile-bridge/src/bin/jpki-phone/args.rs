//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use client::Language;
use reservation::PinKind;

use crate::camera::Camera;

/// Books the reset of a forgotten or locked My Number Card PIN, as the app on a phone does.
///
/// Exit codes: 0 done; 2 usage or settings; 3 refused, with the next step; 4 try again later; 5 reader or card;
/// 6 wrong PIN or printed code, or none; 7 municipal office; 9 a file of this program; 10 other pictures needed, or the
/// camera gave none; 11 face not matched; 12 locked after face failures.
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
    /// Books a reset; after an interruption, goes on where it stood.
    ///
    /// What is asked for is typed, or stands one per line on standard input when that is no terminal. With --target user:
    /// the signature PIN. With --target signature: birth date, expiry year and security code as the card prints them,
    /// `yes` once they were shown as they were understood, the user PIN. Unless --accept-terms names a version, the answer
    /// to the terms comes first. PINs and what is typed of the card's front go to the card only; the photograph of the
    /// front is sent to the server.
    Book(Book),
    /// Shows the reservation, and a lock after face failures.
    Status,
    /// Cancels the reservation.
    Cancel {
        /// Without asking.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(ClapArgs)]
pub(crate) struct Book {
    /// The PIN to be reset. The other one is asked for.
    #[arg(long, value_enum)]
    pub(crate) target: Target,
    /// The version of the terms that was read and is accepted, or `interactive` to be asked.
    #[arg(long, value_name = "VERSION", default_value = "interactive")]
    pub(crate) accept_terms: String,
    /// Books anew although there is a reservation, which the new one replaces.
    #[arg(long)]
    pub(crate) again: bool,
    /// With --target signature: a photograph of the card's front, JPEG or PNG, at most 4 MiB. All of it is sent to the
    /// server, which compares it with the chip's portrait and drops it.
    #[arg(long, value_name = "FILE", required_if_eq("target", "signature"))]
    pub(crate) front: Option<PathBuf>,
    /// With --target signature: the camera, a command that takes the pictures of the holder's face. It is run for each
    /// challenge, without a shell, with `--poses front,left,... --out DIR` behind it: the poses that the holder is to
    /// show, and a private folder where it leaves .jpg files in the order of their names, at most 1 MiB each. It is stopped
    /// when the challenge's time is over (30 seconds, unless the service is set otherwise). The pictures are sent to the
    /// server, which compares them with the chip's portrait and drops them. Example: 'virtual-card frames --picture
    /// holder.jpg'.
    #[arg(long, value_name = "COMMAND")]
    pub(crate) camera: Option<Camera>,
    /// Instead of --camera: pictures of the face that were taken elsewhere, 5 to 32: files, or a folder of .jpg files. They
    /// answer whatever poses are asked for. At a terminal, others can be given once these were refused.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "camera")]
    pub(crate) frames: Vec<PathBuf>,
    /// For a card that prints a western birth date: its six digits are typed as they are (such as 800217). A guess, since
    /// which digits such cards use is not public; a wrong one costs one of the card's ten tries.
    #[arg(long)]
    pub(crate) western_digits: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Target {
    /// 署名用 (booked with the user PIN, the card's front and the holder's face)
    Signature,
    /// 利用者証明用 (booked with the signature PIN)
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
