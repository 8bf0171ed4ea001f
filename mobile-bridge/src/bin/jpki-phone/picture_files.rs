//! Pictures in files, read and measured before anything is sent: of the card's front, and of the face, taken elsewhere or
//! left by a camera.

use std::fs::File;
use std::io::Read as _;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use mobile_bridge::pictures::{
    FRAME_MAX_BYTES, FRAMES_LEAST, FRAMES_MOST, FRAMES_TOTAL_MAX_BYTES, FRONT_MAX_BYTES,
};
use mobile_bridge::{Frames, Front, PicturesRefused};
use reservation::PinKind;
use zeroize::Zeroizing;

use crate::args::Book;
use crate::camera::Camera;
use crate::stopped::Stopped;

/// What a booking of the signature PIN shows.
pub(crate) struct Pictures {
    pub(crate) front: Front,
    pub(crate) face: Face,
}

/// Where the pictures of the face come from.
pub(crate) enum Face {
    /// They were taken elsewhere.
    AtHand(Frames),
    /// A camera takes them for each challenge.
    Camera(Camera),
}

/// The pictures of a booking of the signature PIN; none are taken for the user PIN's.
pub(crate) fn of(book: &Book) -> Result<Option<Pictures>, Stopped> {
    let usage = |text: &str| Err(Stopped::Usage(text.to_owned()));
    match (PinKind::from(book.target), &book.front, book.frames.as_slice(), &book.camera) {
        (PinKind::Signature, None, ..) => usage("--front is missing"),
        (PinKind::Signature, Some(_), [], None) => usage(
            "--target signature needs the holder's face: --camera COMMAND, or --frames with pictures taken elsewhere",
        ),
        (PinKind::Signature, Some(front), [], Some(camera)) => {
            Ok(Some(Pictures { front: self::front(front)?, face: Face::Camera(camera.clone()) }))
        }
        (PinKind::Signature, Some(front), frames, None) => {
            Ok(Some(Pictures { front: self::front(front)?, face: Face::AtHand(self::frames(frames)?) }))
        }
        (PinKind::Signature, Some(_), [_, ..], Some(_)) => usage("either --camera or --frames, not both"),
        (PinKind::User, None, [], None) if !book.western_digits => Ok(None),
        (PinKind::User, ..) => {
            usage("--front, --camera, --frames and --western-digits are for --target signature only")
        }
    }
}

/// A picture of the card's front.
pub(crate) fn front(file: &Path) -> Result<Front, Stopped> {
    let too_large = |bytes| PicturesRefused::FrontTooLarge { bytes };
    let size = measure(file, FRONT_MAX_BYTES, too_large)?;
    let mut picture = read(file, size, FRONT_MAX_BYTES, too_large)?;
    Ok(Front::new(std::mem::take(&mut *picture))?)
}

/// Pictures of the face: the files, or all `.jpg` files of one folder in the order of their names. As many as any challenge
/// takes.
pub(crate) fn frames(paths: &[PathBuf]) -> Result<Frames, Stopped> {
    let taken = FRAMES_LEAST..=FRAMES_MOST;
    match paths {
        [folder] if folder.is_dir() => in_folder(folder, taken),
        files => {
            // A name that was mistyped is told as that, not as a picture too few.
            let missing = files.iter().find_map(|file| Some((file, std::fs::metadata(file).err()?)));
            match missing {
                Some((file, error)) => Err(Stopped::PictureFile { file: file.clone(), error }),
                None => all(files, files.len(), taken),
            }
        }
    }
}

/// All `.jpg` files of a folder, in the order of their names, if there are as many as are taken.
pub(crate) fn in_folder(folder: &Path, taken: RangeInclusive<usize>) -> Result<Frames, Stopped> {
    let unreadable = |error| Stopped::PictureFile { file: folder.to_owned(), error };
    let mut files = Vec::new();
    let mut found = 0;
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let is_jpeg = file.extension().is_some_and(|extension| {
            extension.eq_ignore_ascii_case("jpg") || extension.eq_ignore_ascii_case("jpeg")
        });
        // What is no file, such as a pipe, would be waited for.
        if is_jpeg && file.is_file() {
            found += 1;
            if found <= FRAMES_MOST {
                files.push(file);
            }
        }
    }
    files.sort();
    all(&files, found, taken)
}

