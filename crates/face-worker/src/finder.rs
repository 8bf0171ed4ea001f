//! Finds the one face of a picture and judges whether it can be compared.

use face::UnfitReason;
use face_dlib_sys::{Detection, DlibError, Engine, Landmarks, Rect};

use crate::pixels::Pixels;
use crate::rules::{
    BRIGHTEST_FACE, BRIGHTEST_PICTURE, DARKEST_FACE, DARKEST_PICTURE, FAINTEST_OTHER_FACE, Look,
};

/// A face, with the picture it is on.
#[derive(Debug)]
pub(crate) struct Face {
    pub(crate) pixels: Pixels,
    pub(crate) landmarks: Landmarks,
}

/// Why there is none.
#[derive(Debug)]
pub(crate) enum NoFace {
    /// The picture's fault.
    Unfit(UnfitReason),
    /// The engine's.
    Fault,
}

impl From<UnfitReason> for NoFace {
    fn from(reason: UnfitReason) -> Self {
        Self::Unfit(reason)
    }
}

impl From<DlibError> for NoFace {
    fn from(_: DlibError) -> Self {
        Self::Fault
    }
}

/// Finds the one face, and judges it as `look` says.
pub(crate) fn find(engine: &mut Engine, pixels: Pixels, look: Look) -> Result<Face, NoFace> {
    let pixels = pixels.reduced(look.long_side);
    let image = pixels.as_dlib().ok_or(UnfitReason::Damaged)?;
    let face = match the_one(&engine.detect(image, false)?)? {
        Some(face) => face,
        None => second_look(engine, &pixels, look)?,
    };
    if face.width() < look.narrowest {
        return Err(UnfitReason::TooSmall.into());
    }
    if look.light {
        let luminance = pixels.luminance(Some(face));
        if luminance < DARKEST_FACE {
            return Err(UnfitReason::TooDark.into());
        }
        if luminance > BRIGHTEST_FACE {
            return Err(UnfitReason::TooBright.into());
        }
    }
    let landmarks = engine.landmarks(image, face)?;
    Ok(Face { pixels, landmarks })
}

/// Looks at twice the size: finds faces half as large, and so tells *too small* from *none*.
fn second_look(engine: &mut Engine, pixels: &Pixels, look: Look) -> Result<Rect, NoFace> {
    if look.light {
        let luminance = pixels.luminance(None);
        if luminance < DARKEST_PICTURE {
            return Err(UnfitReason::TooDark.into());
        }
        if luminance > BRIGHTEST_PICTURE {
            return Err(UnfitReason::TooBright.into());
        }
    }
    let smaller = pixels.reduced_copy(look.second_look);
    let image = smaller.as_dlib().ok_or(UnfitReason::Damaged)?;
    let face = the_one(&engine.detect(image, true)?)?.ok_or(UnfitReason::NoFace)?;
    let scale = f64::from(pixels.width()) / f64::from(smaller.width().max(1));
    Ok(scaled(face, scale))
}

/// The one face among what was found: the surest, unless another is more than a pattern in clothes or curtains.
fn the_one(found: &[Detection]) -> Result<Option<Rect>, UnfitReason> {
    let surest = found.iter().enumerate().max_by(|(_, a), (_, b)| a.score.total_cmp(&b.score));
    let Some((surest, face)) = surest else { return Ok(None) };
    let another =
        |(number, other): (usize, &Detection)| number != surest && other.score >= FAINTEST_OTHER_FACE;
    if found.iter().enumerate().any(another) { Err(UnfitReason::SeveralFaces) } else { Ok(Some(face.rect)) }
}

fn scaled(rect: Rect, scale: f64) -> Rect {
    // Pixels of a picture of at most 4096: far from the ends of the type.
    let times = |value: i32| (f64::from(value) * scale).round() as i32;
    Rect {
        left: times(rect.left),
        top: times(rect.top),
        right: times(rect.right),
        bottom: times(rect.bottom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(score: f64) -> Detection {
        let rect = Rect { left: 0, top: 0, right: 100, bottom: 100 };
        Detection { rect, score, sub_detector: 0 }
    }

    #[test]
    fn a_pattern_beside_a_face_is_no_second_person_and_a_face_is() {
        assert_eq!(the_one(&[]), Ok(None));
        assert!(the_one(&[found(0.01)]).unwrap().is_some(), "a faint face alone is the face");
        assert!(the_one(&[found(0.06), found(1.4)]).unwrap().is_some());
        assert_eq!(the_one(&[found(1.4), found(0.5)]), Err(UnfitReason::SeveralFaces));
    }
}
