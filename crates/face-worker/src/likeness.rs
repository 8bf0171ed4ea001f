//! Descriptors and their distances: who is whom.

use face::{Finding, FrontFinding};
use face_dlib_sys::DESCRIPTOR_LEN;

use crate::rules::{ONE_STREAM, Thresholds};

/// A face as 128 numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Descriptor(pub(crate) [f32; DESCRIPTOR_LEN]);

impl Descriptor {
    /// The Euclidean distance; never a number where a descriptor is none.
    pub(crate) fn distance(&self, other: &Self) -> f32 {
        let squares = self.0.iter().zip(&other.0).map(|(one, two)| (one - two).powi(2));
        squares.sum::<f32>().sqrt()
    }

    /// The mean: it tells more than any one frame (face facts §4). `None` of nothing.
    fn mean(of: &[Self]) -> Option<Self> {
        if of.is_empty() {
            return None;
        }
        let mut mean = [0.0; DESCRIPTOR_LEN];
        for one in of {
            for (sum, value) in mean.iter_mut().zip(&one.0) {
                *sum += value / of.len() as f32;
            }
        }
        Some(Self(mean))
    }
}

/// Whether the frames show one person, and whether it is the portrait's.
pub(crate) fn finding(portrait: &Descriptor, frames: &[Descriptor], thresholds: Thresholds) -> Finding {
    for (number, one) in frames.iter().enumerate() {
        // Written so that a distance which is no number is not near.
        if !frames[..number].iter().all(|other| one.distance(other) < ONE_STREAM) {
            return Finding::SeveralPeople;
        }
    }
    let Some(mean) = Descriptor::mean(frames) else { return Finding::NoMatch };
    let distance = mean.distance(portrait);
    if distance < thresholds.accept {
        Finding::Match
    } else if distance <= thresholds.refuse {
        Finding::Unsure
    } else {
        Finding::NoMatch
    }
}

/// Whether the photograph of a card's front shows the portrait's face. It is a photograph of a print of that very
/// portrait; who shows it is judged by the frames, so doubt is enough here.
pub(crate) fn front(portrait: &Descriptor, front: &Descriptor, thresholds: Thresholds) -> FrontFinding {
    if portrait.distance(front) <= thresholds.refuse {
        FrontFinding::Resembles
    } else {
        FrontFinding::Differs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THRESHOLDS: Thresholds = Thresholds { accept: 0.50, refuse: 0.60 };

    /// A descriptor at that place on the first axis.
    fn at(place: f32) -> Descriptor {
        let mut numbers = [0.0; DESCRIPTOR_LEN];
        numbers[0] = place;
        Descriptor(numbers)
    }

    #[test]
    fn the_mean_of_the_frames_decides() {
        let found = |places: [f32; 3]| finding(&at(0.0), &places.map(at), THRESHOLDS);
        assert_eq!(found([0.30, 0.40, 0.50]), Finding::Match, "one frame alone would be doubtful");
        assert_eq!(found([0.45, 0.50, 0.55]), Finding::Unsure, "at the bound nobody can tell");
        assert_eq!(found([0.60, 0.60, 0.60]), Finding::Unsure);
        assert_eq!(found([0.60, 0.61, 0.62]), Finding::NoMatch);
    }

    #[test]
    fn one_stranger_among_the_frames_is_noticed() {
        for stranger in 0..3 {
            let mut places = [0.1, 0.1, 0.1];
            places[stranger] = 0.1 + ONE_STREAM;
            let found = finding(&at(0.0), &places.map(at), THRESHOLDS);
            assert_eq!(found, Finding::SeveralPeople, "frame {stranger}");
        }
    }

    #[test]
    fn what_is_no_number_never_matches() {
        let nan = at(f32::NAN);
        assert_eq!(finding(&nan, &[at(0.0), at(0.0)], THRESHOLDS), Finding::NoMatch);
        assert_eq!(finding(&at(0.0), &[at(0.0), nan.clone()], THRESHOLDS), Finding::SeveralPeople);
        assert_eq!(finding(&at(0.0), std::slice::from_ref(&nan), THRESHOLDS), Finding::NoMatch);
        assert_eq!(finding(&at(0.0), &[], THRESHOLDS), Finding::NoMatch);
        assert_eq!(front(&at(0.0), &nan, THRESHOLDS), FrontFinding::Differs);
    }
}