/// These files, of which `found` were found; all are measured before one is read.
fn all(files: &[PathBuf], found: usize, taken: RangeInclusive<usize>) -> Result<Frames, Stopped> {
    if !taken.contains(&found) {
        let (least, most) = taken.into_inner();
        return Err(PicturesRefused::Count { found, least, most }.into());
    }
    let too_large = |index| move |bytes| PicturesRefused::FrameTooLarge { frame: index + 1, bytes };
    let mut sizes = Vec::with_capacity(files.len());
    for (index, file) in files.iter().enumerate() {
        sizes.push(measure(file, FRAME_MAX_BYTES, too_large(index))?);
    }
    let together: usize = sizes.iter().sum();
    if together > FRAMES_TOTAL_MAX_BYTES {
        return Err(PicturesRefused::TogetherTooLarge { bytes: together }.into());
    }
    let mut pictures = Vec::with_capacity(files.len());
    for (index, (file, size)) in files.iter().zip(sizes).enumerate() {
        pictures.push(read(file, size, FRAME_MAX_BYTES, too_large(index))?);
    }
    Ok(Frames::new(pictures.iter_mut().map(|picture| std::mem::take(&mut **picture)).collect())?)
}

fn measure(
    file: &Path,
    limit: usize,
    too_large: impl FnOnce(usize) -> PicturesRefused,
) -> Result<usize, Stopped> {
    let size = std::fs::metadata(file).map_err(unreadable(file))?.len();
    match usize::try_from(size) {
        Ok(size) if size <= limit => Ok(size),
        size => Err(too_large(size.unwrap_or(usize::MAX)).into()),
    }
}

/// The bytes of a file that had this size when it was measured, and may have grown.
fn read(
    file: &Path,
    size: usize,
    limit: usize,
    too_large: impl FnOnce(usize) -> PicturesRefused,
) -> Result<Zeroizing<Vec<u8>>, Stopped> {
    // Large enough at once, so that no copy is left behind by growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    let opened = File::open(file).map_err(unreadable(file))?;
    opened.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(unreadable(file))?;
    if bytes.len() > limit { Err(too_large(bytes.len()).into()) } else { Ok(bytes) }
}

fn unreadable(file: &Path) -> impl FnOnce(std::io::Error) -> Stopped {
    let file = file.to_owned();
    |error| Stopped::PictureFile { file, error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_folders_jpeg_files_are_taken_in_the_order_of_their_names() {
        let dir = tempfile::tempdir().unwrap();
        let named = ["frame-10.jpg", "frame-02.JPG", "frame-03.jpeg", "frame-04.jpg", "frame-05.jpg"];
        for name in named.into_iter().chain(["notes.txt"]) {
            fs::write(dir.path().join(name), name).unwrap();
        }
        fs::create_dir(dir.path().join("folder.jpg")).unwrap();
        let frames = frames(&[dir.path().to_owned()]).unwrap();
        let names: Vec<_> = frames.iter().map(String::from_utf8_lossy).collect();
        let in_order = ["frame-02.JPG", "frame-03.jpeg", "frame-04.jpg", "frame-05.jpg", "frame-10.jpg"];
        assert_eq!(names, in_order);
    }

    #[test]
    fn a_folder_with_too_many_a_file_too_large_and_one_that_is_not_there_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str| dir.path().join(name);
        for number in 0..40 {
            fs::write(file(&format!("{number:02}.jpg")), "x").unwrap();
        }
        let refused = frames(&[dir.path().to_owned()]).unwrap_err();
        assert!(matches!(refused, Stopped::Pictures(PicturesRefused::Count { found: 40, .. })));
        let refused = in_folder(dir.path(), 9..=24).unwrap_err();
        let Stopped::Pictures(refused) = refused else { panic!("{refused:?}") };
        assert_eq!(refused, PicturesRefused::Count { found: 40, least: 9, most: 24 });
        fs::write(file("large"), vec![0; FRONT_MAX_BYTES + 1]).unwrap();
        let refused = front(&file("large")).unwrap_err();
        assert!(matches!(refused, Stopped::Pictures(PicturesRefused::FrontTooLarge { .. })));
        let five = |name: &str| ["00.jpg", name, "01.jpg", "02.jpg", "03.jpg"].map(file);
        let refused = frames(&five("large")).unwrap_err();
        assert!(matches!(refused, Stopped::Pictures(PicturesRefused::FrameTooLarge { frame: 2, .. })));
        assert!(matches!(frames(&five("none")).unwrap_err(), Stopped::PictureFile { .. }));
    }

    #[test]
    fn files_that_are_too_large_together_are_not_read() {
        let dir = tempfile::tempdir().unwrap();
        for number in 0..12 {
            // A file with a hole takes no room on the disk.
            let file = File::create(dir.path().join(format!("{number:02}.jpg"))).unwrap();
            file.set_len(FRAME_MAX_BYTES as u64).unwrap();
        }
        let refused = frames(&[dir.path().to_owned()]).unwrap_err();
        assert!(matches!(refused, Stopped::Pictures(PicturesRefused::TogetherTooLarge { bytes: 0xc0_0000 })));
    }
}
