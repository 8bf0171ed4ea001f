//! What a phone's camera sees during a live challenge: a stream of frames in which the head turns from pose to pose.
//! And what an attacker's camera would show instead, for tests of whoever judges such a stream.
//!
//! The head is rendered from one photograph (`person`). It tells nothing about real faces or about liveness.

use std::fmt;
use std::str::FromStr;

use fastrand::Rng;
use image::imageops;

use super::camera::encode;
use super::{Camera, Person, PictureError};

/// Most poses of a stream.
pub const POSES_MOST: usize = 16;
/// Most frames that hold a pose, and most frames from one pose to the next.
pub const POSE_FRAMES_MOST: u8 = 30;
/// Further than this no camera sees both eyes, in degrees.
pub const TURN_MOST: f32 = 45.0;
/// Nobody holds a head quite still, in degrees.
const SWAY: f32 = 0.8;

/// How a person looks at the camera. The picture is not mirrored: the person's left is the picture's right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pose {
    /// Straight into the camera.
    Front,
    /// Turned to the person's own left: towards the picture's right.
    Left,
    /// Turned to the person's own right: towards the picture's left.
    Right,
}

/// No such pose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pose is front, left or right")]
pub struct BadPose;

impl FromStr for Pose {
    type Err = BadPose;

    fn from_str(text: &str) -> Result<Self, BadPose> {
        match text {
            "front" => Ok(Self::Front),
            "left" => Ok(Self::Left),
            "right" => Ok(Self::Right),
            _ => Err(BadPose),
        }
    }
}

impl fmt::Display for Pose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Front => "front",
            Self::Left => "left",
            Self::Right => "right",
        })
    }
}

impl Pose {
    /// Degrees towards the picture's right.
    fn angle(self, turn: f32) -> f32 {
        match self {
            Self::Front => 0.0,
            Self::Left => turn,
            Self::Right => -turn,
        }
    }
}

/// What happens before the camera.
#[derive(Clone, Debug)]
pub struct Stream<'a> {
    /// Who sits there.
    pub person: &'a Person,
    /// What they show, in this order.
    pub poses: &'a [Pose],
    /// How many frames show each pose held.
    pub hold: u8,
    /// How many frames show the head on its way from one pose to the next.
    pub between: u8,
    /// How far the head turns, in degrees. See the crate's tests for what a face engine makes of 35.
    pub turn: f32,
    /// A photograph is held before the camera: it shifts as ever, and no head turns.
    pub still: bool,
    /// The camera's picture is mirrored, as a preview is: left becomes right.
    pub mirrored: bool,
    /// From a frame on, counted from 0, somebody else sits there.
    pub spliced: Option<(&'a Person, usize)>,
}

impl<'a> Stream<'a> {
    /// An honest stream, with three frames of each pose, two between poses, and turns of 35 degrees.
    pub fn new(person: &'a Person, poses: &'a [Pose]) -> Self {
        Self { person, poses, hold: 3, between: 2, turn: 35.0, still: false, mirrored: false, spliced: None }
    }

    /// Each frame's angle, and the pose that it holds.
    fn angles(&self) -> impl Iterator<Item = (f32, Option<Pose>)> {
        let before = self.poses.iter().scan(None, |last, pose| Some(last.replace(*pose)));
        self.poses.iter().zip(before).flat_map(|(pose, before)| {
            let to = pose.angle(self.turn);
            let from = before.map(|before| before.angle(self.turn));
            let steps = f32::from(self.between) + 1.0;
            let way = (1..=self.between).filter_map(move |step| {
                from.map(|from| (from + (to - from) * f32::from(step) / steps, None))
            });
            way.chain((0..self.hold).map(move |_| (to, Some(*pose))))
        })
    }
}

/// A frame of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The picture, without EXIF.
    pub jpeg: Vec<u8>,
    /// The pose that was held; `None` on the way to the next one.
    pub held: Option<Pose>,
}

impl Camera {
    /// The frames of a stream, 480 by 640 pixels, in order.
    ///
    /// # Errors
    /// [`PictureError::Encoding`].
    pub fn stream(&self, stream: &Stream<'_>) -> Result<Vec<Frame>, PictureError> {
        let mut noise = Rng::with_seed(self.seed);
        let frame = |(number, (angle, held)): (usize, (f32, Option<Pose>))| {
            let person = match stream.spliced {
                Some((other, from)) if number >= from => other,
                _ => stream.person,
            };
            let sway = (noise.f32() * 2.0 - 1.0) * SWAY;
            let seen = person.turned(if stream.still { 0.0 } else { angle + sway });
            let mut picture = self.frame(&seen, &mut noise);
            if stream.mirrored {
                imageops::flip_horizontal_in_place(&mut picture);
            }
            Ok(Frame { jpeg: encode(&picture)?, held })
        };
        stream.angles().enumerate().map(frame).collect()
    }
}
