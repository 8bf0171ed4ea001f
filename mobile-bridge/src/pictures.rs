//! Pictures for the server: of the card's front, and of the holder's face. They stand in no log, and their sizes are
//! checked before anything is sent; what they show only the server judges. They are wiped when dropped, and so are the
//! bodies in which they are sent ([`crate::multipart`]); the copy from which the HTTP client sends is beyond our reach.

use std::fmt;

use zeroize::Zeroizing;

/// Largest picture of the card's front, in bytes.
pub const FRONT_MAX_BYTES: usize = 4 << 20;
/// Largest picture of the face, in bytes.
pub const FRAME_MAX_BYTES: usize = 1 << 20;
/// Fewest pictures of the face that answer any challenge: three from the front, and two of the one turn that it asks for
/// at least. A challenge says how many it takes ([`Frames::check_count`]).
pub const FRAMES_LEAST: usize = 5;
/// Most pictures of the face that are sent, whatever a challenge says.
pub const FRAMES_MOST: usize = 32;
/// Most bytes of all pictures of the face together: what the server takes in one body, without the surface file.
pub const FRAMES_TOTAL_MAX_BYTES: usize = (12 << 20) - (128 << 10);

/// Why pictures are not sent. Nothing was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PicturesRefused {
    /// The picture of the card's front is larger than is taken.
    #[error("the picture of the card's front has {bytes} bytes; at most {FRONT_MAX_BYTES} are taken")]
    FrontTooLarge {
        /// Its size.
        bytes: usize,
    },
    /// A picture of the face is larger than is taken.
    #[error("picture {frame} of the face has {bytes} bytes; at most {FRAME_MAX_BYTES} are taken")]
    FrameTooLarge {
        /// Which, counted from 1.
        frame: usize,
        /// Its size.
        bytes: usize,
    },
    /// All pictures of the face together are larger than is taken.
    #[error(
        "the pictures of the face have {bytes} bytes together; at most {FRAMES_TOTAL_MAX_BYTES} are taken"
    )]
    TogetherTooLarge {
        /// Their size.
        bytes: usize,
    },
    /// Too few or too many pictures of the face.
    #[error("{found} pictures of the face; {least} to {most} are taken")]
    Count {
        /// How many there are.
        found: usize,
        /// Fewest that are taken.
        least: usize,
        /// Most that are taken.
        most: usize,
    },
}

/// A picture of the card's front, JPEG or PNG. The whole of it is sent, with the name, the address and the other fields
/// that the front prints; the server compares its face with the portrait and drops it. Nothing here cuts the face out:
/// that comes with the bindings for the app's camera.
#[derive(Clone, PartialEq, Eq)]
pub struct Front(Zeroizing<Vec<u8>>);

impl Front {
    /// Takes the bytes of the file.
    ///
    /// # Errors
    /// [`PicturesRefused::FrontTooLarge`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, PicturesRefused> {
        let front = Self(Zeroizing::new(bytes));
        match front.0.len() {
            0..=FRONT_MAX_BYTES => Ok(front),
            bytes => Err(PicturesRefused::FrontTooLarge { bytes }),
        }
    }

    /// The bytes of the file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Pictures of the holder's face, JPEG, in the order they were taken.
#[derive(Clone, PartialEq, Eq)]
pub struct Frames(Vec<Zeroizing<Vec<u8>>>);

impl Frames {
    /// Takes the bytes of the files: at least one, at most [`FRAMES_MOST`].
    ///
    /// # Errors
    /// [`PicturesRefused`].
    pub fn new(pictures: Vec<Vec<u8>>) -> Result<Self, PicturesRefused> {
        let frames = Self(pictures.into_iter().map(Zeroizing::new).collect());
        frames.check_count(1, FRAMES_MOST)?;
        for (index, picture) in frames.0.iter().enumerate() {
            if picture.len() > FRAME_MAX_BYTES {
                return Err(PicturesRefused::FrameTooLarge { frame: index + 1, bytes: picture.len() });
            }
        }
        match frames.iter().map(<[u8]>::len).sum() {
            0..=FRAMES_TOTAL_MAX_BYTES => Ok(frames),
            bytes => Err(PicturesRefused::TogetherTooLarge { bytes }),
        }
    }

    /// Whether there are as many as a challenge asks for.
    ///
    /// # Errors
    /// [`PicturesRefused::Count`].
    pub fn check_count(&self, least: usize, most: usize) -> Result<(), PicturesRefused> {
        let found = self.0.len();
        if (least..=most).contains(&found) {
            Ok(())
        } else {
            Err(PicturesRefused::Count { found, least, most })
        }
    }

    /// The bytes of each file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.0.iter().map(|picture| picture.as_slice())
    }
}

impl fmt::Debug for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Front({} bytes)", self.0.len())
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frames({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_thirty_two_pictures_of_a_face_are_taken_and_a_challenge_says_how_many() {
        let of = |count: usize| Frames::new(vec![vec![1]; count]);
        for found in [0, 33] {
            assert_eq!(of(found), Err(PicturesRefused::Count { found, least: 1, most: FRAMES_MOST }));
        }
        for found in [1, 32] {
            assert_eq!(of(found).map(|frames| frames.iter().len()), Ok(found));
        }
        let (least, most) = (9, 24);
        for found in [9, 24] {
            assert_eq!(of(found).unwrap().check_count(least, most), Ok(()));
        }
        for found in [8, 25] {
            let refused = of(found).unwrap().check_count(least, most);
            assert_eq!(refused, Err(PicturesRefused::Count { found, least, most }));
        }
    }

    #[test]
    fn a_picture_that_is_too_large_is_named_by_its_place() {
        let large = vec![0; FRAME_MAX_BYTES + 1];
        let refused = Frames::new(vec![vec![1], vec![0; FRAME_MAX_BYTES], large]).unwrap_err();
        assert_eq!(refused, PicturesRefused::FrameTooLarge { frame: 3, bytes: FRAME_MAX_BYTES + 1 });
        assert!(Front::new(vec![0; FRONT_MAX_BYTES]).is_ok());
        let refused = Front::new(vec![0; FRONT_MAX_BYTES + 1]).unwrap_err();
        assert_eq!(refused, PicturesRefused::FrontTooLarge { bytes: FRONT_MAX_BYTES + 1 });
    }

    #[test]
    fn twelve_pictures_of_the_largest_size_are_more_than_one_body() {
        let of = |count: usize| Frames::new(vec![vec![0; FRAME_MAX_BYTES]; count]).map(drop);
        assert_eq!(of(11), Ok(()));
        assert_eq!(of(12), Err(PicturesRefused::TogetherTooLarge { bytes: 12 << 20 }));
    }

    #[test]
    fn pictures_are_not_printed() {
        let frames = Frames::new(vec![b"CANARY".to_vec(); 3]).unwrap();
        assert_eq!(format!("{frames:?}"), "Frames(3)");
        assert_eq!(format!("{:?}", Front::new(b"CANARY".to_vec()).unwrap()), "Front(6 bytes)");
    }
}
