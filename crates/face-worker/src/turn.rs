//! Which way a head is turned, frame by frame, against the same person's own frontal frames (face facts §6).

use face::Pose;
use face::limits::FRONT_FRAMES_LEAST;
use face_dlib_sys::Landmarks;

use crate::rules::{FRONT_WITHIN, TURNED_BEYOND};

/// How far the nose lies from the middle between the eyes, along their axis, in parts of their distance: positive
/// towards the picture's right, which is the person's own left. `None` where the eyes coincide.
pub(crate) fn off(landmarks: &Landmarks) -> Option<f64> {
    let [right_outer, right_inner, left_outer, left_inner, nose] =
        landmarks.0.map(|point| (f64::from(point.x), f64::from(point.y)));
    let middle = |a: (f64, f64), b: (f64, f64)| ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
    let right = middle(right_outer, right_inner);
    let left = middle(left_outer, left_inner);
    let axis = (right.0 - left.0, right.1 - left.1);
    let distance = axis.0.hypot(axis.1);
    let centre = middle(right, left);
    let nose = (nose.0 - centre.0, nose.1 - centre.1);
    (distance >= 1.0).then(|| (nose.0 * axis.0 + nose.1 * axis.1) / (distance * distance))
}

/// The pose on each frame of a stream, given how far off each nose is; `None` on the way from one to another. What is
/// straight ahead for this person is the mean of the first frames.
pub(crate) fn poses(offs: &[f64]) -> Vec<Option<Pose>> {
    let first = &offs[..offs.len().min(FRONT_FRAMES_LEAST)];
    let own = first.iter().sum::<f64>() / first.len().max(1) as f64;
    offs.iter().map(|off| pose(off - own)).collect()
}

fn pose(relative: f64) -> Option<Pose> {
    if relative > TURNED_BEYOND {
        Some(Pose::Left)
    } else if relative < -TURNED_BEYOND {
        Some(Pose::Right)
    } else {
        // Written so that what is no number is no pose.
        (relative.abs() < FRONT_WITHIN).then_some(Pose::Front)
    }
}

#[cfg(test)]
mod tests {
    use face_dlib_sys::Point;

    use super::*;

    fn face(points: [(i32, i32); 5]) -> Landmarks {
        Landmarks(points.map(|(x, y)| Point { x, y }))
    }

    #[test]
    fn the_nose_tells_which_way_a_face_is_turned() {
        let straight = face([(220, 100), (180, 100), (80, 100), (120, 100), (150, 160)]);
        assert_eq!(off(&straight), Some(0.0));
        let to_the_right = face([(220, 100), (180, 100), (80, 100), (120, 100), (170, 160)]);
        assert_eq!(off(&to_the_right), Some(0.2));
        let to_the_left = face([(220, 100), (180, 100), (80, 100), (120, 100), (130, 160)]);
        assert_eq!(off(&to_the_left), Some(-0.2));
    }

    #[test]
    fn a_tilted_head_is_not_a_turned_one() {
        // The straight face, turned by 90 degrees in the picture's plane.
        let tilted = face([(100, 220), (100, 180), (100, 80), (100, 120), (40, 150)]);
        assert_eq!(off(&tilted), Some(0.0));
    }

    #[test]
    fn eyes_in_one_point_tell_nothing() {
        assert_eq!(off(&face([(5, 5); 5])), None);
    }

    #[test]
    fn a_turn_is_judged_against_the_persons_own_front() {
        use Pose::{Front, Left, Right};
        let crooked = |off: f64| off + 0.05;
        let offs = [0.0, 0.01, -0.01, 0.10, 0.15, -0.10, -0.15, 0.059, -0.059].map(crooked);
        let seen = [
            Some(Front),
            Some(Front),
            Some(Front),
            None,
            Some(Left),
            None,
            Some(Right),
            Some(Front),
            Some(Front),
        ];
        assert_eq!(poses(&offs), seen);
    }

    #[test]
    fn what_is_no_number_is_no_pose() {
        assert_eq!(
            poses(&[0.0, 0.0, 0.0, f64::NAN]),
            [Some(Pose::Front), Some(Pose::Front), Some(Pose::Front), None]
        );
        assert_eq!(poses(&[f64::NAN, 0.0, 0.0, 0.3]), [None; 4]);
        assert_eq!(poses(&[]), []);
    }
}
