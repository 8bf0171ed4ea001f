//! The settings a decision is made under; everything else is fixed in [`crate::limits`].

use core::time::Duration;

use crate::{Hours, Turns, limits};

/// Settings of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long five consecutive face failures lock an installation and a card.
    pub lock: Duration,
    /// When kiosks may begin a reset.
    pub hours: Hours,
    /// What a face challenge asks for.
    pub challenge: ChallengePolicy,
}

/// What a face challenge asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChallengePolicy {
    /// How often the head changes its pose.
    pub turns: Turns,
    /// How much time there is from the challenge to the arrival of all its frames.
    pub life: Duration,
}

impl Default for ChallengePolicy {
    /// Front and three turns, in 30 seconds.
    fn default() -> Self {
        Self { turns: Turns::default(), life: limits::DEFAULT_FACE_CHALLENGE_LIFE }
    }
}

impl Default for Policy {
    /// A lock of 24 hours, kiosks from 06:30 to 23:00 in Japan, the default challenge.
    fn default() -> Self {
        Self { lock: limits::DEFAULT_LOCK, hours: Hours::default(), challenge: ChallengePolicy::default() }
    }
}
