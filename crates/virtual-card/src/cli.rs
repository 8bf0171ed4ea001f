//! The command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use reservation::pin::PinKind;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use virtual_card::issuer::layout::{CardName, Layout};
use virtual_card::issuer::{CardOrder, Generation, Issuer, Revocation};
use virtual_card::reader::{PortPair, PrivateReaders, SOCKET_VARIABLE};
use virtual_card::vpcd::{Plugged, SEEN_WITHIN, VpcdError};
use virtual_card::{AuthorityKey, FRESH_SIGNATURE_PIN, FRESH_USER_PIN, TokenKind, VirtualCard};

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
    Issue(Issue),
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

#[derive(Args)]
struct Issue {
    #[command(flatten)]
    card: Card,
    /// The authority's public key (P-256, PEM): the card accepts its reset authorisations. Without it, none.
    #[arg(long, value_name = "PUB.pem")]
    authority: Option<PathBuf>,
    /// The holder's birth date [default: 1980-02-17].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    birth_date: Option<Date>,
    /// The day of issue in Japan [default: today].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    issued: Option<Date>,
    /// Issues the card without a signature certificate, as for a child.
    #[arg(long)]
    no_signature: bool,
    /// Which generation of the issuer's CAs signs.
    #[arg(long, default_value = "2", value_parser = generation)]
    generation: Generation,
    /// What the card says it is; only the first is a My Number Card.
    #[arg(long, value_enum, default_value = "my-number-card")]
    token: Token,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    User,
    Signature,
}

#[derive(Clone, Copy, ValueEnum)]
enum Token {
    MyNumberCard,
    ResidentRegisterCard,
    Android,
    Iphone,
}

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text, DATE).map_err(|_| "a date is written YYYY-MM-DD".to_owned())
}

fn generation(text: &str) -> Result<Generation, String> {
    let found = Generation::ALL.into_iter().find(|generation| generation.number().to_string() == text);
    found.ok_or_else(|| "1 or 2".to_owned())
}

/// How often a running reader is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

type Failure = Box<dyn std::error::Error>;

/// Runs the program. Exit code 0: done, or ended by a signal; 1: failed, with the reason on standard error; 2: usage.
pub(crate) fn run() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Issue(issue) => self::issue(issue),
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

fn issue(issue: Issue) -> Result<(), Failure> {
    let now = now();
    let layout = Layout::new(issue.card.dir);
    let today = CardOrder::today(issue.card.name, now);
    let order = CardOrder {
        birth_date: issue.birth_date.unwrap_or(today.birth_date),
        issued: issue.issued.unwrap_or(today.issued),
        generation: issue.generation,
        with_signature: !issue.no_signature,
        authority: issue.authority.as_deref().map(authority).transpose()?,
        token: match issue.token {
            Token::MyNumberCard => TokenKind::MyNumberCard,
            Token::ResidentRegisterCard => TokenKind::ResidentRegisterCard,
            Token::Android => TokenKind::AndroidPhone,
            Token::Iphone => TokenKind::IPhone,
        },
        ..today
    };
    let card = layout.card(&order.name);
    Issuer::open(layout, now)?.issue(&order)?;
    output::line(&format!("issued a simulated card: {}", card.display()));
    output::line(&format!("user PIN {FRESH_USER_PIN}"));
    if order.with_signature {
        output::line(&format!("signature PIN {FRESH_SIGNATURE_PIN}"));
    }
    Ok(())
}

fn authority(path: &Path) -> Result<AuthorityKey, Failure> {
    let pem = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(AuthorityKey::from_pem(&pem).map_err(|error| format!("{}: {error}", path.display()))?)
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
