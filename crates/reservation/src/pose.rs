//! The poses of a face challenge: front first, then turns drawn at random, no two alike in a row.

use core::fmt;

use crate::limits::{DEFAULT_FACE_TURNS, FACE_TURNS_MOST};

/// How the holder looks at the camera. Left and right are the holder's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pose {
    /// Straight into it.
    Front,
    /// With the head turned to the left.
    Left,
    /// With the head turned to the right.
    Right,
}

impl Pose {
    /// What may follow: one of two.
    const fn next(self, other: bool) -> Self {
        match (self, other) {
            (Self::Front, false) | (Self::Right, true) => Self::Left,
            (Self::Front, true) | (Self::Left, false) => Self::Right,
            (Self::Left, true) | (Self::Right, false) => Self::Front,
        }
    }

    const fn letter(self) -> char {
        match self {
            Self::Front => 'F',
            Self::Left => 'L',
            Self::Right => 'R',
        }
    }

    const fn of(letter: char) -> Option<Self> {
        match letter {
            'F' => Some(Self::Front),
            'L' => Some(Self::Left),
            'R' => Some(Self::Right),
            _ => None,
        }
    }
}

/// How often a challenge has the head change its pose, 1 to [`FACE_TURNS_MOST`]. Frames that were made for no challenge
/// at all meet one in two to the power of it; who has them can ask until they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turns(u8);

impl Turns {
    /// So many, if a challenge can have them.
    pub const fn new(count: u8) -> Option<Self> {
        if count >= 1 && count <= FACE_TURNS_MOST { Some(Self(count)) } else { None }
    }

    /// How many.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Default for Turns {
    /// [`DEFAULT_FACE_TURNS`].
    fn default() -> Self {
        const { assert!(Self::new(DEFAULT_FACE_TURNS).is_some()) };
        Self(DEFAULT_FACE_TURNS)
    }
}

/// What a challenge asks for, in order.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PoseSequence(Vec<Pose>);

/// No sequence that a challenge could ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPoses;

impl fmt::Display for BadPoses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("poses are F, then 1 to 8 of F, L and R, no two alike in a row")
    }
}

impl core::error::Error for BadPoses {}

impl PoseSequence {
    /// Draws a sequence: each turn takes one bit of `random`, so all sequences are as likely as each other.
    pub fn drawn(turns: Turns, random: u8) -> Self {
        let mut poses = Vec::with_capacity(usize::from(turns.0) + 1);
        let mut last = Pose::Front;
        poses.push(last);
        for turn in 0..turns.0 {
            last = last.next(random >> turn & 1 == 1);
            poses.push(last);
        }
        Self(poses)
    }

    /// Reads what [`fmt::Display`] writes.
    ///
    /// # Errors
    /// [`BadPoses`].
    pub fn parse(text: &str) -> Result<Self, BadPoses> {
        let poses: Vec<Pose> = text.chars().map(Pose::of).collect::<Option<_>>().ok_or(BadPoses)?;
        let turns = poses.len().checked_sub(1).and_then(|turns| u8::try_from(turns).ok());
        let front_first = poses.first() == Some(&Pose::Front);
        let alike = poses.windows(2).any(|pair| pair[0] == pair[1]);
        if turns.and_then(Turns::new).is_none() || !front_first || alike {
            return Err(BadPoses);
        }
        Ok(Self(poses))
    }

    /// The poses, in order.
    pub fn as_slice(&self) -> &[Pose] {
        &self.0
    }
}

impl fmt::Display for PoseSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|pose| fmt::Write::write_char(f, pose.letter()))
    }
}

impl fmt::Debug for PoseSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PoseSequence({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn turns(count: u8) -> Turns {
        Turns::new(count).unwrap()
    }

    #[test]
    fn every_sequence_of_a_length_is_drawn_by_as_many_numbers_as_every_other() {
        for count in 1..=FACE_TURNS_MOST {
            let mut drawn = BTreeMap::new();
            for random in 0..=u8::MAX {
                *drawn.entry(PoseSequence::drawn(turns(count), random).to_string()).or_insert(0) += 1;
            }
            assert_eq!(drawn.len(), 1 << count);
            assert!(drawn.values().all(|times| *times == 256 >> count), "{drawn:?}");
        }
    }

    #[test]
    fn what_is_drawn_begins_at_the_front_and_repeats_no_pose_and_reads_back() {
        for random in 0..=u8::MAX {
            let drawn = PoseSequence::drawn(turns(FACE_TURNS_MOST), random);
            assert_eq!(drawn.as_slice()[0], Pose::Front);
            assert!(drawn.as_slice().windows(2).all(|pair| pair[0] != pair[1]), "{drawn}");
            assert_eq!(PoseSequence::parse(&drawn.to_string()), Ok(drawn));
        }
    }

    #[test]
    fn nothing_else_is_a_sequence() {
        for text in ["", "F", "L", "LF", "FF", "FLLF", "FX", "fl", "FLFLFLFLFL"] {
            assert_eq!(PoseSequence::parse(text), Err(BadPoses), "{text}");
        }
        assert_eq!((Turns::new(0), Turns::new(FACE_TURNS_MOST + 1)), (None, None));
    }
}
