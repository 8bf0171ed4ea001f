//! Whether a stream of frames shows the poses that were asked for. Pure: an engine says which pose each frame shows, and
//! by which thresholds it tells them apart is its own.
//!
//! | word | meaning |
//! |---|---|
//! | hold | a pose on at least [`HOLD_FRAMES_LEAST`] frames in a row; two neighbouring holds of one pose are one |
//! | on the way | a frame, between two poses, that shows none clearly |
//! | passing front | a held front that was not asked for, between two opposite turns that were: the head passes it |
//!
//! The holds must be the poses that were asked for, in their order, with nothing before, between or after them. Only a
//! passing front is overlooked, and only if it is shorter than each front that is counted although it lies between two
//! opposite turns as well. So no stream answers two challenges of the same length: one that contains every order fails
//! all challenges but the one it shows.

use crate::limits::HOLD_FRAMES_LEAST;
use crate::{Finding, Pose};

/// Why a stream does not show what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotShown {
    /// Every pose that was held was right, but not all were reached and held.
    NotTurned,
    /// Poses were held that were not asked for, or in another order.
    OtherPoses,
}

impl From<NotShown> for Finding {
    fn from(reason: NotShown) -> Self {
        match reason {
            NotShown::NotTurned => Self::NotTurned,
            NotShown::OtherPoses => Self::OtherPoses,
        }
    }
}

/// A pose, and on how many frames it was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hold {
    pose: Pose,
    frames: usize,
}

/// Whether frames that show these poses (`None`: on the way) hold the poses that were asked for.
///
/// # Errors
/// [`NotShown`].
pub fn judge(asked: &[Pose], seen: &[Option<Pose>]) -> Result<(), NotShown> {
    let holds = holds(seen);
    let mut reached = 0;
    // The longest front that was overlooked, and the shortest that was counted and might have been overlooked.
    let (mut longest_passed, mut shortest_counted) = (0, usize::MAX);
    for Hold { pose, frames } in holds {
        let next = asked.get(reached).copied();
        if next == Some(pose) {
            let before = reached.checked_sub(1).and_then(|before| asked.get(before)).copied();
            let after = asked.get(reached + 1).copied();
            if pose == Pose::Front && are_opposite(before, after) {
                shortest_counted = shortest_counted.min(frames);
            }
            reached += 1;
        } else if pose == Pose::Front
            && are_opposite(reached.checked_sub(1).and_then(|before| asked.get(before)).copied(), next)
        {
            longest_passed = longest_passed.max(frames);
        } else {
            return Err(NotShown::OtherPoses);
        }
    }
    if longest_passed >= shortest_counted {
        Err(NotShown::OtherPoses)
    } else if reached < asked.len() {
        Err(NotShown::NotTurned)
    } else {
        Ok(())
    }
}

fn are_opposite(one: Option<Pose>, other: Option<Pose>) -> bool {
    matches!((one, other), (Some(Pose::Left), Some(Pose::Right)) | (Some(Pose::Right), Some(Pose::Left)))
}

