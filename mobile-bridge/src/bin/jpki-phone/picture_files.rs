//! The pictures that the phone's camera would take: files here, read and measured before anything is sent.

use std::path::{Path, PathBuf};

use mobile_bridge::pictures::{FRAME_MAX_BYTES, FRAMES_LEAST, FRAMES_MOST, FRONT_MAX_BYTES};
use mobile_bridge::{Frames, Front, PicturesRefused};
use reservation::PinKind;

use crate::args::Book;
use crate::stopped::Stopped;

/// What a booking of the signature PIN shows.
pub(crate) struct Pictures {
    pub(crate) front: Front,
    pub(crate) frames: Frames,
}

/// The pictures of a booking of the signature PIN; none are taken for the user PIN's.
pub(crate) fn of(book: &Book) -> Result<Option<Pictures>, Stopped> {
    match (PinKind::from(book.target), &book.front, book.frames.as_slice()) {
        (PinKind::Signature, Some(front), frames) => {
            Ok(Some(Pictures { front: self::front(front)?, frames: self::frames(frames)? }))
        }
        (PinKind::Signature, None, _) => Err(Stopped::Usage("--front is missing".to_owned())),
        (PinKind::User, None, []) if !book.western_digits => Ok(None),
        (PinKind::User, ..) => Err(Stopped::Usage(
            "--front, --frames and --western-digits are for --target signature only".to_owned(),
        )),
    }
}

/// A picture of the card's front.
pub(crate) fn front(file: &Path) -> Result<Front, Stopped> {
    let bytes = read(file, FRONT_MAX_BYTES, |bytes| PicturesRefused::FrontTooLarge { bytes })?;
    Ok(Front::new(bytes)?)
}

/// Pictures of the face: the files, or all `.jpg` files of one folder in the order of their names.
pub(crate) fn frames(paths: &[PathBuf]) -> Result<Frames, Stopped> {
    let files = match paths {
        [folder] if folder.is_dir() => in_folder(folder)?,
        files => files.to_vec(),
    };
    // A name that was mistyped is told as that, not as a picture too few.
    let missing = files.iter().find_map(|file| Some((file, std::fs::metadata(file).err()?)));
    if let Some((file, error)) = missing {
        return Err(Stopped::PictureFile { file: file.clone(), error });
    }
    if !(FRAMES_LEAST..=FRAMES_MOST).contains(&files.len()) {
        let (least, most) = (FRAMES_LEAST, FRAMES_MOST);
        return Err(PicturesRefused::Count { found: files.len(), least, most }.into());
    }
    let mut pictures = Vec::with_capacity(files.len());
    for (index, file) in files.iter().enumerate() {
        let too_large = |bytes| PicturesRefused::FrameTooLarge { frame: index + 1, bytes };
        pictures.push(read(file, FRAME_MAX_BYTES, too_large)?);
    }
    Ok(Frames::new(pictures)?)
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Stopped> {
    let unreadable = |error| Stopped::PictureFile { file: folder.to_owned(), error };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let is_jpeg = file.extension().is_some_and(|extension| {
            extension.eq_ignore_ascii_case("jpg") || extension.eq_ignore_ascii_case("jpeg")
        });
        if is_jpeg {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn read(file: &Path, limit: usize, too_large: impl Fn(usize) -> PicturesRefused) -> Result<Vec<u8>, Stopped> {
    let unreadable = |error| Stopped::PictureFile { file: file.to_owned(), error };
    let size = std::fs::metadata(file).map_err(unreadable)?.len();
    match usize::try_from(size) {
        Ok(size) if size <= limit => std::fs::read(file).map_err(unreadable),
        size => Err(too_large(size.unwrap_or(usize::MAX)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_folders_jpeg_files_are_taken_in_the_order_of_their_names() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["frame-10.jpg", "frame-02.JPG", "frame-03.jpeg", "notes.txt"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        let frames = frames(&[dir.path().to_owned()]).unwrap();
        let names: Vec<_> = frames.iter().map(String::from_utf8_lossy).collect();
        assert_eq!(names, ["frame-02.JPG", "frame-03.jpeg", "frame-10.jpg"]);
    }

    #[test]
    fn a_folder_with_too_many_a_file_too_large_and_one_that_is_not_there_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str| dir.path().join(name);
        for number in 0..13 {
            fs::write(file(&format!("{number:02}.jpg")), "x").unwrap();
        }
        let refused = frames(&[dir.path().to_owned()]).unwrap_err();
        assert!(matches!(refused, Stopped::Pictures(PicturesRefused::Count { found: 13, .. })));
        fs::write(file("large"), vec![0; FRONT_MAX_BYTES + 1]).unwrap();
        let refused = front(&file("large")).unwrap_err();
        assert!(matches!(refused, Stopped::Pictures(PicturesRefused::FrontTooLarge { .. })));
        let large = [file("00.jpg"), file("large"), file("01.jpg")];
        let refused = frames(&large).unwrap_err();
        assert!(matches!(refused, Stopped::Pictures(PicturesRefused::FrameTooLarge { frame: 2, .. })));
        let missing = [file("00.jpg"), file("none"), file("01.jpg")];
        assert!(matches!(frames(&missing).unwrap_err(), Stopped::PictureFile { .. }));
    }
}
