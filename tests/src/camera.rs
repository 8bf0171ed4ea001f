//! A phone's camera, as far as `virtual-card frames` can stand for one: a command that shows the poses of each challenge, or
//! tries to get round them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::programs;

/// Where a booking's pictures of the face come from.
#[derive(Clone, Debug)]
pub enum Pictures {
    /// A camera takes them for each challenge: its command.
    Camera(String),
    /// They were taken before: a folder of files.
    Prepared(PathBuf),
}

impl Pictures {
    /// As the phone's command line has it.
    pub(crate) fn arguments(&self) -> [String; 2] {
        match self {
            Self::Camera(command) => ["--camera".to_owned(), command.clone()],
            Self::Prepared(folder) => {
                ["--frames".to_owned(), folder.to_str().expect("a plain name").to_owned()]
            }
        }
    }
}

/// What a camera has the person do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// What is asked for.
    Asked,
    /// First turns the other way, and then does what is asked for.
    OtherWayFirst,
    /// What was asked for when the first frames of this album were taken; if that is the same, the mirrored poses.
    Recorded,
}

impl Shows {
    const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::OtherWayFirst => "other-way",
            Self::Recorded => "recorded",
        }
    }
}

/// The cheapest stream that the engine takes: it begins with three frames from the front.
const CHEAPEST: [&str; 4] = ["--hold", "3", "--between", "0"];
/// With which both people turn far enough for all eight challenges of three turns: each place of the nose is 0.02 or more
/// from a limit. Of other seeds' streams about one in 300 is not taken (`docs/face.md`), and no test may fail by chance.
const CLEAR: [&str; 2] = ["--seed", "3"];

const SCRIPT: &str = include_str!("camera.sh");

/// A camera that keeps what it takes in a folder.
pub(crate) struct Camera {
    album: PathBuf,
}

impl Camera {
    pub(crate) fn keeping_in(album: &Path) -> Self {
        fs::write(album.join("camera.sh"), SCRIPT).expect("an album's folder");
        fs::create_dir(album.join("taken")).expect("an album's folder");
        Self { album: album.to_owned() }
    }

    /// Before this photograph, with options of `virtual-card frames`.
    pub(crate) fn before(&self, photograph: &Path, shows: Shows, options: &[&str]) -> Pictures {
        let program = programs::path(programs::CARD);
        let script = self.album.join("camera.sh");
        let [script, program, album, photograph] = [&script, &program, &self.album, photograph]
            .map(|path| path.to_str().expect("a plain name").to_owned());
        let words = ["sh", &script, &program, &album, shows.word(), "--picture", &photograph];
        let unless_told = |words: &'static [&str]| if options.contains(&words[0]) { &[] } else { words };
        Pictures::Camera([&words, unless_told(&CHEAPEST), unless_told(&CLEAR), options].concat().join(" "))
    }

    /// The folders with what was taken so far, in order.
    pub(crate) fn taken(&self) -> Vec<PathBuf> {
        let folders = (1..).map(|number| self.album.join(format!("taken/{number}")));
        folders.take_while(|folder| folder.join("poses").exists()).collect()
    }
}
