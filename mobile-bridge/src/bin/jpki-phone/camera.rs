//! A camera: a command that takes the pictures a challenge asks for.
//!
//! It is run once for each challenge, without a shell, as `COMMAND --poses front,left,… --out DIR`, and leaves `.jpg` files in
//! DIR, in the order of their names. DIR is a folder of mode 0700 in the system's folder for temporary files (`TMPDIR`), which
//! is removed once its pictures are read, and whatever else happens but SIGKILL and a loss of power.

mod run;
mod trouble;

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use client::undo;
use mobile_bridge::Frames;
use mobile_bridge::pictures::FRAMES_MOST;
use tempfile::TempDir;
use wire::app::{FaceChallenge, Pose};

use crate::picture_files;
use crate::stopped::Stopped;

pub(crate) use trouble::CameraTrouble;

/// A command and its first arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Camera {
    program: String,
    arguments: Vec<String>,
}

/// Not a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoCommand {
    #[error("no command")]
    Empty,
    #[error("a quotation mark is not closed, or a backslash stands at the end")]
    Quotation,
}

impl FromStr for Camera {
    type Err = NoCommand;

    /// Words and quotation marks are a shell's; nothing else of a shell is understood.
    fn from_str(command: &str) -> Result<Self, NoCommand> {
        let mut words = shlex::split(command).ok_or(NoCommand::Quotation)?.into_iter();
        match words.next() {
            Some(program) if !program.is_empty() => Ok(Self { program, arguments: words.collect() }),
            Some(_) | None => Err(NoCommand::Empty),
        }
    }
}

impl Camera {
    /// The pictures for this challenge, within this time.
    pub(crate) async fn take(&self, challenge: &FaceChallenge, limit: Duration) -> Result<Frames, Stopped> {
        let (camera, challenge) = (self.clone(), challenge.clone());
        tokio::task::spawn_blocking(move || camera.take_now(&challenge, limit))
            .await
            .map_err(|error| Stopped::System(error.into()))?
    }

    fn take_now(&self, challenge: &FaceChallenge, limit: Duration) -> Result<Frames, Stopped> {
        let (folder, held) = undo::hold(|| {
            let private = Permissions::from_mode(0o700);
            let folder = tempfile::Builder::new().prefix("jpki-phone-").permissions(private).tempdir()?;
            Ok((folder.path().to_owned(), move || remove(folder)))
        })
        .map_err(CameraTrouble::NoFolder)?;
        let frames = self.take_into(&folder, challenge, limit);
        drop(held);
        if folder.exists() {
            return Err(CameraTrouble::LeftBehind(folder).into());
        }
        frames
    }

    fn take_into(
        &self,
        folder: &Path,
        challenge: &FaceChallenge,
        limit: Duration,
    ) -> Result<Frames, Stopped> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg("--poses").arg(words(&challenge.poses)).arg("--out").arg(folder);
        let ran = run::run(command, limit)
            .map_err(|error| CameraTrouble::NotStarted { program: self.program.clone(), error })?;
        match ran.ended {
            run::Ended::With(status) if status.success() => {
                let most = usize::from(challenge.frames_most).min(FRAMES_MOST);
                picture_files::in_folder(folder, usize::from(challenge.frames_least)..=most)
            }
            run::Ended::With(status) => Err(CameraTrouble::Failed { status, said: ran.said }.into()),
            run::Ended::Late => Err(CameraTrouble::Late { limit, said: ran.said }.into()),
        }
    }
}

/// Removes the folder. What a killed command had started may write into it for a moment more.
fn remove(folder: TempDir) {
    let path = folder.keep();
    for _ in 0..10 {
        let _ = fs::remove_dir_all(&path);
        if !path.exists() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// The poses as a camera is told them.
fn words(poses: &[Pose]) -> OsString {
    let words: Vec<_> = poses
        .iter()
        .map(|pose| match pose {
            Pose::Front => "front",
            Pose::Left => "left",
            Pose::Right => "right",
        })
        .collect();
    words.join(",").into()
}

#[cfg(test)]
pub(crate) mod tests;
