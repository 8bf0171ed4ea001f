//! Which way a head is turned, frame by frame, against the same person's own frontal frames (face facts §6).

use face::Pose;
use face::limits::FRONT_FRAMES_LEAST;
use face_dlib_sys::Landmarks;

use crate::rules::{FRONT_WITHIN, FRONTAL_WITHIN, TURNED_AT_ALL, TURNED_BEYOND};

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

/// The first of the frames that must be frontal which is not: the person looks aside, or the frames do not agree.
pub(crate) fn first_not_frontal(offs: &[f64]) -> Option<usize> {
    let first = &offs[..offs.len().min(FRONT_FRAMES_LEAST)];
    let own = own_front(offs);
    // What is no number is not within anything.
    let within = |value: f64, most: f64| value.abs() < most;
    let aside = first.iter().position(|off| !within(*off, FRONTAL_WITHIN));
    aside.or_else(|| first.iter().position(|off| !within(off - own, FRONT_WITHIN)))
}

/// The pose on each frame of a stream, given how far off each nose is; `None` on the way from one to another.
pub(crate) fn poses(offs: &[f64]) -> Vec<Option<Pose>> {
    let own = own_front(offs);
    offs.iter().map(|off| pose(*off, own)).collect()
}

/// What is straight ahead for this person: the mean of the first frames.
fn own_front(offs: &[f64]) -> f64 {
    let first = &offs[..offs.len().min(FRONT_FRAMES_LEAST)];
    first.iter().sum::<f64>() / first.len().max(1) as f64
}

fn pose(off: f64, own: f64) -> Option<Pose> {
    let relative = off - own;
    if relative > TURNED_BEYOND && off > TURNED_AT_ALL {
        Some(Pose::Left)
    } else if relative < -TURNED_BEYOND && off < -TURNED_AT_ALL {
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
        let crooked = |off: f64| off + 0.009;
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
    fn a_photograph_that_is_a_little_turned_is_no_turn_of_its_own_mirror_image() {
        // The largest turn that passes for a front, once as it is and once mirrored.
        let (one, mirrored) = (0.069, -0.069 - 0.06);
        let seen = poses(&[one, one, one, mirrored, mirrored]);
        assert_eq!(seen[3..], [None; 2], "though it is further than a turn from the first frames");
    }

    #[test]
    fn the_first_frames_must_be_frontal_and_agree() {
        assert_eq!(first_not_frontal(&[0.0, 0.02, -0.02, 0.3]), None);
        assert_eq!(first_not_frontal(&[0.06, 0.06, 0.06]), None);
        assert_eq!(first_not_frontal(&[0.0, 0.08, 0.0]), Some(1));
        assert_eq!(first_not_frontal(&[-0.08, 0.0, 0.0]), Some(0));
        assert_eq!(first_not_frontal(&[0.065, -0.065, -0.065]), Some(0), "they are two directions");
        assert_eq!(first_not_frontal(&[0.0, f64::NAN, 0.0]), Some(1));
        assert_eq!(first_not_frontal(&[]), None);
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
