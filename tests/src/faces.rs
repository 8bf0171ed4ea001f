//! Two people, and what a phone's camera makes of them: public-domain photographs that `make models` fetches.
//!
//! What a test gives to a phone lies in a folder of its own, apart from what programs write: a search through all of
//! that must not find the test's own pictures.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::camera::{Camera, Pictures, Shows};
use crate::site::Site;

/// Who sits before the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    /// Whose portrait is in the chip.
    Holder,
    /// Somebody else.
    Impostor,
}

impl Person {
    /// A photograph of this person.
    ///
    /// # Panics
    /// If it was not fetched.
    pub fn photograph(self) -> PathBuf {
        fetched(match self {
            Self::Holder => "pictures/grace_hopper.jpg",
            Self::Impostor => "pictures/astronaut.png",
        })
    }

    /// The part of it that becomes a portrait, for `virtual-card issue --crop`.
    pub const fn crop(self) -> &'static str {
        match self {
            Self::Holder => "16,0,480,600",
            Self::Impostor => "104,0,240,300",
        }
    }
}

/// The folder of the face engine's models.
///
/// # Panics
/// If they were not fetched.
pub fn models() -> PathBuf {
    let files = ["shape_predictor_5_face_landmarks.dat", "dlib_face_recognition_resnet_model_v1.dat"];
    let [file, _] = files.map(|name| fetched(&format!("models/{name}")));
    file.parent().expect("a file lies in a folder").to_owned()
}

/// A file that `make models` fetches.
fn fetched(name: &str) -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").expect("a home folder")).join(".cache");
    let file = cache.unwrap_or_else(home).join("jpki-reset").join(name);
    assert!(file.is_file(), "{} is missing: run `make models`", file.display());
    file
}

/// What one test's phones photograph. The files go when this is dropped.
pub struct Album {
    camera: Camera,
    folder: TempDir,
}

impl Album {
    /// An empty one.
    ///
    /// # Panics
    /// If there is no place for it.
    pub fn new() -> Self {
        let folder = TempDir::with_prefix("album-").unwrap();
        Self { camera: Camera::keeping_in(folder.path()), folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The front of this card.
    pub fn front(&self, site: &Site, card: &str) -> PathBuf {
        let file = self.path(&format!("{card}.jpg"));
        if !file.exists() {
            site.photograph_front(card, &file);
        }
        file
    }

    /// A camera before which this person does what is asked for.
    pub fn frames(&self, of: Person) -> Pictures {
        self.frames_with(of, Shows::Asked, &[])
    }

    /// A camera before which this person does something, with options of `virtual-card frames`: light, mirror, splice.
    ///
    /// # Panics
    /// If the photograph was not fetched.
    pub fn frames_with(&self, of: Person, shows: Shows, options: &[&str]) -> Pictures {
        self.camera.before(&of.photograph(), shows, options)
    }

    /// Every set of frames that cameras took so far, in order: a folder each.
    pub fn taken(&self) -> Vec<PathBuf> {
        self.camera.taken()
    }

    /// A file with this picture.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let file = self.path(name);
        fs::write(&file, bytes).unwrap();
        file
    }

    /// A folder with these files, in this order.
    ///
    /// # Panics
    /// If they cannot be written.
    pub fn put_together(&self, name: &str, files: &[Vec<u8>]) -> Pictures {
        let folder = self.path(name);
        fs::create_dir(&folder).unwrap();
        for (number, bytes) in files.iter().enumerate() {
            fs::write(folder.join(format!("{number:02}.jpg")), bytes).unwrap();
        }
        Pictures::Prepared(folder)
    }
}

impl Default for Album {
    fn default() -> Self {
        Self::new()
    }
}

/// The pictures of a folder, in order.
///
/// # Panics
/// If there are none.
pub fn read(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|file| file.extension().is_some_and(|end| end == "jpg")).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}