fn holds(seen: &[Option<Pose>]) -> Vec<Hold> {
    let mut holds: Vec<Hold> = Vec::new();
    for run in seen.chunk_by(|one, next| one == next) {
        let (Some(Some(pose)), frames) = (run.first().copied(), run.len()) else { continue };
        if frames < HOLD_FRAMES_LEAST {
            continue;
        }
        match holds.last_mut() {
            Some(last) if last.pose == pose => last.frames += frames,
            _ => holds.push(Hold { pose, frames }),
        }
    }
    holds
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Pose::{Front, Left, Right};

    /// One letter per frame: f, l, r, or - for on the way.
    fn seen(text: &str) -> Vec<Option<Pose>> {
        let pose = |letter| match letter {
            'f' => Some(Front),
            'l' => Some(Left),
            'r' => Some(Right),
            '-' => None,
            other => panic!("no pose: {other}"),
        };
        text.chars().map(pose).collect()
    }

    /// Every challenge of so many turns.
    fn challenges(turns: usize) -> Vec<Vec<Pose>> {
        let mut all = vec![vec![Front]];
        for _ in 0..turns {
            all = all
                .into_iter()
                .flat_map(|poses| {
                    let last = poses[poses.len() - 1];
                    Pose::ALL.into_iter().filter(move |pose| *pose != last).map(move |pose| {
                        let mut poses = poses.clone();
                        poses.push(pose);
                        poses
                    })
                })
                .collect();
        }
        all
    }

    #[test]
    fn the_poses_in_their_order_are_what_was_asked_for() {
        assert_eq!(judge(&[Front, Left, Right], &seen("fffllrr")), Ok(()));
        assert_eq!(judge(&[Front, Left, Right], &seen("fff--lll---rrr")), Ok(()));
        assert_eq!(judge(&[Front, Left, Front, Left], &seen("fff-ll-ff-ll")), Ok(()));
        assert_eq!(judge(&[Front], &seen("fff")), Ok(()));
    }

    #[test]
    fn one_frame_is_no_hold_and_a_hold_that_wavers_is_one() {
        assert_eq!(judge(&[Front, Left], &seen("fffl--")), Err(NotShown::NotTurned));
        assert_eq!(judge(&[Front, Left], &seen("fffl-l-l")), Err(NotShown::NotTurned));
        assert_eq!(judge(&[Front, Left], &seen("fff-ll-lll")), Ok(()));
        assert_eq!(judge(&[Front, Left], &seen("fff-ll-fll")), Ok(()));
        assert_eq!(judge(&[Front, Left], &seen("fffrllrll")), Ok(()), "one frame of another pose is none");
    }

    #[test]
    fn the_head_may_pass_the_front_between_two_opposite_turns_and_nowhere_else() {
        assert_eq!(judge(&[Front, Left, Right], &seen("fffll-ff-rr")), Ok(()));
        assert_eq!(judge(&[Front, Right, Left], &seen("fffrr-fff-ll")), Ok(()));
        assert_eq!(judge(&[Front, Left, Right], &seen("fffll-ff")), Err(NotShown::NotTurned));
        assert_eq!(judge(&[Front, Left, Right], &seen("fffll-ff-ll-rr")), Err(NotShown::OtherPoses));
        assert_eq!(judge(&[Front, Left, Right], &seen("fffllrrff")), Err(NotShown::OtherPoses));
        assert_eq!(judge(&[Front, Left], &seen("fffrrll")), Err(NotShown::OtherPoses));
    }

    #[test]
    fn a_front_that_was_asked_for_is_held_longer_than_one_that_is_passed() {
        let asked = [Front, Left, Right, Front, Left];
        assert_eq!(judge(&asked, &seen("fffll-ff-rr-fff-ll")), Ok(()));
        assert_eq!(judge(&asked, &seen("fffll-ff-rr-ff-ll")), Err(NotShown::OtherPoses));
        assert_eq!(judge(&[Front, Left, Right, Front], &seen("fffll-fff-rr-ff")), Ok(()), "only one can be");
    }

    #[test]
    fn a_head_that_does_not_turn_is_told_to_and_one_that_turns_otherwise_is_told_so() {
        assert_eq!(judge(&[Front, Left, Right], &seen("fffffffff")), Err(NotShown::NotTurned));
        assert_eq!(judge(&[Front, Left, Right], &seen("fff---fff")), Err(NotShown::NotTurned));
        assert_eq!(judge(&[Front, Left, Right], &seen("fffll---")), Err(NotShown::NotTurned));
        assert_eq!(judge(&[Front, Left, Right], &seen("fffrrll")), Err(NotShown::OtherPoses));
        assert_eq!(judge(&[Front, Left], &seen("---")), Err(NotShown::NotTurned));
        assert_eq!(judge(&[Front, Left], &seen("llff")), Err(NotShown::OtherPoses));
    }

    #[test]
    fn a_stream_of_one_challenge_fails_every_other_of_its_length() {
        for turns in 1..=5 {
            let all = challenges(turns);
            for shown in &all {
                let stream: Vec<_> = shown.iter().flat_map(|pose| [Some(*pose); 3]).collect();
                let answered: Vec<_> = all.iter().filter(|asked| judge(asked, &stream).is_ok()).collect();
                assert_eq!(answered, [shown]);
            }
        }
    }

    #[test]
    fn a_stream_that_contains_every_order_answers_none() {
        // The poses of a stream in which every order of three turns occurs.
        let stream = seen("ffflffllrrffrrllffllrrllffrrffllrr");
        for turns in 1..=5 {
            for asked in challenges(turns) {
                assert!(judge(&asked, &stream).is_err(), "{asked:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_stream_answers_two_challenges_of_the_same_length(
            stream in proptest::collection::vec(
                (proptest::option::weighted(0.8, proptest::sample::select(Pose::ALL.to_vec())), 1_usize..5),
                0..12,
            ),
            turns in 1_usize..=8,
        ) {
            let seen: Vec<_> =
                stream.iter().flat_map(|(pose, frames)| std::iter::repeat_n(*pose, *frames)).collect();
            let answered = challenges(turns).into_iter().filter(|asked| judge(asked, &seen).is_ok()).count();
            prop_assert!(answered <= 1, "{answered} challenges");
        }

        #[test]
        fn an_honest_stream_with_any_way_between_its_poses_is_accepted(
            number in 0_usize..8,
            ways in proptest::collection::vec(0_usize..3, 3),
            holds in proptest::collection::vec(2_usize..5, 4),
        ) {
            let asked = &challenges(3)[number];
            let mut seen = vec![Some(Front)];
            for (at, pose) in asked.iter().enumerate() {
                if at > 0 {
                    seen.extend(std::iter::repeat_n(None, ways[at - 1]));
                }
                seen.extend(std::iter::repeat_n(Some(*pose), holds[at]));
            }
            prop_assert_eq!(judge(asked, &seen), Ok(()));
            let unheld = seen.len() - holds[3] + 1;
            prop_assert_eq!(judge(asked, &seen[..unheld]), Err(NotShown::NotTurned));
        }
    }
}
