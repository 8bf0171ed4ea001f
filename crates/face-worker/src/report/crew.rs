//! Describes every picture once, on all cores: a locked-down process per core, each kept by a thread that hands it one
//! picture after another. A picture that ends its process costs that picture and a restart.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use face::{Picture, UnfitReason};

use super::chip::{ChipError, Encoder};
use super::process::{NoReply, Process, Program, StartError};
use super::progress::Progress;
use super::protocol::{PICTURE_MAX_BYTES, Reply, Request};
use crate::likeness::Descriptor;

/// One picture to describe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) path: PathBuf,
    /// Whether to turn it into what a chip holds first.
    pub(super) as_chip: bool,
}

/// Why a picture is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LeftOut {
    /// The file cannot be read.
    Unreadable(io::ErrorKind),
    /// It has more bytes than are looked at.
    TooManyBytes,
    /// No face can be described.
    Unfit(UnfitReason),
    /// The engine failed at it, or took too long.
    EngineFailed,
}

/// Why the run ends without an answer.
#[derive(Debug, thiserror::Error)]
pub enum CrewError {
    /// No process can be had.
    #[error(transparent)]
    Start(#[from] StartError),
    /// No portrait can be made.
    #[error(transparent)]
    Chip(#[from] ChipError),
    /// Somebody asked to stop.
    #[error("stopped")]
    Stopped,
}

/// What became of a picture.
pub(super) type Described = Result<Box<Descriptor>, LeftOut>;

/// What describes.
#[derive(Debug)]
pub(super) struct Crew<'a> {
    pub(super) program: &'a Program,
    pub(super) processes: usize,
    /// About so many bytes has what a chip holds.
    pub(super) chip_bytes: u32,
    pub(super) stop: &'a AtomicBool,
}

impl Crew<'_> {
    /// Describes each of `tasks`; the answers are in their order.
    pub(super) fn describe(&self, tasks: &[Task], progress: &Progress) -> Result<Vec<Described>, CrewError> {
        let next = AtomicUsize::new(0);
        let failed = AtomicBool::new(false);
        let keepers = self.processes.clamp(1, tasks.len().max(1));
        let parts = std::thread::scope(|scope| {
            let keepers: Vec<_> = (0..keepers)
                .map(|_| {
                    scope.spawn(|| {
                        let part = self.keep(tasks, &next, &failed, progress);
                        failed.fetch_or(part.is_err(), Ordering::Relaxed);
                        part
                    })
                })
                .collect();
            keepers.into_iter().map(|keeper| keeper.join().expect("no keeper panics")).collect::<Vec<_>>()
        });
        progress.end();
        let mut described: Vec<Option<Described>> = tasks.iter().map(|_| None).collect();
        for part in parts {
            for (number, one) in part? {
                described[number] = Some(one);
            }
        }
        // Without an error, every task was taken and answered; with a stop in between, some were not.
        described.into_iter().collect::<Option<Vec<_>>>().ok_or(CrewError::Stopped)
    }

    /// Takes tasks until there are none.
    fn keep(
        &self,
        tasks: &[Task],
        next: &AtomicUsize,
        failed: &AtomicBool,
        progress: &Progress,
    ) -> Result<Vec<(usize, Described)>, CrewError> {
        let encoder =
            if tasks.iter().any(|task| task.as_chip) { Some(Encoder::new(self.chip_bytes)?) } else { None };
        let mut hand = Hand { crew: self, process: None, encoder };
        let mut described = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(number) else { break };
            described.push((number, hand.describe(task)?));
            progress.one_more();
        }
        Ok(described)
    }
}

/// One keeper's process and tools.
struct Hand<'a> {
    crew: &'a Crew<'a>,
    process: Option<Process>,
    encoder: Option<Encoder>,
}

impl Hand<'_> {
    fn describe(&mut self, task: &Task) -> Result<Described, CrewError> {
        let picture = match read(&task.path) {
            Ok(picture) => picture,
            Err(reason) => return Ok(Err(reason)),
        };
        let picture = match self.encoder.is_some() && task.as_chip {
            false => picture,
            true => match self.as_chip(picture)? {
                Ok(portrait) => portrait,
                Err(reason) => return Ok(Err(reason)),
            },
        };
        Ok(match self.ask(&Request::Describe(picture))? {
            Reply::Descriptor(descriptor) => Ok(descriptor),
            other => Err(left_out(&other)),
        })
    }

    fn as_chip(&mut self, picture: Picture) -> Result<Result<Picture, LeftOut>, CrewError> {
        match (self.ask(&Request::CutOut(picture))?, &self.encoder) {
            (Reply::Head(head), Some(encoder)) => Ok(Ok(Picture::new(encoder.encode(&head)?))),
            (other, _) => Ok(Err(left_out(&other))),
        }
    }

    /// Asks the process, which is started where there is none.
    fn ask(&mut self, request: &Request) -> Result<Reply, CrewError> {
        let stop = self.crew.stop;
        let mut process = match self.process.take() {
            Some(process) => process,
            None => Process::start(self.crew.program, stop).map_err(|error| match error {
                StartError::Stopped => CrewError::Stopped,
                error => error.into(),
            })?,
        };
        match process.ask(request, stop) {
            Ok(said) => {
                if !said.spent {
                    self.process = Some(process);
                }
                Ok(said.reply)
            }
            Err(NoReply::Lost) => Ok(Reply::Fault),
            Err(NoReply::Stopped) => Err(CrewError::Stopped),
        }
    }
}

