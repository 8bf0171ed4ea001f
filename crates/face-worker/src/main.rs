//! `jpki-face`: the worker that the server starts, and two commands for operators.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use face::limits::FRONT_MAX_BYTES;
use face::{Picture, Pool, Settings};
use face_worker::escape::{self, Escape};
use face_worker::examiner::Examiner;
use face_worker::serve::{serve, unbuffered_stdin, unbuffered_stdout};
use face_worker::{Thresholds, models};
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
    Compare {
        /// The folder of the model files
        #[arg(long)]
        models: PathBuf,
        /// One picture
        one: PathBuf,
        /// The other
        two: PathBuf,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Worker { models, accept, refuse } => worker(&models, Thresholds { accept, refuse }),
        Command::Check { models } => check(models),
        Command::Escape { way } => try_to_escape(way),
        Command::Compare { models, one, two } => compare(&models, [&one, &two]),
    }
}

fn worker(models: &Path, thresholds: Thresholds) -> ExitCode {
    let Ok((mut from, mut to)) = unbuffered_stdin().and_then(|from| Ok((from, unbuffered_stdout()?))) else {
        return ExitCode::FAILURE;
    };
    // The other side sees the end; whatever could be said of an error might hold parts of a picture. Nothing is closed:
    // closing is not among the calls that are left.
    let served = serve(models, thresholds, &mut from, &mut to);
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
    let mut pictures = Vec::new();
    for file in files {
        match std::fs::read(file) {
            Ok(bytes) if bytes.len() <= FRONT_MAX_BYTES => pictures.push(Picture::new(bytes)),
            Ok(_) => return complain(&format!("{}: larger than {FRONT_MAX_BYTES} bytes", file.display())),
            Err(error) => return complain(&format!("{}: {error}", file.display())),
        }
    }
    let engine = match models::load(models) {
        Ok(engine) => engine,
        Err(error) => return complain(&error),
    };
    let mut examiner = Examiner::new(engine, Thresholds { accept: 0.50, refuse: 0.60 });
    match examiner.distance([&pictures[0], &pictures[1]]) {
        Ok(distance) => {
            say(&format!("{distance:.3}"));
            ExitCode::SUCCESS
        }
        Err((number, Some(reason))) => complain(&format!("{}: {reason:?}", files[number].display())),
        Err((number, None)) => complain(&format!("{}: the engine failed", files[number].display())),
    }
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
