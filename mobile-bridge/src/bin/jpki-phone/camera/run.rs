//! A program that runs for so long and no longer, and of whose output only the end is kept.

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use client::undo;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// How much of the end of its output is kept, in bytes.
const SAID_MAX_BYTES: usize = 4096;
/// How long the end of the output is waited for once the program has ended: what it started may hold on to it.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How a program ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// By itself, or by somebody else's signal.
    With(ExitStatus),
    /// It was still at work at the end of its time, and was killed.
    Late,
}

/// A program that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) ended: Ended,
    /// The end of what it wrote to standard output and standard error.
    pub(crate) said: String,
}

/// Runs it with nothing to read, in a process group of its own, which is killed when the program has ended, when its time is
/// over, and when a signal ends this one.
///
/// # Errors
/// The operating system's: it was not started.
pub(crate) fn run(mut command: Command, limit: Duration) -> std::io::Result<Ran> {
    let (mut output, input) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(input.try_clone()?).stderr(input);
    command.process_group(0);
    let ((mut child, program), group) = undo::hold(move || {
        let child = command.spawn()?;
        let program = Pid::from_child(&child);
        Ok(((child, program), move || end_group(program)))
    })?;
    let said = Arc::new(Mutex::new(Vec::new()));
    let (end, ended) = mpsc::channel::<()>();
    let listener = said.clone();
    std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        while let Ok(read @ 1..) = output.read(&mut buffer) {
            keep_end(&mut listener.lock().unwrap_or_else(PoisonError::into_inner), &buffer[..read]);
        }
        drop(end);
    });
    let in_time = ends_within(program, limit);
    // Not yet waited for, the program still owns its number: nobody else's group can be killed here.
    drop(group);
    let status = child.wait()?;
    // Either nobody can write any more, or whoever left the group is not waited for.
    let _ = ended.recv_timeout(LAST_WORDS);
    let said = std::mem::take(&mut *said.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Ran {
        ended: if in_time { Ended::With(status) } else { Ended::Late },
        said: String::from_utf8_lossy(&said).into_owned(),
    })
}

/// Whether the program ends within this time. It is not yet waited for then.
fn ends_within(program: Pid, limit: Duration) -> bool {
    let (end, ended) = mpsc::channel();
    std::thread::spawn(move || {
        wait_for_end(program);
        // Nobody listens any more where the time was over first.
        let _ = end.send(());
    });
    ended.recv_timeout(limit) != Err(RecvTimeoutError::Timeout)
}

/// Kills the group, and returns when the program itself can do nothing any more.
fn end_group(program: Pid) {
    // An error means that nobody is left in it.
    let _ = kill_process_group(program, Signal::KILL);
    wait_for_end(program);
}

/// Waits until the program has ended, and leaves its status for whoever asks for it.
fn wait_for_end(program: Pid) {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let _ = rustix::io::retry_on_intr(|| waitid(WaitId::Pid(program), options));
}

fn keep_end(said: &mut Vec<u8>, more: &[u8]) {
    said.extend_from_slice(more);
    let too_many = said.len().saturating_sub(SAID_MAX_BYTES);
    said.drain(..too_many);
}