fn left_out(reply: &Reply) -> LeftOut {
    if let Reply::Unfit(reason) = reply { LeftOut::Unfit(*reason) } else { LeftOut::EngineFailed }
}

/// Reads a file, but no more than is looked at.
fn read(path: &Path) -> Result<Picture, LeftOut> {
    let unreadable = |error: io::Error| LeftOut::Unreadable(error.kind());
    // Opening what is no file may wait for ever.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(LeftOut::Unreadable(io::ErrorKind::InvalidInput));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(PICTURE_MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > PICTURE_MAX_BYTES { Err(LeftOut::TooManyBytes) } else { Ok(Picture::new(bytes)) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::AtomicBool;

    use tempfile::TempDir;

    use super::*;

    /// What the protocol's *ready* looks like: its number, not spent, no bytes.
    const READY: &str = r"printf '\0\0\0\0\0\0'";

    /// A folder with two pictures, and a program in the engine's place.
    fn with_program(script: &str) -> (TempDir, Program, Vec<Task>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("engine");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        let tasks = ["a", "b"].map(|name| {
            std::fs::write(folder.path().join(name), b"a picture").unwrap();
            Task { path: folder.path().join(name), as_chip: false }
        });
        let program = Program { path, models: folder.path().to_owned() };
        (folder, program, tasks.to_vec())
    }

    fn describe(program: &Program, tasks: &[Task], stop: bool) -> Result<Vec<Described>, CrewError> {
        let crew = Crew { program, processes: 2, chip_bytes: 0, stop: &AtomicBool::new(stop) };
        crew.describe(tasks, &Progress::on_standard_error(tasks.len()))
    }

    #[test]
    fn a_picture_that_ends_its_process_costs_that_picture_alone() {
        let (_folder, program, tasks) =
            with_program(&format!("{READY}; exec /usr/bin/head -c 14 >/dev/null"));
        assert_eq!(
            describe(&program, &tasks, false).unwrap(),
            [Err(LeftOut::EngineFailed), Err(LeftOut::EngineFailed)]
        );
    }

    #[test]
    fn an_answer_that_is_no_message_is_a_failure_of_the_engine() {
        let nonsense =
            format!(r"{READY}; /usr/bin/head -c 14 >/dev/null; printf '\002\0\0\0\0\004abcd'; exec /bin/cat");
        let (_folder, program, tasks) = with_program(&nonsense);
        assert_eq!(
            describe(&program, &tasks, false).unwrap(),
            [Err(LeftOut::EngineFailed), Err(LeftOut::EngineFailed)]
        );
    }

    #[test]
    fn an_engine_that_does_not_start_ends_the_run_with_its_reason() {
        let (_folder, program, tasks) = with_program(r"printf '\001\001\0\0\0\011no models'");
        let error = describe(&program, &tasks, false).unwrap_err();
        assert_eq!(error.to_string(), "the face engine does not start: no models");
        let (_folder, program, tasks) = with_program("exit 3");
        let error = describe(&program, &tasks, false).unwrap_err();
        assert_eq!(error.to_string(), "the face engine ended or hung before it was ready");
    }

    #[test]
    fn a_stop_ends_a_wait_for_an_engine_that_says_nothing() {
        let (_folder, program, tasks) = with_program("exec /bin/cat >/dev/null");
        assert!(matches!(describe(&program, &tasks, true), Err(CrewError::Stopped)));
    }

    #[test]
    fn files_that_cannot_be_read_need_no_engine() {
        let (folder, program, _) = with_program("exit 3");
        let tasks = ["missing", "."].map(|name| Task { path: folder.path().join(name), as_chip: false });
        let unreadable = |kind| Err(LeftOut::Unreadable(kind));
        let expected = [unreadable(io::ErrorKind::NotFound), unreadable(io::ErrorKind::InvalidInput)];
        assert_eq!(describe(&program, &tasks, false).unwrap(), expected);
    }
}
