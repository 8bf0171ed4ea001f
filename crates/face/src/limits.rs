//! How much is taken, in one table. What reads pictures from outside uses the same figures.

use crate::UnfitReason;

/// A chip's portrait in bytes: EF 0002 has room for less.
pub const PORTRAIT_MAX_BYTES: usize = 64 * 1024;
/// One frame in bytes: a JPEG of a phone's front camera, reduced to at most 1280 pixels.
pub const FRAME_MAX_BYTES: usize = 1024 * 1024;
/// The photograph of a card's front in bytes.
pub const FRONT_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Frames at the beginning of a stream that must show the front: what is frontal for this person is their mean, and the
/// mean of no fewer is compared (face facts §4).
pub const FRONT_FRAMES_LEAST: usize = 3;
/// Frames in a row that must show a pose before it counts as held.
pub const HOLD_FRAMES_LEAST: usize = 2;
/// Most frames of one attempt.
pub const FRAMES_MOST: usize = 32;
/// Most poses of one challenge, the front at its beginning among them.
pub const POSES_MOST: usize = 9;

/// Frames per pose, on average, that leave room for the way from one pose to the next.
const FRAMES_PER_POSE_MOST: usize = 6;

/// Fewest frames that can show so many poses.
pub const fn frames_least(poses: usize) -> usize {
    FRONT_FRAMES_LEAST + HOLD_FRAMES_LEAST * poses.saturating_sub(1)
}

/// Most frames that are taken for so many poses.
pub const fn frames_most(poses: usize) -> usize {
    let most = FRAMES_PER_POSE_MOST.saturating_mul(poses);
    if most < FRAMES_MOST { most } else { FRAMES_MOST }
}

/// Whether so many frames can answer a challenge of so many poses.
///
/// # Errors
/// [`UnfitReason::Count`] for too few frames, [`UnfitReason::TooMany`] for too many, or more poses than are judged.
pub const fn frames_fit(poses: usize, frames: usize) -> Result<(), UnfitReason> {
    if poses > POSES_MOST || frames > frames_most(poses) {
        Err(UnfitReason::TooMany)
    } else if frames < frames_least(poses) {
        Err(UnfitReason::Count)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_challenge_has_room_for_its_frames() {
        for poses in 1..=POSES_MOST {
            assert!(frames_least(poses) <= frames_most(poses), "{poses} poses");
        }
        assert_eq!((frames_least(1), frames_most(1)), (3, 6));
        assert_eq!((frames_least(4), frames_most(4)), (9, 24));
        assert_eq!((frames_least(9), frames_most(9)), (19, 32));
    }

    #[test]
    fn too_few_frames_are_told_from_too_many() {
        assert_eq!(frames_fit(4, 8), Err(UnfitReason::Count));
        assert_eq!(frames_fit(4, 9), Ok(()));
        assert_eq!(frames_fit(4, 24), Ok(()));
        assert_eq!(frames_fit(4, 25), Err(UnfitReason::TooMany));
        assert_eq!(frames_fit(10, 32), Err(UnfitReason::TooMany), "more poses than are judged");
        assert_eq!(frames_fit(0, 0), Err(UnfitReason::Count));
        assert_eq!(frames_fit(0, 3), Err(UnfitReason::TooMany));
    }
}
