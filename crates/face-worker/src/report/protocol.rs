//! What the report and its describing processes say to each other, over the process's standard input and output.
//!
//! It is not the server's protocol on purpose: a worker of the server never tells a descriptor or a distance, only a
//! verdict. A describing process holds no card and no booking, and the pictures are the operator's own. It may still be
//! taken over by one of them, so that every reply is parsed with bounds.

use std::io::{self, Read, Write};

use face::{Picture, UnfitReason};
use face_dlib_sys::DESCRIPTOR_LEN;

use super::head::{HEAD_HEIGHT, HEAD_WIDTH, Head};
use crate::likeness::Descriptor;

/// Largest file that is looked at.
pub(super) const PICTURE_MAX_BYTES: usize = 16 * 1024 * 1024;
/// Longest complaint of a process that does not start.
const COMPLAINT_MAX_BYTES: usize = 4096;

/// What is asked for.
#[derive(Debug)]
pub(super) enum Request {
    /// The descriptor of the one face.
    Describe(Picture),
    /// The head, cut out as it stands on a card.
    CutOut(Picture),
}

/// What is answered.
#[derive(Debug, PartialEq)]
pub(super) enum Reply {
    /// Models loaded, locked down.
    Ready,
    /// Not ready, and why.
    CannotStart(String),
    Descriptor(Box<Descriptor>),
    Head(Head),
    Unfit(UnfitReason),
    /// The engine failed.
    Fault,
}

/// An answer, and whether the process has to be replaced by another after it.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    pub(super) reply: Reply,
    pub(super) spent: bool,
}

impl Request {
    pub(super) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let (kind, picture) = match self {
            Self::Describe(picture) => (0, picture),
            Self::CutOut(picture) => (1, picture),
        };
        to.write_all(&[kind])?;
        write_part(to, picture.as_bytes())
    }

    /// The next request; `None` at the end.
    pub(super) fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut kind = [0];
        if from.read(&mut kind)? == 0 {
            return Ok(None);
        }
        let picture = Picture::new(read_part(from, PICTURE_MAX_BYTES)?);
        match kind {
            [0] => Ok(Some(Self::Describe(picture))),
            [1] => Ok(Some(Self::CutOut(picture))),
            _ => Err(malformed()),
        }
    }
}

impl Said {
    pub(super) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let (kind, part) = match &self.reply {
            Reply::Ready => (0, Vec::new()),
            Reply::CannotStart(reason) => {
                let reason = reason.as_bytes();
                (1, reason[..reason.len().min(COMPLAINT_MAX_BYTES)].to_vec())
            }
            Reply::Descriptor(descriptor) => {
                (2, descriptor.0.iter().flat_map(|number| number.to_le_bytes()).collect())
            }
            Reply::Head(head) => (3, head.grey().to_vec()),
            Reply::Unfit(reason) => {
                let number = UnfitReason::ALL.iter().position(|other| other == reason);
                (4, vec![number.and_then(|number| u8::try_from(number).ok()).unwrap_or(u8::MAX)])
            }
            Reply::Fault => (5, Vec::new()),
        };
        to.write_all(&[kind, u8::from(self.spent)])?;
        write_part(to, &part)
    }

    pub(super) fn read(from: &mut impl Read) -> io::Result<Self> {
        let mut head = [0; 2];
        from.read_exact(&mut head)?;
        let [kind, spent] = head;
        let limit = match kind {
            1 => COMPLAINT_MAX_BYTES,
            2 => DESCRIPTOR_LEN * 4,
            3 => (HEAD_WIDTH * HEAD_HEIGHT) as usize,
            4 => 1,
            _ => 0,
        };
        let part = read_part(from, limit)?;
        let reply = match (kind, part.as_slice()) {
            (0, []) => Reply::Ready,
            (1, reason) => Reply::CannotStart(String::from_utf8_lossy(reason).into_owned()),
            (2, numbers) => Reply::Descriptor(Box::new(descriptor(numbers).ok_or_else(malformed)?)),
            (3, _) => Reply::Head(Head::new(part).ok_or_else(malformed)?),
            (4, &[reason]) => Reply::Unfit(*UnfitReason::ALL.get(usize::from(reason)).ok_or_else(malformed)?),
            (5, []) => Reply::Fault,
            _ => return Err(malformed()),
        };
        Ok(Self { reply, spent: spent != 0 })
    }
}

