//! The command line of `jpki-reset`.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | what can be typed |
//! | [`init`] | makes keys, certificates and settings |
//! | [`serve`] | runs the server until it is told to stop |
//! | [`kiosk`] | admits, lists and disables kiosks through the running server |
//! | [`card`] | shows a card and lifts its lock through the running server |
//! | [`doctor`] | looks for what is wrong and says what to do |
//! | [`output`] | the one place that prints |

pub mod args;
pub mod card;
pub mod client;
pub mod doctor;
pub mod init;
pub mod kiosk;
pub mod output;
pub mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser as _;

use crate::config::ConfigError;
use crate::openapi::Interface;
use crate::start::StartError;
use crate::{Config, assemble, process};
use args::{Arguments, CardCommand, Command, InterfaceName, KioskCommand};

/// Why a command failed; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The server did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A file could not be written or read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Whatever else, said whole.
    #[error("{0}")]
    Message(String),
}

/// Runs the command line; the whole of `main`.
pub fn run() -> ExitCode {
    if let Err(error) = process::keep_memory_private() {
        output::error(&format!("this process cannot keep its memory to itself: {error}"));
        return ExitCode::FAILURE;
    }
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(execute(arguments.command)),
        Err(error) => Err(CliError::Message(format!("the runtime did not start: {error}"))),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            output::error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn execute(command: Command) -> Result<ExitCode, CliError> {
    match command {
        Command::Init(options) => init::run(&options)?,
        Command::Serve { config } => serve::run(&config).await?,
        Command::CheckConfig { config } => check_config(&config)?,
        Command::Kiosk { command: KioskCommand::Add(options) } => kiosk::add(&options).await?,
        Command::Kiosk { command: KioskCommand::List { config } } => kiosk::list(&config).await?,
        Command::Kiosk { command: KioskCommand::Disable { config, kiosk } } => {
            kiosk::disable(&config, &kiosk).await?;
        }
        Command::Card { command: CardCommand::Show { config, number } } => {
            card::show(&config, &number).await?;
        }
        Command::Card { command: CardCommand::ApproveLift(options) } => card::approve_lift(&options).await?,
        Command::Card { command: CardCommand::Lift(options) } => card::lift(&options).await?,
        Command::Openapi { interface } => output::line(Interface::from(interface).json().trim_end()),
        Command::Doctor { config } => return doctor::run(&config).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Loads everything a start would load, except the store and the sockets.
fn check_config(file: &std::path::Path) -> Result<(), CliError> {
    let config = Config::load(file)?;
    assemble::check(&config)?;
    output::line(&format!("{}: the settings hold, and so do the files they name.", file.display()));
    Ok(())
}

impl From<InterfaceName> for Interface {
    fn from(name: InterfaceName) -> Self {
        match name {
            InterfaceName::App => Self::App,
            InterfaceName::Kiosk => Self::Kiosk,
            InterfaceName::Admin => Self::Admin,
        }
    }
}
