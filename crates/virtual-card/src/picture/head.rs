//! A head's shape: how deep every point of a face lies, and where it goes when the head turns.
//!
//! Lengths are millimetres, x towards the picture's right, y down, depth towards the camera; the origin is the middle of
//! an ellipsoid. The shape is nobody's: an average head, good enough that a face engine sees it turn.

/// Half-axes of the ellipsoid. Chosen with nose and sockets by trial: the face engine finds the two test portraits turned
/// by 35 degrees, and sees clearly that they are turned (the crate's test `heads`).
const SKULL: (f32, f32, f32) = (88.0, 120.0, 95.0);
/// The distance between the eyes' middles,
pub(super) const EYES_APART: f32 = 63.0;
/// and how far above the origin they are.
pub(super) const EYE_LINE: f32 = 15.0;
/// Outside the ellipsoid the turn fades, so that hair and neck go with the head and the background stands still: at this
/// multiple of its outline nothing moves.
const FADED: f32 = 1.4;
/// The nose's ridge: height, where it begins, where it is highest and where it ends, and half its width.
const NOSE_HEIGHT: f32 = 20.0;
const NOSE: (f32, f32, f32) = (-24.0, 31.0, 52.0);
const NOSE_WIDTH: f32 = 18.0;
/// The eyes' sockets: depth, half width and half height.
const SOCKET_DEPTH: f32 = 7.0;
const SOCKET: (f32, f32) = (14.0, 10.0);
/// The background's depth.
const BEHIND: f32 = -150.0;

/// Where a point of the frontal view is once the head has turned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    /// Its new place; up and down it stays.
    pub(super) x: f32,
    /// How near to the camera it is, to tell what hides what.
    pub(super) depth: f32,
}

/// Turns a point of the frontal view; `(sin, cos)` are of the angle, positive towards the picture's right.
pub(super) fn turned(x: f32, y: f32, (sin, cos): (f32, f32)) -> Moved {
    let outline = (x / SKULL.0).hypot(y / SKULL.1);
    if outline >= FADED {
        return Moved { x, depth: BEHIND };
    }
    let part = 1.0 - smooth_step((outline - 1.0) / (FADED - 1.0));
    let depth = depth(x, y, outline);
    Moved {
        x: x + part * (x * (cos - 1.0) + depth * sin),
        depth: part * (depth * cos - x * sin) + (1.0 - part) * BEHIND,
    }
}

fn depth(x: f32, y: f32, outline: f32) -> f32 {
    let skull = SKULL.2 * (1.0 - outline * outline).max(0.0).sqrt();
    let (begins, highest, ends) = NOSE;
    let along = if y < highest { (y - begins) / (highest - begins) } else { (ends - y) / (ends - highest) };
    let nose = NOSE_HEIGHT * smooth_step(along) * bell(x / NOSE_WIDTH);
    let down = (y + EYE_LINE) / SOCKET.1;
    let socket = |eye: f32| SOCKET_DEPTH * bell((x - eye) / SOCKET.0) * bell(down);
    skull + nose - socket(EYES_APART / 2.0) - socket(-EYES_APART / 2.0)
}

/// From 0 to 1 with level ends.
fn smooth_step(value: f32) -> f32 {
    let value = value.clamp(0.0, 1.0);
    value * value * (3.0 - 2.0 * value)
}

fn bell(value: f32) -> f32 {
    (-value * value).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// To the picture's right.
    fn by(degrees: f32) -> (f32, f32) {
        degrees.to_radians().sin_cos()
    }

    #[test]
    fn the_nose_goes_further_than_the_eyes_and_the_background_stays() {
        let place = |x, y| turned(x, y, by(35.0)).x;
        let eyes = (place(-EYES_APART / 2.0, -EYE_LINE) + place(EYES_APART / 2.0, -EYE_LINE)) / 2.0;
        let nose = place(0.0, NOSE.1);
        assert!(nose > eyes + 12.0, "{nose} {eyes}");
        assert!((place(150.0, 0.0) - 150.0).abs() < f32::EPSILON);
        assert!((place(0.0, 180.0)).abs() < f32::EPSILON);
    }

    #[test]
    fn a_head_that_is_not_turned_stays_and_a_turn_to_the_other_side_mirrors() {
        for (x, y) in [(0.0, 0.0), (-31.0, -15.0), (70.0, 60.0), (-100.0, 20.0)] {
            assert!((turned(x, y, by(0.0)).x - x).abs() < 1e-4);
            let (there, back) = (turned(x, y, by(20.0)), turned(-x, y, by(-20.0)));
            assert!((there.x + back.x).abs() < 1e-3 && (there.depth - back.depth).abs() < 1e-3);
        }
    }

    #[test]
    fn the_near_cheek_is_nearer_than_the_background_and_the_nose_than_the_far_cheek() {
        let depth = |x, y| turned(x, y, by(35.0)).depth;
        assert!(depth(-60.0, 30.0) > depth(-130.0, 30.0));
        assert!(depth(0.0, NOSE.1) > depth(60.0, NOSE.1));
    }
}
