//! `jpki-face`: the worker that the server starts, and commands for operators.

use std::fmt::Display;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use face::{Pool, Settings};
use face_worker::Thresholds;
use face_worker::escape::{self, Escape};
use face_worker::report::{self, ReportError};
use face_worker::serve::{serve, unbuffered_stdin, unbuffered_stdout};
use zeroizing_alloc::ZeroAlloc;

/// Memory is wiped when it is given back.
#[global_allocator]
static MEMORY: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

/// The face engine of jpki-reset.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answers requests on standard input; the server starts it
    Worker {
        /// The folder of the model files
        #[arg(long)]
        models: PathBuf,
        /// Below this distance two faces are one person's
        #[arg(long)]
        accept: f32,
        /// Above this distance they are two people's
        #[arg(long)]
        refuse: f32,
        /// Seconds of the processor, after which the kernel ends it
        #[arg(long)]
        processor_seconds: u64,
    },
    /// Starts a worker as the server would, and says what holds it down on this machine
    Check {
        /// The folder of the model files
        #[arg(long)]
        models: PathBuf,
    },
    /// Locks itself down like a worker, then tries to break out: the kernel must end it
    #[command(name = escape::COMMAND, hide = true)]
    Escape {
        /// How
        way: Escape,
    },
    /// Prints the distance of the faces on two pictures (JPEG, PNG or JPEG 2000)
    ///
    /// The distance is a number from 0 (the same picture) to about 1.2. Two pictures of one person mostly lie below 0.5,
    /// of two people above 0.6; between the two nobody can tell, and one pair proves nothing. It is for operators who try
    /// the engine out. Nobody should read a distance to a holder: it is no likelihood, and whoever knows it can work on
    /// it, picture by picture.
    Compare {
        /// The folder of the model files
        #[arg(long, default_value_os_t = usual_models())]
        models: PathBuf,
        /// One picture
        one: PathBuf,
        /// The other
        two: PathBuf,
    },
    /// Measures the engine on pictures of your own: prints error rates with their bounds, draws a histogram and a DET
    ///
    /// Every picture is described once, in locked-down processes on all cores. What is printed and drawn holds no picture
    /// and no descriptor. Pictures that cannot be used are left out and named. With --grey-j2k the heads lie in a
    /// temporary folder (TMPDIR) while they are encoded.
    Report {
        /// The folder of the model files
        #[arg(long, default_value_os_t = usual_models())]
        models: PathBuf,
        #[command(flatten)]
        arguments: report::Arguments,
    },
    /// Describes pictures that come on standard input; `report` and `compare` start it
    #[command(hide = true)]
    Describe {
        /// The folder of the model files
        #[arg(long)]
        models: PathBuf,
    },
}

/// Where `make models` puts them.
#[expect(clippy::disallowed_methods, reason = "the edge: where this user's cache is")]
fn usual_models() -> PathBuf {
    let folder = |name| std::env::var(name).ok().filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
    cache.unwrap_or_default().join("jpki-reset/models")
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Worker { models, accept, refuse, processor_seconds } => {
            worker(&models, Thresholds { accept, refuse }, processor_seconds)
        }
        Command::Check { models } => check(models),
        Command::Escape { way } => try_to_escape(way),
        Command::Compare { models, one, two } => compare(&models, [&one, &two]),
        Command::Report { models, arguments } => report(&models, &arguments),
        Command::Describe { models } => describe(&models),
    }
}

fn worker(models: &Path, thresholds: Thresholds, processor_seconds: u64) -> ExitCode {
    let Ok((mut from, mut to)) = unbuffered_stdin().and_then(|from| Ok((from, unbuffered_stdout()?))) else {
        return ExitCode::FAILURE;
    };
    // The other side sees the end; whatever could be said of an error might hold parts of a picture. Nothing is closed:
    // closing is not among the calls that are left.
    let served = serve(models, thresholds, processor_seconds, &mut from, &mut to);
    std::process::exit(i32::from(served.is_err()))
}

fn check(models: PathBuf) -> ExitCode {
    let started = std::env::current_exe().and_then(|program| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let settings = Settings { workers: 1, spares: 0, ..Settings::new(&program, models) };
        let pool = runtime.block_on(Pool::start(settings));
        Ok(pool.map(|pool| (program, pool.protections())))
    });
    let (program, protections) = match started {
        Ok(Ok(started)) => started,
        Ok(Err(error)) => return complain(&error),
        Err(error) => return complain(&error),
    };
    let in_force = |it: bool| if it { "in force" } else { "NOT in force" };
    say(&"models: loaded, digests right");
    say(&format!("limits: {}", in_force(protections.limits)));
    say(&format!("seccomp: {}", in_force(protections.seccomp)));
    say(&format!("Landlock: {}", in_force(protections.landlock)));
    let mut all = true;
    for way in Escape::ALL {
        let stopped = way.is_stopped(&program);
        all &= stopped;
        say(&format!(
            "a worker that tries to {}: {}",
            way.word(),
            if stopped { "ended" } else { "NOT ended" }
        ));
    }
    if all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn try_to_escape(way: Escape) -> ExitCode {
    match way.attempt() {
        Ok(()) => complain(&"still here"),
        Err(error) => complain(&error),
    }
}

fn compare(models: &Path, files: [&Path; 2]) -> ExitCode {
    match report::compare(files, models) {
        Ok(distance) => {
            say(&format!("{distance:.3}"));
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

fn report(models: &Path, arguments: &report::Arguments) -> ExitCode {
    match report::report(arguments, models, &mut std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the table has seen enough of it.
        Err(ReportError::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &ReportError) -> ExitCode {
    let failed = complain(error);
    if matches!(error, ReportError::Stopped) { std::process::exit(report::STOPPED) } else { failed }
}

fn describe(models: &Path) -> ExitCode {
    let Ok((mut from, mut to)) = unbuffered_stdin().and_then(|from| Ok((from, unbuffered_stdout()?))) else {
        return ExitCode::FAILURE;
    };
    // Nothing is said of an error and nothing closed, as in a worker.
    let described = report::describe(models, &mut from, &mut to);
    std::process::exit(i32::from(described.is_err()))
}

#[expect(clippy::print_stdout, reason = "the one place where an operator is told")]
fn say(text: &dyn Display) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "the one place where an operator is told why not")]
fn complain(error: &dyn Display) -> ExitCode {
    eprintln!("jpki-face: {error}");
    ExitCode::FAILURE
}