/// Numbers that can be compared: none is infinite or NaN.
fn descriptor(bytes: &[u8]) -> Option<Descriptor> {
    let (numbers, rest) = bytes.as_chunks::<4>();
    let numbers: Vec<f32> = numbers.iter().map(|number| f32::from_le_bytes(*number)).collect();
    let numbers: [f32; DESCRIPTOR_LEN] = numbers.try_into().ok()?;
    (rest.is_empty() && numbers.iter().all(|number| number.is_finite())).then_some(Descriptor(numbers))
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not a message")
}

fn write_part(to: &mut impl Write, part: &[u8]) -> io::Result<()> {
    let length = u32::try_from(part.len()).map_err(|_| malformed())?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(part)
}

/// Reads a part of at most `limit` bytes; its length is compared before anything is allocated.
fn read_part(from: &mut impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > limit {
        return Err(malformed());
    }
    let mut part = vec![0; length];
    from.read_exact(&mut part)?;
    Ok(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(said: &Said) -> Vec<u8> {
        let mut bytes = Vec::new();
        said.write(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn every_reply_is_read_as_it_was_written() {
        let numbers = core::array::from_fn(|number| number as f32 / 7.0);
        let grey = (0..HEAD_WIDTH * HEAD_HEIGHT).map(|pixel| (pixel % 251) as u8).collect();
        let replies = [
            Reply::Ready,
            Reply::CannotStart("no models".into()),
            Reply::Descriptor(Box::new(Descriptor(numbers))),
            Reply::Head(Head::new(grey).unwrap()),
            Reply::Fault,
        ];
        for (number, reply) in replies.into_iter().chain(UnfitReason::ALL.map(Reply::Unfit)).enumerate() {
            let said = Said { reply, spent: number % 2 == 1 };
            assert_eq!(Said::read(&mut written(&said).as_slice()).unwrap(), said);
        }
    }

    #[test]
    fn requests_are_read_as_they_were_written_until_the_end() {
        let mut bytes = Vec::new();
        Request::Describe(Picture::new(vec![1, 2])).write(&mut bytes).unwrap();
        Request::CutOut(Picture::new(Vec::new())).write(&mut bytes).unwrap();
        let mut from = bytes.as_slice();
        assert!(
            matches!(Request::read(&mut from), Ok(Some(Request::Describe(it))) if it.as_bytes() == [1, 2])
        );
        assert!(
            matches!(Request::read(&mut from), Ok(Some(Request::CutOut(it))) if it.as_bytes().is_empty())
        );
        assert!(matches!(Request::read(&mut from), Ok(None)));
    }

    #[test]
    fn a_descriptor_that_is_no_number_is_no_message() {
        let mut numbers = [0.5; DESCRIPTOR_LEN];
        numbers[77] = f32::NAN;
        let said = Said { reply: Reply::Descriptor(Box::new(Descriptor(numbers))), spent: false };
        assert!(Said::read(&mut written(&said).as_slice()).is_err());
    }

    #[test]
    fn nothing_is_allocated_for_a_length_over_the_limit() {
        for kind in 0..=u8::MAX {
            let bytes = [&[kind, 0][..], &u32::MAX.to_be_bytes()].concat();
            assert!(Said::read(&mut bytes.as_slice()).is_err(), "{kind}");
            assert!(Request::read(&mut [&[kind][..], &u32::MAX.to_be_bytes()].concat().as_slice()).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_message_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let _ = Said::read(&mut bytes.as_slice());
            let _ = Request::read(&mut bytes.as_slice());
        }
    }
}
