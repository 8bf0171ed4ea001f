//! The command line.

mod face;
mod frames;
mod issue;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use reservation::pin::PinKind;
use time::OffsetDateTime;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use virtual_card::VirtualCard;
use virtual_card::issuer::layout::{CardName, Layout};
use virtual_card::issuer::{Issuer, Revocation};
use virtual_card::reader::{PortPair, PrivateReaders, SOCKET_VARIABLE};
use virtual_card::vpcd::{Plugged, SEEN_WITHIN, VpcdError};

/// A software My Number Card for tests and demonstrations. Its issuer, its certificates and the reset of a PIN are
/// simulated.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Makes a card; in a new folder, its issuer too.
    Issue(issue::Issue),
    /// Puts a certificate of a card on the revocation list.
    Revoke {
        #[command(flatten)]
        card: Card,
        /// Which certificate.
        kind: Kind,
    },
    /// Makes all revocation lists anew, before they go stale after seven days.
    CrlRefresh {
        /// The issuer's folder.
        #[arg(long)]
        dir: PathBuf,
    },
    /// Puts a card into a reader until it is ended (Ctrl-C or SIGTERM), which pulls the card.
    Run {
        #[command(flatten)]
        card: Card,
        /// Where the virtual reader (vpcd) waits for a card.
        #[arg(long, value_name = "HOST:PORT")]
        vpcd: String,
        /// Shows every command's header and length and the answer's status word, never data.
        #[arg(long)]
        trace: bool,
    },
    /// Photographs the front of a card, as a phone would.
    Face(face::Face),
    /// Photographs a person, as a phone's camera would: frames for the check of the face. With --poses the head turns.
    Frames(frames::Frames),
    /// Runs a private pcscd with two virtual readers, as an ordinary user, until it is ended.
    Reader {
        /// The first reader's port; the second takes the next.
        #[arg(long, value_name = "N")]
        port: u16,
        /// The socket for PC/SC clients.
        #[arg(long, value_name = "PATH")]
        socket: PathBuf,
    },
}

#[derive(Args)]
struct Card {
    /// The issuer's folder.
    #[arg(long)]
    dir: PathBuf,
    /// The card's name in that folder.
    #[arg(long = "card", value_name = "NAME", default_value_t)]
    name: CardName,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    User,
    Signature,
}

/// How often a running reader is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

type Failure = Box<dyn std::error::Error>;

/// Runs the program. Exit code 0: done, or ended by a signal; 1: failed, with the reason on standard error; 2: usage.
pub(crate) fn run() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Issue(issue) => issue.run(),
        Task::Face(face) => face.run(),
        Task::Frames(frames) => frames.run(),
        Task::Revoke { card, kind } => revoke(card, kind),
        Task::CrlRefresh { dir } => crl_refresh(dir),
        Task::Run { card, vpcd, trace } => plug(&card, &vpcd, trace),
        Task::Reader { port, socket } => reader(port, &socket),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn revoke(card: Card, kind: Kind) -> Result<(), Failure> {
    let kind = match kind {
        Kind::User => PinKind::User,
        Kind::Signature => PinKind::Signature,
    };
    let now = now();
    let issuer = Issuer::open(Layout::new(card.dir), now)?;
    output::line(match issuer.revoke(&card.name, kind, now)? {
        Revocation::Added => "revoked",
        Revocation::AlreadyThere => "was revoked before",
    });
    Ok(())
}

fn crl_refresh(dir: PathBuf) -> Result<(), Failure> {
    let now = now();
    Issuer::open(Layout::new(dir), now)?.refresh_crls(now)?;
    output::line("made the revocation lists anew");
    Ok(())
}

fn plug(card: &Card, vpcd: &str, trace: bool) -> Result<(), Failure> {
    if trace {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_target(false)
            .with_ansi(false)
            .with_writer(std::io::stderr)
            .init();
    }
    let signals = Signals::listen()?;
    let path = Layout::new(&card.dir).card(&card.name);
    let plugged = Plugged::plug(VirtualCard::open(&path)?, vpcd)?;
    let told = format!("{} is in the reader at {vpcd}; end this program to pull it", path.display());
    let (ended, end) = oneshot::channel();
    thread::spawn(move || {
        ended.send(match plugged.wait_until_seen(SEEN_WITHIN) {
            Ok(()) => {
                output::line(&told);
                plugged.wait()
            }
            // A reader that went away has its reason in the card's thread.
            Err(VpcdError::ReaderGone) => plugged.wait(),
            Err(error) => error,
        })
    });
    // A signal leaves the thread wherever it is: a card may be pulled at any moment, and its memory is always whole.
    signals.or(async { Err(end.await?.into()) })
}

fn reader(port: u16, socket: &Path) -> Result<(), Failure> {
    let signals = Signals::listen()?;
    let mut readers = PrivateReaders::start(PortPair::at(port)?, Some(socket))?;
    output::line(&format!("{} at {}", PrivateReaders::FIRST, readers.address()));
    output::line(&format!("{} at {}", PrivateReaders::SECOND, readers.second_address()));
    output::line(&format!("clients: export {SOCKET_VARIABLE}={}", readers.socket().display()));
    signals.or(async {
        while !readers.have_ended()? {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err("pcscd ended".into())
    })
}

/// SIGTERM and SIGINT, which are the usual end of a program that runs until it is ended, and no failure.
struct Signals {
    runtime: Runtime,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From here on they no longer end the process by themselves, so it comes before anything that needs an orderly end.
    fn listen() -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        drop(inside);
        Ok(Self { runtime, terminate, interrupt })
    }

    /// Waits for a signal, or for the work's end if that comes first.
    fn or(mut self, work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
        self.runtime.block_on(async {
            tokio::select! {
                done = work => done,
                _ = self.terminate.recv() => Ok(()),
                _ = self.interrupt.recv() => Ok(()),
            }
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "the program's edge: time is read here and handed in")]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// The one place that prints.
mod output {
    #[expect(clippy::print_stdout, reason = "results of a command line program")]
    pub(super) fn line(text: &str) {
        println!("{text}");
    }

    #[expect(clippy::print_stderr, reason = "the reason of a failure")]
    pub(super) fn error(text: &str) {
        eprintln!("virtual-card: {text}");
    }
}
