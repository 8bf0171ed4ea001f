//! `[face]`: the face engine, for bookings of the signature PIN.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use figment::value::magic::RelativePathBuf;
use reservation::{ChallengePolicy, Turns, limits};
use serde::Deserialize;

use crate::start::StartError;

/// In less time nobody turns their head and sends the pictures; with more, there is time to put some together.
const CHALLENGE_SECONDS: RangeInclusive<u64> = 10..=120;

/// What a person needs for one pose.
const PER_POSE_SECONDS: u64 = 3;

/// `[face]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Face {
    program: Option<RelativePathBuf>,
    models: Option<RelativePathBuf>,
    /// Attempts that are worked on at once; one per core unless it is set.
    pub workers: Option<usize>,
    /// Requests that wait for a worker, eight for each unless it is set; one more is told to come back.
    pub queue: Option<usize>,
    /// Below this distance two faces are one person's.
    pub accept: f32,
    /// Above this distance they are two people's; between the two nobody can tell, which counts as no match.
    pub refuse: f32,
    /// How often a challenge has the head change its pose, after the first pose from the front. A recording that was made
    /// for no challenge meets one in two to the power of it, and who has one can ask until it does.
    pub turns: u8,
    /// Seconds from a challenge to the arrival of all its frames.
    pub challenge_seconds: u64,
}

impl Default for Face {
    fn default() -> Self {
        Self {
            program: None,
            models: None,
            workers: None,
            queue: None,
            accept: 0.50,
            refuse: 0.60,
            turns: limits::DEFAULT_FACE_TURNS,
            challenge_seconds: limits::DEFAULT_FACE_CHALLENGE_LIFE.as_secs(),
        }
    }
}

impl Face {
    /// The engine's program, if the settings name one.
    pub fn program(&self) -> Option<PathBuf> {
        self.program.as_ref().map(RelativePathBuf::relative)
    }

    /// What a challenge asks for.
    ///
    /// # Errors
    /// A setting beyond its bounds.
    pub fn challenge(&self) -> Result<ChallengePolicy, StartError> {
        let out_of_bounds = |setting, problem| StartError::Setting { setting, problem };
        let turns = Turns::new(self.turns).ok_or(out_of_bounds("face.turns", "must be from 1 to 8"))?;
        if !CHALLENGE_SECONDS.contains(&self.challenge_seconds) {
            return Err(out_of_bounds("face.challenge_seconds", "must be from 10 to 120"));
        }
        if self.challenge_seconds < PER_POSE_SECONDS * (u64::from(self.turns) + 1) {
            let problem = "must leave 3 seconds for each pose, face.turns and the front";
            return Err(out_of_bounds("face.challenge_seconds", problem));
        }
        Ok(ChallengePolicy { turns, life: Duration::from_secs(self.challenge_seconds) })
    }

    /// The directory of the model files, if the settings name one.
    pub fn models(&self) -> Option<PathBuf> {
        self.models.as_ref().map(RelativePathBuf::relative)
    }
}
