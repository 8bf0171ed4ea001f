//! Two people, and what a phone's camera makes of them: public-domain photographs that `make models` fetches.
//!
//! What a test gives to a phone lies in a folder of its own, apart from what programs write: a search through all of
//! that must not find the test's own pictures.

use std::fs;
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{GrayImage, RgbImage};
use tempfile::TempDir;

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

    /// Where the head is on it: left, top, width, height. On the whole of the second one, the detector sees a face in
    /// the suit now and then.
    const fn head(self) -> [u32; 4] {
        match self {
            Self::Holder => [16, 0, 480, 600],
            Self::Impostor => [104, 0, 240, 300],
        }
    }

    /// The same for `virtual-card issue --crop`.
    pub fn crop(self) -> String {
        self.head().map(|number| number.to_string()).join(",")
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
    folder: TempDir,
}

/// As many as a challenge asks for.
const FRAMES: &str = "3";

impl Album {
    /// An empty one.
    ///
    /// # Panics
    /// If there is no place for it.
    pub fn new() -> Self {
        Self { folder: TempDir::with_prefix("album-").unwrap() }
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

    /// A folder with frames of this person.
    pub fn frames(&self, site: &Site, of: Person) -> PathBuf {
        self.frames_with(site, of, &[])
    }

    /// The same with options of `virtual-card frames`: seed, light, distance.
    ///
    /// # Panics
    /// If the photograph was not fetched.
    pub fn frames_with(&self, site: &Site, of: Person, options: &[&str]) -> PathBuf {
        let folder = self.path(&format!("{of:?}{}", options.concat()));
        if !folder.exists() {
            let head = self.path(&format!("{of:?}.png"));
            let [left, top, width, height] = of.head();
            let whole = image::open(of.photograph()).expect("a photograph");
            whole.crop_imm(left, top, width, height).save(&head).unwrap();
            site.take_frames(&head, &folder, &[&["--count", FRAMES], options].concat());
        }
        folder
    }

    /// A folder with these files, in this order.
    ///
    /// # Panics
    /// If they cannot be written.
    pub fn put_together(&self, name: &str, files: &[Vec<u8>]) -> PathBuf {
        let folder = self.path(name);
        fs::create_dir(&folder).unwrap();
        for (number, bytes) in files.iter().enumerate() {
            fs::write(folder.join(format!("{number:02}.jpg")), bytes).unwrap();
        }
        folder
    }
}

impl Default for Album {
    fn default() -> Self {
        Self::new()
    }
}

/// The files of a folder of frames, in order.
///
/// # Panics
/// If there are none.
pub fn read(folder: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Frames that show a wall and nobody.
///
/// # Panics
/// If they cannot be encoded.
pub fn frames_of_nobody() -> Vec<Vec<u8>> {
    let wall = |shade: u8| GrayImage::from_fn(320, 320, |x, _| [shade + u8::from(x % 64 < 32) * 20].into());
    [100, 130, 160].map(|shade| jpeg(&image::DynamicImage::from(wall(shade)).to_rgb8())).to_vec()
}

/// Frames that show two faces: each of these beside the next.
///
/// # Panics
/// If these are no frames.
pub fn side_by_side(frames: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let decode = |bytes: &Vec<u8>| {
        let frame = image::load_from_memory(bytes).expect("a frame").to_rgb8();
        imageops::resize(&frame, frame.width() * 3 / 4, frame.height() * 3 / 4, FilterType::Triangle)
    };
    let beside = |(one, other): (&Vec<u8>, &Vec<u8>)| {
        let [one, other] = [one, other].map(decode);
        let mut together = RgbImage::new(one.width() + other.width(), one.height());
        imageops::replace(&mut together, &one, 0, 0);
        imageops::replace(&mut together, &other, i64::from(one.width()), 0);
        jpeg(&together)
    };
    frames.iter().zip(frames.iter().cycle().skip(1)).map(beside).collect()
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 88).encode_image(picture).expect("a picture");
    bytes
}
