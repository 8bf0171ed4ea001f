//! What a worker is asked.

use std::io::{self, Read, Write};

use super::values::{pose, pose_byte};
use super::{ProtocolError, read_part, read_u8, write_part};
use crate::limits::{FRAME_MAX_BYTES, FRAMES_MOST, FRONT_MAX_BYTES, PORTRAIT_MAX_BYTES, POSES_MOST};
use crate::{Picture, Sitting};

/// What a worker is asked.
#[derive(Clone, Debug)]
pub enum Request {
    /// Whether the photograph of a card's front shows the portrait's face.
    Front {
        /// The chip's portrait.
        portrait: Picture,
        /// The photograph.
        front: Picture,
    },
    /// Decode, find the faces, judge the quality; keep them until the next request.
    Inspect(Sitting),
    /// Compare what is kept, and forget it.
    Compare,
    /// Forget what is kept.
    Forget,
}

const FRONT: u8 = 1;
const INSPECT: u8 = 2;
const COMPARE: u8 = 3;
const FORGET: u8 = 4;

fn malformed(what: &'static str) -> ProtocolError {
    ProtocolError::Malformed(what)
}

impl Request {
    /// Writes the request; pictures go straight from where they are.
    ///
    /// # Errors
    /// The worker is gone.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Front { portrait, front } => {
                out.write_all(&[FRONT])?;
                write_part(out, portrait.as_bytes())?;
                write_part(out, front.as_bytes())?;
            }
            Self::Inspect(sitting) => {
                out.write_all(&[INSPECT])?;
                let poses: Vec<u8> = sitting.poses.iter().copied().map(pose_byte).collect();
                write_part(out, &poses)?;
                write_part(out, sitting.portrait.as_bytes())?;
                let frames = u8::try_from(sitting.frames.len())
                    .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
                out.write_all(&[frames])?;
                for frame in &sitting.frames {
                    write_part(out, frame.as_bytes())?;
                }
            }
            Self::Compare => out.write_all(&[COMPARE])?,
            Self::Forget => out.write_all(&[FORGET])?,
        }
        out.flush()
    }

    /// Reads a request; `None` where the other side closed between two of them.
    ///
    /// # Errors
    /// Bytes that are no request, or the other side is gone in the middle of one.
    pub fn read(from: &mut impl Read) -> Result<Option<Self>, ProtocolError> {
        let kind = match read_u8(from) {
            Ok(kind) => kind,
            Err(ProtocolError::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(other) => return Err(other),
        };
        let request = match kind {
            FRONT => Self::Front {
                portrait: Picture::new(read_part(from, PORTRAIT_MAX_BYTES)?),
                front: Picture::new(read_part(from, FRONT_MAX_BYTES)?),
            },
            INSPECT => {
                let poses = read_part(from, POSES_MOST)?.into_iter().map(pose).collect::<Result<_, _>>()?;
                let portrait = Picture::new(read_part(from, PORTRAIT_MAX_BYTES)?);
                let count = usize::from(read_u8(from)?);
                if count > FRAMES_MOST {
                    return Err(malformed("too many frames"));
                }
                let mut frames = Vec::with_capacity(count);
                for _ in 0..count {
                    frames.push(Picture::new(read_part(from, FRAME_MAX_BYTES)?));
                }
                Self::Inspect(Sitting { portrait, poses, frames })
            }
            COMPARE => Self::Compare,
            FORGET => Self::Forget,
            _ => return Err(malformed("no such request")),
        };
        Ok(Some(request))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::sitting;

    fn round_trip(request: &Request) -> Request {
        let mut bytes = Vec::new();
        request.write(&mut bytes).expect("memory takes it");
        let mut rest = bytes.as_slice();
        let read = Request::read(&mut rest).expect("it is a request").expect("there is one");
        assert!(rest.is_empty(), "it ends where it ends");
        for cut in 1..bytes.len() {
            assert!(Request::read(&mut &bytes[..cut]).is_err(), "cut at {cut} of {}", bytes.len());
        }
        read
    }

    #[test]
    fn a_request_is_read_as_it_was_written() {
        let asked = sitting("face:alice", &["one", "two", "three"]);
        let Request::Inspect(read) = round_trip(&Request::Inspect(asked.clone())) else {
            panic!("a sitting")
        };
        assert_eq!(read.portrait.as_bytes(), asked.portrait.as_bytes());
        assert_eq!(read.poses, asked.poses);
        let frames = |sitting: &Sitting| -> Vec<Vec<u8>> {
            sitting.frames.iter().map(|frame| frame.as_bytes().to_vec()).collect()
        };
        assert_eq!(frames(&read), frames(&asked));
        let front = Request::Front { portrait: Picture::new(vec![1]), front: Picture::new(vec![2, 3]) };
        assert!(
            matches!(round_trip(&front), Request::Front { front, .. } if front.as_bytes() == [2, 3]),
            "both pictures arrive"
        );
        assert!(matches!(round_trip(&Request::Compare), Request::Compare));
        assert!(matches!(round_trip(&Request::Forget), Request::Forget));
    }

    #[test]
    fn nothing_is_read_where_the_other_side_has_closed() {
        assert!(matches!(Request::read(&mut [].as_slice()), Ok(None)));
    }

    #[test]
    fn a_length_over_its_limit_is_refused_before_anything_is_read() {
        let mut bytes = vec![FRONT];
        bytes.extend(u32::MAX.to_be_bytes());
        assert!(matches!(Request::read(&mut bytes.as_slice()), Err(ProtocolError::Malformed(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_at_all_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Request::read(&mut bytes.as_slice());
        }
    }
}
