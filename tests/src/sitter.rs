//! A person before the camera in this process: a few frames of each pose, put together as challenges ask for them.

use std::fs;

use virtual_card::picture::{self, Camera, Frame, Stream};
use wire::app::Pose;

use crate::faces::Person;

/// Enough of each pose for a challenge of three turns, which holds the front twice at most, and one to spare.
const OF_EACH: u8 = 6;
/// The first pose is held so long, and each other one.
const HOLDS: (usize, usize) = (3, 2);

/// With which both people turn far enough: each place of the nose is 0.03 or more from a limit.
const CLEAR: u64 = 3;

/// Frames of one person.
pub struct Sitter {
    frames: Vec<Frame>,
}

impl Sitter {
    /// Sits down.
    ///
    /// # Panics
    /// If the photograph was not fetched.
    pub fn new(who: Person) -> Self {
        let photograph = fs::read(who.photograph()).expect("a photograph");
        let person = picture::Person::on(&photograph, None).expect("a photograph that is known");
        let poses = [picture::Pose::Front, picture::Pose::Left, picture::Pose::Right];
        let stream = Stream { hold: OF_EACH, between: 0, ..Stream::new(&person, &poses) };
        let camera = Camera { seed: CLEAR, ..Camera::default() };
        Self { frames: camera.stream(&stream).expect("a stream") }
    }

    /// The fewest frames that show these poses.
    ///
    /// # Panics
    /// If they hold one pose more often than there are frames for it.
    pub fn showing(&self, poses: &[Pose]) -> Vec<Vec<u8>> {
        let mut left = [Pose::Front, Pose::Left, Pose::Right].map(|pose| (pose, self.of(pose)));
        let hold = |number| if number == 0 { HOLDS.0 } else { HOLDS.1 };
        let mut shown = Vec::new();
        for (number, pose) in poses.iter().enumerate() {
            let (_, frames) = left.iter_mut().find(|(of, _)| of == pose).expect("one of three");
            assert!(frames.len() >= hold(number), "{pose:?} too often in {poses:?}");
            shown.extend(frames.drain(..hold(number)));
        }
        shown
    }

    /// One more frame of this pose, which [`Self::showing`] leaves out.
    ///
    /// # Panics
    /// Never: there are as many of each.
    pub fn spare(&self, pose: Pose) -> Vec<u8> {
        self.of(pose).pop().expect("there are six")
    }

    fn of(&self, pose: Pose) -> Vec<Vec<u8>> {
        let pose = match pose {
            Pose::Front => picture::Pose::Front,
            Pose::Left => picture::Pose::Left,
            Pose::Right => picture::Pose::Right,
        };
        let frames = self.frames.iter().filter(|frame| frame.held == Some(pose));
        frames.map(|frame| frame.jpeg.clone()).collect()
    }
}

/// The same pictures in other files; each number makes others.
pub fn copied(frames: &[Vec<u8>], number: usize) -> Vec<Vec<u8>> {
    // JPEG: what stands behind the end marker is not looked at.
    frames.iter().map(|frame| [frame.as_slice(), &number.to_be_bytes()].concat()).collect()
}
