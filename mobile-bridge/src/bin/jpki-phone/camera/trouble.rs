//! Why a camera gave no pictures: how the program ends, and what the person reads.

use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use client::Screen;
use client::exit::Exit;

/// Most lines of a camera's own words that are shown.
const LINES_MOST: usize = 12;
/// Most characters of a line.
const LINE_MAX_CHARS: usize = 200;

/// Why a camera gave no pictures. Nothing was sent.
#[derive(Debug)]
pub(crate) enum CameraTrouble {
    /// No folder for its pictures could be made.
    NoFolder(std::io::Error),
    /// It could not be started.
    NotStarted {
        /// What was to be started.
        program: String,
        /// Why not.
        error: std::io::Error,
    },
    /// It ended with a failure.
    Failed {
        /// How it ended.
        status: ExitStatus,
        /// The end of what it said.
        said: String,
    },
    /// It was still at work when the challenge's time was over, and was stopped.
    Late {
        /// How long it had.
        limit: Duration,
        /// The end of what it said.
        said: String,
    },
    /// Its folder could not be removed, and may hold pictures.
    LeftBehind(PathBuf),
}

impl CameraTrouble {
    /// Whether the camera may do better in another run.
    pub(crate) fn may_be_repeated(&self) -> bool {
        match self {
            Self::Failed { .. } | Self::Late { .. } => true,
            Self::NoFolder(_) | Self::NotStarted { .. } | Self::LeftBehind(_) => false,
        }
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::NotStarted { .. } => Exit::Usage,
            Self::Failed { .. } | Self::Late { .. } => Exit::Pictures,
            Self::NoFolder(_) | Self::LeftBehind(_) => Exit::Storage,
        }
    }

    pub(crate) fn tell(&self, screen: &mut Screen) {
        match self {
            Self::NoFolder(error) => screen.say(
                &format!("写真のための一時フォルダーを作れません（TMPDIR を確かめてください）: {error}"),
                &format!("No private folder for the pictures can be made (check TMPDIR): {error}"),
            ),
            Self::NotStarted { program, error } => screen.say(
                &format!(
                    "カメラのコマンド「{}」を起動できません: {error}。--camera の指定を確かめてください。",
                    plain(program)
                ),
                &format!(
                    "The camera command {:?} cannot be started: {error}. Check what --camera says.",
                    plain(program)
                ),
            ),
            Self::Failed { status, said } => {
                let (ja, en) = how(*status);
                screen.say(
                    &format!("カメラのコマンドが失敗しました（{ja}）。何も送っていません。"),
                    &format!("The camera command failed ({en}). Nothing was sent."),
                );
                quote(screen, said);
                screen.say(
                    "  原因を取り除いてから、同じ操作をもう一度行ってください。",
                    "  Put right what it complains about, then repeat the same command.",
                );
            }
            Self::Late { limit, said } => {
                let seconds = limit.as_millis().div_ceil(1000);
                screen.say(
                    &format!("カメラのコマンドが時間内（{seconds}秒）に終わらなかったので、止めました。何も送っていません。"),
                    &format!("The camera command did not end in time ({seconds} s) and was stopped. Nothing was sent."),
                );
                quote(screen, said);
                screen.say(
                    "  カメラを確かめてから、同じ操作をもう一度行ってください。",
                    "  Check the camera, then repeat the same command.",
                );
            }
            Self::LeftBehind(folder) => screen.say(
                &format!(
                    "お顔の写真のフォルダーを消せませんでした。ご自身で消してください: {}",
                    folder.display()
                ),
                &format!(
                    "The folder with pictures of your face could not be removed. Remove it yourself: {}",
                    folder.display()
                ),
            ),
        }
    }
}

fn how(status: ExitStatus) -> (String, String) {
    match (status.code(), status.signal()) {
        (Some(code), _) => (format!("終了コード {code}"), format!("exit status {code}")),
        (None, Some(signal)) => (format!("シグナル {signal}"), format!("signal {signal}")),
        (None, None) => (status.to_string(), status.to_string()),
    }
}

/// The end of what the camera said.
fn quote(screen: &mut Screen, said: &str) {
    let lines: Vec<_> = said.lines().map(plain).filter(|line| !line.trim().is_empty()).collect();
    for line in &lines[lines.len().saturating_sub(LINES_MOST)..] {
        screen.line(&format!("  | {line}"));
    }
}

/// Without what could steer a terminal, and not endless.
fn plain(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(LINE_MAX_CHARS).collect()
}
