//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use wire::PinKind;

/// The server of jpki-reset, and its operator's commands.
#[derive(Debug, Parser)]
#[command(
    name = "jpki-reset",
    version,
    about = "Server and operator's commands of jpki-reset: JPKI PIN reset by phone and kiosk",
    after_help = "Examples:
  jpki-reset init --dir site
  jpki-reset serve --config site/jpki-reset.toml
  jpki-reset kiosk add tokyo-0001 --config site/jpki-reset.toml \\
      --operator seven-eleven --kinds user,signature --out kiosk-tokyo-0001
  jpki-reset card show --config site/jpki-reset.toml --number 123456789012
  jpki-reset doctor --config site/jpki-reset.toml"
)]
pub struct Arguments {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make keys, certificates and settings for a new site; nothing that exists is overwritten
    #[command(after_help = "Example:\n  jpki-reset init --dir site --host reset.example.jp")]
    Init(InitOptions),
    /// Run the server until it is told to stop (SIGTERM or Ctrl-C)
    #[command(
        after_help = "Any setting can be overridden: JPKI_RESET_LISTEN__APP__ADDRESS=0.0.0.0:8443 jpki-reset serve …"
    )]
    Serve {
        /// The settings
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Check the settings and every file they name, and say what is wrong
    CheckConfig {
        /// The settings
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Admit, list and disable kiosks, through the running server
    Kiosk {
        /// What to do
        #[command(subcommand)]
        command: KioskCommand,
    },
    /// Look at a card by the number its holder reads out, and lift its lock, through the running server
    #[command(
        after_help = "A lift needs two members of staff, but the server sees only the two names that are typed: whoever
holds the admin token must see to it that two people stand behind them."
    )]
    Card {
        /// What to do
        #[command(subcommand)]
        command: CardCommand,
    },
    /// Print the OpenAPI document of one interface
    Openapi {
        /// Which interface
        #[arg(value_enum, default_value = "app")]
        interface: InterfaceName,
    },
    /// Look for what is wrong with this site, and say what to do; exits 1 if anything has failed
    Doctor {
        /// The settings
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

/// What `init` makes.
#[derive(Debug, Args)]
pub struct InitOptions {
    /// Where to put everything; made if absent
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// A host name or address that the listeners' certificates are for; may be repeated
    #[arg(long = "host", value_name = "NAME", default_values = ["localhost", "127.0.0.1", "::1"])]
    pub hosts: Vec<String>,
    /// Where the issuer's anchors, revocation lists and card register lie
    #[arg(
        long,
        value_name = "DIR",
        help = "Where the anchors, revocation lists and card register lie [default: DIR/trust]"
    )]
    pub trust: Option<PathBuf>,
    /// Offer bookings of the signature PIN, with the face engine's models from this directory
    #[arg(
        long,
        value_name = "DIR",
        help = "Offer bookings of the signature PIN, with the face engine's models in DIR (`make models` fetches them)"
    )]
    pub face_models: Option<PathBuf>,
    /// First of three ports: app, kiosk, admin
    #[arg(long, value_name = "PORT", default_value_t = 8443, value_parser = clap::value_parser!(u16).range(1..=65533))]
    pub port: u16,
}

/// What to do with kiosks.
#[derive(Debug, Subcommand)]
pub enum KioskCommand {
    /// Admit a kiosk: make its key here, have the running server sign its certificate
    #[command(after_help = "Example:
  jpki-reset kiosk add tokyo-0001 --config site/jpki-reset.toml \\
      --operator seven-eleven --kinds user,signature --out kiosk-tokyo-0001")]
    Add(AddOptions),
    /// List all kiosks
    List {
        /// The settings of the running server
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Disable a kiosk: its next request is refused
    Disable {
        /// The settings of the running server
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Its name
        kiosk: String,
    },
}

/// A kiosk to admit.
#[derive(Debug, Args)]
pub struct AddOptions {
    /// The settings of the running server
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Its name: 1 to 64 of a-z A-Z 0-9 - _ .
    pub kiosk: String,
    /// Its operator, as service.toml calls it
    #[arg(long, value_name = "NAME")]
    pub operator: String,
    /// The PIN kinds its machine resets
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = pin_kind, required = true)]
    pub kinds: Vec<PinKind>,
    /// Where to put its key, its certificate and the server's authority; made if absent
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The address at which the kiosk reaches the server [default: localhost and the kiosk listener's port]
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
}

/// What to do with the card that has a number now.
#[derive(Debug, Subcommand)]
pub enum CardCommand {
    /// Show its lock, its counts of face failures and its reservation
    Show {
        /// The settings of the running server
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The number that the holder reads out: twelve digits
        #[arg(long, value_name = "NUMBER")]
        number: String,
    },
    /// Agree to lift its lock, as the first of two members of staff; that stands for an hour
    ApproveLift(LiftOptions),
    /// Lift its lock, as the second of two members of staff
    #[command(after_help = "Example:
  jpki-reset card approve-lift --config site/jpki-reset.toml --number 123456789012 --staff suzuki
  jpki-reset card lift         --config site/jpki-reset.toml --number 123456789012 --staff tanaka")]
    Lift(LiftOptions),
}

/// Whose lock is lifted, and by whom.
#[derive(Debug, Args)]
pub struct LiftOptions {
    /// The settings of the running server
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The number that the holder reads out: twelve digits
    #[arg(long, value_name = "NUMBER")]
    pub number: String,
    /// The member of staff: 1 to 64 of a-z A-Z 0-9 - _ . (upper and lower case are the same person)
    #[arg(long, value_name = "ID")]
    pub staff: String,
}

/// An interface's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InterfaceName {
    /// Phones
    App,
    /// Kiosks
    Kiosk,
    /// The operator
    Admin,
}

fn pin_kind(text: &str) -> Result<PinKind, String> {
    match text {
        "user" => Ok(PinKind::User),
        "signature" => Ok(PinKind::Signature),
        _ => Err("a PIN kind is user or signature".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn kinds_are_separated_by_commas() {
        let line = [
            "jpki-reset",
            "kiosk",
            "add",
            "k1",
            "--config",
            "c",
            "--operator",
            "o",
            "--kinds",
            "user,signature",
            "--out",
            "d",
        ];
        let Command::Kiosk { command: KioskCommand::Add(options) } = Arguments::parse_from(line).command
        else {
            panic!("not kiosk add");
        };
        assert_eq!(options.kinds, [PinKind::User, PinKind::Signature]);
        assert_eq!(options.kiosk, "k1");
    }
}
